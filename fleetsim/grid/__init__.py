"""The grid: where electricity comes from, hour by hour, and what it costs. No SimPy here."""
