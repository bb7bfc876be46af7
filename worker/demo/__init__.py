"""`dueby demo`: everything on loopback, with tickets whose due times were reckoned by somebody else."""
