"""The REST endpoints of a sandbox Zendesk."""
