"""The benchmark: how fast the program is, against the floor of bare SimPy measured in the same run."""
