"""Studies: many runs that answer one question, sizing of a site, and comparison of runs."""
