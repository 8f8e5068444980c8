"""The run: components of a scenario, each in a SimPy environment of its own, merged into one set of tables."""

from __future__ import annotations

from fleetsim.simulation.run import simulate

__all__ = ["simulate"]
