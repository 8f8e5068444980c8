"""The European medium-voltage benchmark of CIGRE without generation, as pandapower solves it."""

from __future__ import annotations

import numpy as np
import pytest

from fleetsim.network.sweep import sweep

# CIGRE Task Force C6.04.02, Technical Brochure 575 (2014): upper and lower node, length, and which of two conductors.
LINES = [
    (1, 2, 2.82, 0), (2, 3, 4.42, 0), (3, 4, 0.61, 0), (4, 5, 0.56, 0), (5, 6, 1.54, 0), (3, 8, 1.30, 0),
    (8, 7, 1.67, 0), (8, 9, 0.32, 0), (9, 10, 0.77, 0), (10, 11, 0.33, 0), (12, 13, 4.89, 1), (13, 14, 2.99, 1),
]  # fmt: skip
OPEN_ENDED = [(6, 0.24, 0), (11, 0.49, 0), (14, 2.00, 1)]
"""Lines behind an open switch still charge."""
OHM_PER_KM, NF_PER_KM = (0.501 + 0.716j, 0.510 + 0.366j), (151.1749, 10.09679)
LOADS_MW = {
    1: 19.839 + 4.637136j, 3: 0.5017 + 0.208882j, 4: 0.43165 + 0.108182j, 5: 0.7275 + 0.182329j,
    6: 0.54805 + 0.137354j, 7: 0.0765 + 0.04741j, 8: 0.58685 + 0.147078j, 9: 0.57375 + 0.355578j,
    10: 0.5433 + 0.161264j, 11: 0.3298 + 0.082656j, 12: 20.01 + 4.693341j, 13: 0.034 + 0.021071j,
    14: 0.54005 + 0.257713j,
}  # fmt: skip
VOLTAGES_PU = (
    1.03, 0.992, 0.9681, 0.931, 0.9291, 0.9278, 0.9263, 0.9251, 0.9254, 0.9244, 0.9232, 0.923, 1.0001, 0.9953, 0.9926,
)  # fmt: skip
"""pandapower 3.5.6."""
TRANSFORMER_LOADING = (1.014114714, 0.84698047546)


def test_cigre_mv_has_the_voltages_and_transformer_loadings_of_pandapower() -> None:
    base_ohm, base_mva = 20.0**2, 1.0
    order = [1, 2, 3, 4, 5, 6, 8, 7, 9, 10, 11, 12, 13, 14]
    row = {node: number for number, node in enumerate(order)}
    transformer = (0.0016 + 1j * np.sqrt(0.1200107**2 - 0.0016**2)) / 25
    parent, impedance = np.full(14, -1), np.full(14, transformer)
    shunt = np.zeros(14, dtype=complex)

    def half_line(km: float, conductor: int) -> complex:
        return 0.5j * 2 * np.pi * 50 * NF_PER_KM[conductor] * 1e-9 * km * base_ohm

    for upper, lower, km, conductor in LINES:
        parent[row[lower]] = row[upper]
        impedance[row[lower]] = OHM_PER_KM[conductor] * km / base_ohm
        for node in (upper, lower):
            shunt[row[node]] += half_line(km, conductor)
    for node, km, conductor in OPEN_ENDED:
        shunt[row[node]] += 2 * half_line(km, conductor)
    load = np.array([[LOADS_MW.get(node, 0)] for node in order]) / base_mva
    flow = sweep(parent, impedance, load, np.array(1.03), shunt_pu=shunt)
    found = {node: abs(flow.voltage_pu[number, 0]) for node, number in row.items()}
    for node in order:
        assert found[node] == pytest.approx(VOLTAGES_PU[node], abs=1e-4), node
    loading = np.abs(flow.current_pu[[row[1], row[12]], 0]) / 25
    assert loading == pytest.approx(TRANSFORMER_LOADING, abs=1e-4)
