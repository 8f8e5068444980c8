"""Energy: formulas of batteries, charge curves and trips. No SimPy here."""
