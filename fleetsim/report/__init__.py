"""Reporting: metrics, the terminal summary and the page, in English and Chinese. Functions of tables only."""
