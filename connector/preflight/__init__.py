"""What `sites check` looks at beyond one tracker: mappings against the names that sites have."""
