"""Depots whose vehicles feed back: how much, when, for how long, and what it may never cost."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fleetsim.accounting.integrals import cut
from fleetsim.charging.strategies import STRATEGIES
from fleetsim.results.records import Records
from fleetsim.results.schema import SESSION_ENDS, TRIP_STATUS, Frame, select
from fleetsim.signals import Signals, SiteSupply
from fleetsim.simulation import simulate
from tests import laws
from tests.worlds import FEED_BACK, Here, depot, fleet, profiles, rotation, run, scenario, signals, vehicle

HOUR = 3_600.0
EVENING = rotation(blocks=[{"start": "12:30", "trips": 4, "layover_min": 5}])
"""Home at 17:45, away again at 12:30: the evening's and the morning's peak at home."""
KEPT_SOC = 0.4


def world(count: int = 1, guns: int | None = None, line: Any = None, sheet: Any = None, **site: Any) -> Any:
    """Buses that use 60 kWh a day and may give 60 kW above 40 %, at as many chargers unless told otherwise."""
    chargers = [{"type": "dc", "count": guns or count, "bidirectional": True}]
    base = {"strategy": "bidirectional", "base_load_kw": 300, "chargers": chargers}
    buses = fleet(count, **{"work": EVENING, "consumption_kwh_per_km": 0.6} | (line or {}))
    both_ways = profiles(vehicle(feed_back=FEED_BACK | (sheet or {})))
    return scenario(sites={"depot": depot(**base | site)}, fleets={"line": buses}, world=both_ways, days=3)


def fed(records: Records) -> Frame:
    draws = records.tables["draws"]
    return select(draws, (draws["session"] >= 0) & (draws["offered_kw"] < 0.0))


def test_one_bus_by_hand() -> None:
    """At 17:45 it holds 285 - 60 kWh; from 18:00 on it gives 60 kW, 63.2 out of the battery, down to 120 kWh. From
    02:00 on it draws 126.3 kW, 115.2 into the battery, and has 285 kWh at 03:30, in the last quarter slowed to that.
    What it gives from 07:00 to 09:00 is there again at noon."""
    records = run(world())
    draws, sessions = records.tables["draws"], records.tables["sessions"]
    first = select(draws, draws["session"] == sessions["session"][0])
    fed_h = (225.0 - 120.0) * 0.95 / 60.0
    assert first["offered_kw"][:1] == pytest.approx([-60.0])
    assert (first["start_at"][0], first["end_at"][0]) == pytest.approx((18 * HOUR, (18 + fed_h) * HOUR))
    assert (first["start_at"][1], first["offered_kw"][1]) == pytest.approx((26 * HOUR, 120 / 0.95))
    assert (first["end_at"][2], first["offered_kw"][2]) == pytest.approx(
        (27.5 * HOUR, (165 / 0.912 - 1.25 * 120 / 0.95) * 4)
    )
    assert (first["start_at"][3], first["end_at"][3]) == pytest.approx((31 * HOUR, 33 * HOUR))
    assert first["offered_kw"][3] == pytest.approx(-60.0)
    assert sessions["discharged_kwh"][0] == pytest.approx(99.75 + 120.0)
    assert sessions["released_kwh"][0] == pytest.approx(sessions["discharged_kwh"][0] / 0.95)
    assert sessions["soc_end"][0] == pytest.approx(0.95)
    assert SESSION_ENDS[sessions["end_reason"][0]] == "target"
    laws.check(records)


def levels_kwh(records: Records) -> np.ndarray:
    """What the battery holds at the end of each draw that feeds back before a duty, from its session's start on."""
    draws, sessions = records.tables["draws"], records.tables["sessions"]
    gain_kwh = draws["offered_kw"] * (draws["end_at"] - draws["start_at"]) / HOUR
    gain_kwh *= np.where(draws["offered_kw"] > 0.0, 0.95 * 0.96, 1 / 0.95)
    levels = []
    for row in np.flatnonzero(np.isfinite(sessions["planned_unplug_at"])):
        session = sessions["session"][row]
        mine = draws["session"] == session
        level = sessions["soc_start"][row] * 300.0 + np.cumsum(gain_kwh[mine])
        levels.append(level[draws["offered_kw"][mine] < 0.0])
    return np.concatenate(levels)


