"""Zendesk: its webhooks, its tickets, and the fields that dueby writes."""
