"""Published networks that the sweep is tested on."""

from __future__ import annotations

import numpy as np

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


def cigre_mv() -> tuple[list[int], np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Buses below the transformers, parents first; then parent, impedance, load and shunt of each, on 1 MVA."""
    base_ohm = 20.0**2
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
    return order, parent, impedance, np.array([[LOADS_MW.get(node, 0)] for node in order]), shunt
