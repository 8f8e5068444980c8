"""Comparison: runs gathered into configurations, their differences over common seeds, and what moves a metric."""