@pytest.mark.parametrize(
    ("floor_soc", "reserve", "trips", "least_kwh"),
    [(0.5, 0.1, 4, 150.0), (0.1, 0.3, 4, 150.0), (0.1, 0.1, 8, 150.0), (0.3, 0.3, 4, 150.0)],
    ids=["floor", "reserve and duty", "duty", "reserve above floor"],
)
def test_the_floor_is_the_highest_of_sheet_reserve_and_next_duty(
    floor_soc: float, reserve: float, trips: int, least_kwh: float
) -> None:
    work = rotation(blocks=[{"start": "07:30", "trips": trips, "layover_min": 5}])
    records = run(world(line={"reserve": reserve, "work": work}, sheet={"floor_soc": floor_soc}))
    assert len(fed(records)["site"])
    assert levels_kwh(records).min() == pytest.approx(least_kwh)


def test_nobody_feeds_back_where_a_duty_needs_all_there_is() -> None:
    assert not len(fed(run(world(line={"reserve": 0.75})))["site"])


@pytest.mark.parametrize(
    "changes",
    [
        {"base_load_kw": [20, 90] * 12}, {"base_load_kw": 0}, {"base_load_kw": 100, "connection_kw": 260},
        {"base_load_kw": [20, 90] * 12, "peak_kw": 70.0}, {"base_load_kw": 100, "guns": 4},
        {"base_load_kw": [20, 90] * 12, "sharing": "least_laxity", "connection_kw": 150},
    ],
    ids=str,
)  # fmt: skip
def test_vehicles_together_give_no_more_than_the_site_uses_at_any_instant(changes: dict[str, Any]) -> None:
    records = run(world(6, **changes))
    laws.check(records)
    assert len(fed(records)["site"])
    assert (laws.site_power_kw(records, 0)[1] >= -1e-9).all()
    assert (records.tables["trips"]["status"] == TRIP_STATUS.index("done")).all()


def test_the_sun_comes_first() -> None:
    """From seven to nine the panels give 70 kW of the 100 that the building uses; vehicles give the rest at most."""
    made = world(4, base_load_kw=100)
    clock = made.spec.clock
    hour = np.arange(clock.slots) % 96 / 4
    sun_kw = np.where((hour >= 7) & (hour < 9), 70.0, 0.0)
    supplied = replace(signals(clock), supply={"depot": SiteSupply(sun_kw, np.zeros(clock.slots))})
    draws = fed(simulate(made, supplied, Here()))
    in_sun = (draws["start_at"] % 86_400 >= 7 * HOUR) & (draws["start_at"] % 86_400 < 9 * HOUR)
    assert in_sun.any()
    for at_s in np.unique(draws["start_at"]):
        now = (draws["start_at"] <= at_s) & (draws["end_at"] > at_s)
        most_kw = 30.4 if 7 * HOUR <= at_s % 86_400 < 9 * HOUR else 100.4
        assert -draws["offered_kw"][now].sum() <= most_kw + 1e-9


def test_it_must_pay_at_the_prices_of_the_slots() -> None:
    """What is lost on the way and back, a seventh, is more than the peak is dearer than the valley: nobody feeds."""
    made = world()
    dear = signals(made.spec.clock)
    for factor, feeds in ((1.10, False), (1.20, True)):
        price = np.where(dear.peak, 0.5 * factor, 0.5)
        records = simulate(made, replace(dear, price_cny_per_kwh=price), Here())
        assert bool(len(fed(records)["site"])) == feeds


def test_the_bill_of_the_site_falls_and_by_more_than_the_losses_cost() -> None:
    bills = {}
    for strategy in ("cheapest", "bidirectional"):
        records = run(world(6, strategy=strategy))
        pieces = cut(records.tables["draws"], records.tables["clocks"])
        bills[strategy] = (pieces.kwh * signals(records.clock).price_cny_per_kwh[pieces.slot]).sum()
    assert bills["bidirectional"] < bills["cheapest"]


