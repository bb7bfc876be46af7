"""The REST endpoints of a sandbox Jira."""
