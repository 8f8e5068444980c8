"""Browsing: a small web application over the results, for the machine it runs on; it reads and never writes."""