def test_above_a_cap_they_feed_whatever_the_hour_and_nobody_charges_beyond_it() -> None:
    """The building takes 200 kW from eight in the evening to midnight and 20 else; the site is to stay below 150."""
    base = [20] * 20 + [200] * 4
    records = run(world(6, base_load_kw=base, peak_kw=150.0))
    laws.check(records)
    hour = fed(records)["start_at"] % 86_400 / HOUR
    assert (hour >= 20).all()
    assert len(hour)
    assert laws.site_power_kw(records, 0)[1].max() <= 150.0 + 1e-6


def test_nobody_feeds_back_while_another_waits_for_a_charger() -> None:
    records = run(world(4, guns=2))
    waits, draws = records.tables["waits"], fed(records)
    assert len(waits["site"])
    for arrive_s, end_s in zip(waits["arrive_at"], waits["end_at"], strict=True):
        assert not ((draws["start_at"] < end_s - 1e-6) & (draws["end_at"] > arrive_s + 1e-6)).any()


def with_guest(*blocks: dict[str, Any]) -> Records:
    """One bus that feeds back and a guest, at one charger."""
    site = world().spec.sites["depot"].model_dump(exclude_unset=True)
    fleets = {
        "line": fleet(1, work=EVENING, consumption_kwh_per_km=0.6),
        "guest": fleet(1, work=rotation(blocks=list(blocks)), consumption_kwh_per_km=0.3),
    }
    both_ways = profiles(vehicle(feed_back=FEED_BACK))
    return run(scenario(sites={"depot": site}, fleets=fleets, world=both_ways, days=3))


def test_when_nobody_waits_any_more_who_was_held_off_feeds_on() -> None:
    """One bus gives from 18:00 on; another comes at 18:30, finds no charger and drives again at 19:30. The first gives
    the rest then, 105 kWh in the battery in all."""
    records = with_guest(
        {"start": "13:15", "trips": 4, "layover_min": 5}, {"start": "19:30", "trips": 1, "layover_min": 5}
    )
    waits, draws = records.tables["waits"], fed(records)
    assert (waits["arrive_at"][0], waits["end_at"][0]) == pytest.approx((18.5 * HOUR, 19.5 * HOUR))
    first = select(draws, draws["start_at"] < 22 * HOUR)
    rest_h = (225.0 - 120.0) * 0.95 / 60.0 - 0.5
    assert first["start_at"] == pytest.approx([18 * HOUR, 19.5 * HOUR])
    assert first["end_at"] == pytest.approx([18.5 * HOUR, (19.5 + rest_h) * HOUR])
    laws.check(records)


def test_who_draws_when_the_other_gives_up_feeds_once_it_has_what_it_wanted() -> None:
    """The guest comes at 02:30, while one draws, and drives again at 03:00. The one feeds at 07:00."""
    records = with_guest(
        {"start": "21:15", "trips": 4, "layover_min": 5}, {"start": "03:00", "trips": 8, "layover_min": 5}
    )
    waits, draws = records.tables["waits"], fed(records)
    assert (waits["arrive_at"][0], waits["end_at"][0]) == pytest.approx((26.5 * HOUR, 27 * HOUR))
    assert ((draws["start_at"] >= 31 * HOUR) & (draws["start_at"] < 33 * HOUR)).any()
    laws.check(records)


def test_who_is_to_feed_back_later_gives_the_charger_to_one_that_waits() -> None:
    """One bus draws from 02:00 to 03:30 and would feed from 07:00 on; another comes at 03:00 and waits for it.
    The first holds 120 + 115.2 kWh by then and draws the rest of 285 at full power."""
    records = with_guest({"start": "21:45", "trips": 4, "layover_min": 5})
    waits = records.tables["waits"]
    assert (waits["arrive_at"][0], waits["end_at"][0]) == pytest.approx((27 * HOUR, (27 + 49.8 / 115.2) * HOUR))
    laws.check(records)


