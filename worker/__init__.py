"""The acting side: jobs, timekeeper, supervisor and the command's entry point."""
