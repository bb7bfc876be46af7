"""Jira, Cloud and Data Center: its webhooks, its tickets, and the fields that dueby writes."""