@pytest.mark.parametrize("lacks", ["vehicle", "charger"])
def test_who_cannot_feed_back_charges_where_it_is_cheapest(lacks: str) -> None:
    chargers = [{"type": "dc", "count": 3, "bidirectional": lacks != "charger"}]
    made = world(3, chargers=chargers)
    if lacks == "vehicle":
        made = replace(made, profiles=profiles())
    found = []
    for strategy in ("bidirectional", "cheapest"):
        made.spec.sites["depot"].__dict__["strategy"] = strategy
        found.append(run(made).tables["sessions"])
    for column, values in found[0].items():
        np.testing.assert_allclose(values, found[1][column], rtol=1e-9, atol=1e-9, err_msg=column)


def test_other_strategies_leave_bidirectional_chargers_unused() -> None:
    for strategy in sorted(set(STRATEGIES) - {"bidirectional"}):
        assert not len(fed(run(world(2, strategy=strategy)))["site"])


def test_a_charger_that_fails_leaves_the_vehicle_what_its_next_duty_needs() -> None:
    chargers = [{"type": "dc", "count": 6, "bidirectional": True, "failures": {"per_year": 400, "repair_h": 5}}]
    records = run(world(6, chargers=chargers))
    laws.check(records)
    assert (records.tables["sessions"]["end_reason"] == SESSION_ENDS.index("outage")).any()
    assert (records.tables["trips"]["status"] == TRIP_STATUS.index("done")).all()


def test_shifted_by_a_day_everything_is_shifted_by_a_day() -> None:
    """Under the same prices every day, a run that begins a day later does the same a day later."""
    made = world(4, base_load_kw=[20, 90] * 12)
    later = made.spec.model_copy(update={"start_date": date(2026, 3, 10)})
    first, second = run(made), run(replace(made, spec=later))
    for column, values in fed(first).items():
        np.testing.assert_allclose(fed(second)[column], values, err_msg=column)


def test_vehicles_by_other_names_feed_back_the_same() -> None:
    """Fleets trade places in the file and in the alphabet; the site gives and takes the same at every moment."""
    buses = fleet(2, work=EVENING, consumption_kwh_per_km=0.6)
    later = fleet(
        2, work=rotation(blocks=[{"start": "13:00", "trips": 4, "layover_min": 5}]), consumption_kwh_per_km=0.6
    )
    base = world(4, base_load_kw=[20, 90] * 12)
    profiles_ = base.profiles
    power = []
    for fleets in ({"a": buses, "b": later}, {"b": buses, "a": later}):
        site = depot(strategy="bidirectional", base_load_kw=[20, 90] * 12,
                     chargers=[{"type": "dc", "count": 4, "bidirectional": True}])  # fmt: skip
        records = run(scenario(sites={"depot": site}, fleets=fleets, world=profiles_, days=3))
        power.append(laws.site_power_kw(records, 0))
    np.testing.assert_allclose(power[0][0], power[1][0])
    np.testing.assert_allclose(power[0][1], power[1][1], atol=1e-9)


@settings(max_examples=25, deadline=None)
@given(
    base=st.lists(st.floats(0, 200), min_size=24, max_size=24),
    prices=st.lists(st.floats(0.1, 1.5), min_size=24, max_size=24),
    kw=st.floats(5, 60), floor_soc=st.floats(0.0, 0.8), start_h=st.integers(0, 23), connection_kw=st.floats(350, 900),
)  # fmt: skip
def test_whatever_prices_and_buildings_do_the_laws_hold_and_no_trip_is_missed(
    base: list[float], prices: list[float], kw: float, floor_soc: float, start_h: int, connection_kw: float
) -> None:
    work = rotation(blocks=[{"start": f"{start_h:02d}:10", "spread_min": 90, "trips": 4, "layover_min": 5}])
    sheet = {"power_kw": kw, "floor_soc": floor_soc}
    made = world(3, line={"work": work}, sheet=sheet, base_load_kw=base, connection_kw=connection_kw)
    clock = made.spec.clock
    price = np.repeat(np.tile(prices, clock.total_days), 4)
    by_hour = Signals(price, price < 0.4, price > 0.7, np.full(clock.slots, 0.8))
    records = simulate(made, by_hour, Here())
    laws.check(records)
    assert (records.tables["trips"]["status"] != TRIP_STATUS.index("cancelled")).all()
