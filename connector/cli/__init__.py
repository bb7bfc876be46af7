"""Commands of `dueby` that need no acting side."""
