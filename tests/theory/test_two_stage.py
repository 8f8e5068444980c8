"""Charging times of a two-stage battery against the integral.

Such a battery takes constant power up to a knee, and from there on a power that falls on a straight line to the full
battery. With P(E) in kW into the battery at the energy E, the time is the integral of dE / P(E): E over P below the
knee, and a logarithm above it. The charger's nameplate never binds here; the knee is the battery's.
"""

from __future__ import annotations

from math import log
from typing import Any

import numpy as np
import pytest
from scipy.integrate import quad

from fleetsim.charging.reallocation import Reallocation
from fleetsim.charging.rules import proportional
from fleetsim.charging.sharing import NEVER
from fleetsim.charging.virtual_clock import VirtualClock
from fleetsim.energy.curve import charge_steps
from fleetsim.results.records import Records
from tests.charging.test_sharing import Log, finish
from tests.worlds import depot, fleet, profiles, rotation, run, scenario, vehicle

HOUR = 3_600.0
FULL_KWH, KNEE_KWH, TARGET_KWH, HOME_KWH = 300.0, 240.0, 285.0, 175.0
"""A bus comes home with 0.95 of 300 kWh less the 110 kWh of four trips."""
FIRST_KW, LAST_KW = 120.0, 30.0
CHARGER, BATTERY = 0.95, 0.96
FALL_KW_PER_KWH = (FIRST_KW - LAST_KW) / (FULL_KWH - KNEE_KWH)
CORNERS = ((0.0, FIRST_KW / FULL_KWH), (KNEE_KWH / FULL_KWH, FIRST_KW / FULL_KWH), (1.0, LAST_KW / FULL_KWH))
STEPS = charge_steps(
    CORNERS, battery_kwh=FULL_KWH, limit_kw=FIRST_KW, charger_efficiency=CHARGER, battery_efficiency=BATTERY
)
STANDBY_KW = 0.1


def accepted_kw(level_kwh: float) -> float:
    """Power at the charger's outlet that the battery accepts."""
    return FIRST_KW - FALL_KW_PER_KWH * max(0.0, level_kwh - KNEE_KWH)


def hours(from_kwh: float, to_kwh: float, limit_kw: float = NEVER) -> float:
    """Closed form, where the limit (at the outlet) is met from above: at ``limit_kw`` until the battery takes less."""
    held_kw = min(limit_kw, FIRST_KW)
    bend_kwh = min(max(from_kwh, KNEE_KWH + (FIRST_KW - held_kw) / FALL_KW_PER_KWH), to_kwh)
    falling = log(accepted_kw(bend_kwh) / accepted_kw(to_kwh)) / (FALL_KW_PER_KWH * BATTERY)
    return max(0.0, bend_kwh - from_kwh) / (held_kw * BATTERY) + falling


def home(buses: int = 1, limit_kw: float = NEVER, **site: Any) -> Records:
    """Buses that come home together; ``limit_kw`` is what each may have at its outlet."""
    if limit_kw < NEVER:
        site["connection_kw"] = buses * (limit_kw / CHARGER + STANDBY_KW)
    model = vehicle(charge_curve=[{"soc": soc, "c_rate": rate} for soc, rate in CORNERS])
    work = rotation(blocks=[{"start": "05:00", "trips": 4, "layover_min": 5}])
    lines = {"line": fleet(buses, work=work)}
    return run(scenario(sites={"depot": depot(buses, **site)}, fleets=lines, world=profiles(model), days=1))


def taken_h(records: Records) -> np.ndarray:
    sessions = records.tables["sessions"]
    assert sessions["stored_kwh"] == pytest.approx(np.full(len(sessions["session"]), TARGET_KWH - HOME_KWH), rel=1e-12)
    return np.asarray((sessions["end_at"] - sessions["start_at"]) / HOUR)


