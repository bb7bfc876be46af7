"""A sandbox Zendesk."""
