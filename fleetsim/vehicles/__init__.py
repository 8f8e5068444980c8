"""Vehicles: agents of SimPy that live one life cycle, work x store x refill."""
