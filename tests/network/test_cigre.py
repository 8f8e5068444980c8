"""The European medium-voltage benchmark of CIGRE without generation, as pandapower solves it."""

from __future__ import annotations

import numpy as np
import pytest

from fleetsim.network.sweep import sweep
from tests.network.networks import cigre_mv

VOLTAGES_PU = (
    1.03, 0.992, 0.9681, 0.931, 0.9291, 0.9278, 0.9263, 0.9251, 0.9254, 0.9244, 0.9232, 0.923, 1.0001, 0.9953, 0.9926,
)  # fmt: skip
"""pandapower 3.5.6."""
TRANSFORMER_LOADING = (1.014114714, 0.84698047546)


def test_cigre_mv_has_the_voltages_and_transformer_loadings_of_pandapower() -> None:
    order, parent, impedance, load, shunt = cigre_mv()
    flow = sweep(parent, impedance, load, np.array(1.03), shunt_pu=shunt)
    for number, node in enumerate(order):
        assert abs(flow.voltage_pu[number, 0]) == pytest.approx(VOLTAGES_PU[node], abs=1e-4), node
    loading = np.abs(flow.current_pu[[order.index(1), order.index(12)], 0]) / 25
    assert loading == pytest.approx(TRANSFORMER_LOADING, abs=1e-4)
