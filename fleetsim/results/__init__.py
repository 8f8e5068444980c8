"""Results: what the tables are, how they are recorded, written, read and catalogued."""
