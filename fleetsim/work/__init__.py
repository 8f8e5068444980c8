"""Work: what vehicles have to do, drawn up in arrays before the run. No SimPy here."""
