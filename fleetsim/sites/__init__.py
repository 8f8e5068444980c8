"""Sites: where vehicles wait, plug in and charge. The agents of SimPy that own chargers and power."""
