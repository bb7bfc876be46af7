"""A sandbox Jira, Cloud or Data Center."""
