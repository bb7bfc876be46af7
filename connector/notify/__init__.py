"""Notices: their texts, and the way they go out."""
