"""HTTP: webhooks in, health out."""