@pytest.mark.parametrize("limit_kw", [NEVER, 75.0, 40.0])
def test_the_closed_form_is_the_integral(limit_kw: float) -> None:
    def hours_per_kwh(level_kwh: float) -> float:
        return 1.0 / (min(limit_kw, accepted_kw(level_kwh)) * BATTERY)

    bends = [KNEE_KWH, KNEE_KWH + (FIRST_KW - min(limit_kw, FIRST_KW)) / FALL_KW_PER_KWH]
    integral, _ = quad(hours_per_kwh, HOME_KWH, TARGET_KWH, points=bends)
    assert hours(HOME_KWH, TARGET_KWH, limit_kw) == pytest.approx(integral, rel=1e-9)


def test_a_lone_bus_takes_the_time_of_the_integral() -> None:
    """65 kWh at 115.2 kW, then ln(120 / 52.5) / (1.5 x 0.96) hours: 0.5642 + 0.5741."""
    assert taken_h(home()) == pytest.approx([hours(HOME_KWH, TARGET_KWH)], rel=1e-12)
    assert hours(HOME_KWH, TARGET_KWH) == pytest.approx(65 / 115.2 + log(120 / 52.5) / 1.44)


@pytest.mark.parametrize("sharing", ["proportional", "first_come", "equal", "earliest_departure", "least_laxity"])
def test_under_a_limit_a_bus_draws_the_limit_until_it_accepts_less(sharing: str) -> None:
    """75 kW at the outlet are met at 270 kWh, the edge of a step, so that the staircase is exact there as well."""
    records = home(limit_kw=75.0, sharing=sharing)
    assert taken_h(records) == pytest.approx([hours(HOME_KWH, TARGET_KWH, 75.0)], rel=1e-9)
    assert records.tables["draws"]["offered_kw"].max() >= 75 / CHARGER


@pytest.mark.parametrize("sharing", ["proportional", "equal"])
@pytest.mark.parametrize("buses", [2, 7])
def test_buses_that_share_a_limit_each_have_their_part_of_it(buses: int, sharing: str) -> None:
    records = home(buses, limit_kw=75.0, sharing=sharing)
    assert taken_h(records) == pytest.approx([hours(HOME_KWH, TARGET_KWH, 75.0)] * buses, rel=1e-9)


@pytest.mark.parametrize("limit_kw", [40.0, 75.0 / CHARGER, 150.0])
def test_a_shared_factor_slows_both_stages_alike(limit_kw: float) -> None:
    """One bus at constant power beside one in its falling stage, for both of which there is too little.

    Both run at full power on a clock of their own, the second for ``tau`` = ln(P / P(target)) / (k eta). Up to its end
    the site has drawn the energy of both and nothing but its limit, so it comes after that energy over the limit; the
    first bus has got P eta tau by then.
    """
    tau_h = hours(KNEE_KWH, TARGET_KWH)
    drawn_kwh = (FIRST_KW * tau_h + (TARGET_KWH - KNEE_KWH) / BATTERY) / CHARGER
    alone_h = hours(FIRST_KW * BATTERY * tau_h, TARGET_KWH, limit_kw * CHARGER)
    for engine in (VirtualClock(Log(), limit_kw), Reallocation(Log(), proportional, limit_kw)):
        engine.start(0.0, 1, STEPS, 0.0, TARGET_KWH)
        engine.start(0.0, 2, STEPS, KNEE_KWH, TARGET_KWH)
        ended = finish(engine)
        assert ended[2] == pytest.approx(drawn_kwh / limit_kw * HOUR, rel=1e-12)
        assert ended[1] - ended[2] == pytest.approx(alone_h * HOUR, rel=1e-9)


@pytest.mark.parametrize("target_kwh", [245.0, 262.5, 276.0, 284.9])
def test_between_the_edges_of_its_steps_the_staircase_is_off_by_less_than_15_thousandths(target_kwh: float) -> None:
    engine = VirtualClock(Log())
    engine.start(0.0, 1, STEPS, HOME_KWH, target_kwh)
    exact_s = hours(HOME_KWH, target_kwh) * HOUR
    off = abs(finish(engine)[1] / exact_s - 1.0)
    assert 0.0 < off < 0.015
