"""The web receiver."""
