"""Jira and Zendesk: each a folder with few verbs."""
