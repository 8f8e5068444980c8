"""Power flow in radial networks: the backward/forward sweep, all times at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Complex = NDArray[np.complex128]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

TOLERANCE_PU = 1e-9
MOST_SWEEPS = 100


@dataclass(frozen=True, slots=True, eq=False)
class Flow:
    """What flows, shape ``(nodes, times)``; a time that has no solution is NaN."""

    voltage_pu: Complex
    """Voltage of each node."""
    sent_pu: Complex
    """Power that enters the branch of each node at its upper end."""
    current_pu: Complex
    """Current through the branch of each node, at its lower end."""


def sweep(
    parent: Ints,
    impedance_pu: Complex,
    load_pu: Complex,
    source_pu: Complex | Floats,
    *,
    shunt_pu: Complex | None = None,
    ratio: Floats | None = None,
) -> Flow:
    """Voltages and flows of a forest of nodes, each with one branch to its parent (-1: the source).

    Backward, currents add up towards the source: ``I = conj(S / V) + Y V`` and those of the children over their
    ratios; forward, voltages fall from it: ``V = V_parent / ratio - Z I``. Parents stand before their children.
    ``load_pu`` has shape ``(nodes, times)``; ``source_pu`` is one voltage or one for each node below the source.

    Method: Shirmohammadi et al., IEEE Transactions on Power Systems 3 (1988) 753-762.
    """
    nodes, _ = load_pu.shape
    levels = _levels(parent)
    ratios = np.ones(nodes) if ratio is None else ratio
    shunt = np.zeros(nodes, dtype=complex) if shunt_pu is None else shunt_pu
    source = np.broadcast_to(np.asarray(source_pu, dtype=complex), (nodes,))
    # Start from the source's voltage, over the ratios on the way.
    start = np.array(source)
    for level in levels[1:]:
        start[level] = start[parent[level]] / ratios[level]
    start[levels[0]] = source[levels[0]] / ratios[levels[0]]
    voltage = np.repeat(start[:, np.newaxis], load_pu.shape[1], axis=1)
    with np.errstate(all="ignore"):
        for _ in range(MOST_SWEEPS):
            current = np.conj(load_pu / voltage) + shunt[:, np.newaxis] * voltage
            for level in levels[:0:-1]:
                np.add.at(current, parent[level], current[level] / ratios[level, np.newaxis])
            before = voltage.copy()
            for number, level in enumerate(levels):
                above = source[level, np.newaxis] if number == 0 else voltage[parent[level]]
                voltage[level] = above / ratios[level, np.newaxis] - impedance_pu[level, np.newaxis] * current[level]
            gap = np.abs(voltage - before).max(axis=0, initial=0.0)
            if np.all((gap < TOLERANCE_PU) | ~np.isfinite(gap)):
                break
    voltage[:, ~(gap < TOLERANCE_PU)] = np.nan
    upper = voltage + impedance_pu[:, np.newaxis] * current
    return Flow(voltage, upper * np.conj(current), current)


def _levels(parent: Ints) -> list[Ints]:
    """Nodes by their distance from the source."""
    depth = np.zeros(len(parent), dtype=np.int64)
    for node, above in enumerate(parent):
        if above >= node:
            raise ValueError("parents must stand before their children")
        depth[node] = 0 if above < 0 else depth[above] + 1
    return [np.flatnonzero(depth == level) for level in range(int(depth.max(initial=0)) + 1)]
