"""The core: what a vendor promises and when an answer is due. Pure: no tracker, database, file or clock."""
