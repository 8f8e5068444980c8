"""The sweep against published results and pandapower."""

from __future__ import annotations

import numpy as np
import pytest

from fleetsim.network.sweep import sweep

# Baran and Wu, IEEE Transactions on Power Delivery 4 (1989) 1401-1407: from, to, r and x in ohm, load in kW and kvar.
IEEE_33 = """
1 2 .0922 .0470 100 60, 2 3 .4930 .2511 90 40, 3 4 .3660 .1864 120 80, 4 5 .3811 .1941 60 30, 5 6 .8190 .7070 60 20,
6 7 .1872 .6188 200 100, 7 8 .7114 .2351 200 100, 8 9 1.0300 .7400 60 20, 9 10 1.0440 .7400 60 20,
10 11 .1966 .0650 45 30, 11 12 .3744 .1238 60 35, 12 13 1.4680 1.1550 60 35, 13 14 .5416 .7129 120 80,
14 15 .5910 .5260 60 10, 15 16 .7463 .5450 60 20, 16 17 1.2890 1.7210 60 20, 17 18 .7320 .5740 90 40,
2 19 .1640 .1565 90 40, 19 20 1.5042 1.3554 90 40, 20 21 .4095 .4784 90 40, 21 22 .7089 .9373 90 40,
3 23 .4512 .3083 90 50, 23 24 .8980 .7091 420 200, 24 25 .8960 .7011 420 200, 6 26 .2030 .1034 60 25,
26 27 .2842 .1447 60 25, 27 28 1.0590 .9337 60 20, 28 29 .8042 .7006 120 70, 29 30 .5075 .2585 200 600,
30 31 .9744 .9630 150 70, 31 32 .3105 .3619 210 100, 32 33 .3410 .5302 60 40
"""
BASE_MVA, BASE_KV = 1.0, 12.66


def ieee_33() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rows = np.array([[float(cell) for cell in line.split()] for line in IEEE_33.split(",")])
    parent = rows[:, 0].astype(int) - 2
    impedance = (rows[:, 2] + 1j * rows[:, 3]) * BASE_MVA / BASE_KV**2
    load = (rows[:, 4] + 1j * rows[:, 5]) / 1e3 / BASE_MVA
    return parent, impedance, load[:, np.newaxis]


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
