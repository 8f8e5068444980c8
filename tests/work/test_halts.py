"""What a dispatcher counts on at halts."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from fleetsim.energy.curve import charge_steps
from fleetsim.work.halts import least_levels_kwh
from tests.worlds import LFP

STEPS = charge_steps(LFP, battery_kwh=300, limit_kw=200, charger_efficiency=0.95, battery_efficiency=0.96)
TARGET_KWH, RESERVE_KWH = 285.0, 60.0


def lowest_kwh(level_kwh: float, expected_kwh: list[float], charge_s: list[float]) -> float:
    """The lowest level after any trip, going forward and charging no further than the target."""
    lowest = level_kwh
    for trip, (used_kwh, stay_s) in enumerate(zip(expected_kwh, charge_s, strict=True)):
        if trip and stay_s and level_kwh < TARGET_KWH:
            level_kwh = min(TARGET_KWH, STEPS.level_at(STEPS.time_at(level_kwh) + stay_s))
        level_kwh -= used_kwh
        lowest = min(lowest, level_kwh)
    return lowest


trips = st.lists(st.tuples(st.floats(-10, 60), st.sampled_from([0.0, 300.0, 900.0])), min_size=1, max_size=10)


@given(trips)
@settings(max_examples=100, deadline=None)
def test_the_least_level_is_just_enough_for_the_rest_of_a_block(drawn: list[tuple[float, float]]) -> None:
    """Begun with it, the reserve holds; with a little less, it does not, unless the reserve itself is the least."""
    expected_kwh, charge_s = (list(column) for column in zip(*drawn, strict=True))
    charge_s[0] = 0.0
    arrays = np.array([expected_kwh]), np.array([charge_s]), np.zeros((1, len(drawn)), dtype=np.intp)
    least = float(least_levels_kwh(*arrays, (STEPS,), TARGET_KWH, RESERVE_KWH)[0, 0])
    if least <= TARGET_KWH:
        assert lowest_kwh(least, expected_kwh, charge_s) >= RESERVE_KWH - 1e-6
    if least > RESERVE_KWH + 0.1:
        assert lowest_kwh(min(least, TARGET_KWH) - 0.1, expected_kwh, charge_s) < RESERVE_KWH
