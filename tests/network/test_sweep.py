"""The sweep against published results."""

from __future__ import annotations

import numpy as np
import pytest

from fleetsim.network.sweep import sweep
from tests.network.networks import ieee_33


def test_the_33_buses_of_baran_and_wu_lose_what_is_published() -> None:
    parent, impedance, load = ieee_33()
    flow = sweep(parent, impedance, load, np.array(1.0))
    loss = np.sum(impedance[:, np.newaxis] * np.abs(flow.current_pu) ** 2) * 1e3
    assert loss.real == pytest.approx(202.68, rel=1e-4)
    assert loss.imag == pytest.approx(135.14, rel=1e-4)
    assert abs(flow.voltage_pu[16, 0]) == pytest.approx(0.9131, abs=1e-4)


def test_what_is_sent_is_what_is_drawn_and_lost() -> None:
    parent, impedance, load = ieee_33()
    flow = sweep(parent, impedance, load * np.array([1.0, 0.3, 0.0]), np.array(1.0))
    lost = (impedance[:, np.newaxis] * np.abs(flow.current_pu) ** 2).sum(axis=0)
    sent = flow.sent_pu[parent < 0].sum(axis=0)
    assert sent == pytest.approx(load.sum() * np.array([1.0, 0.3, 0.0]) + lost, rel=1e-7)


def test_a_load_beyond_the_nose_of_the_curve_has_no_voltage() -> None:
    flow = sweep(np.array([-1]), np.array([0.1 + 0.1j]), np.array([[0.1, 50.0]], dtype=complex), np.array(1.0))
    assert np.isnan(flow.voltage_pu[0]).tolist() == [False, True]


def test_parents_behind_their_children_are_refused() -> None:
    with pytest.raises(ValueError, match="before"):
        sweep(np.array([1, -1]), np.ones(2, dtype=complex), np.zeros((2, 1), dtype=complex), np.array(1.0))
