"""The parts of reading dueby.yaml and the environment; `connector.settings` joins them."""
