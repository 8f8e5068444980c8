"""A hydrogen station with banks: by hand, by law, and when pressure fails."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from simpy import Environment

from fleetsim.accounting import account
from fleetsim.accounting.hydrogen_balance import storage_balance
from fleetsim.energy.cascade import Vessel, flow_kg, until_margin_s
from fleetsim.energy.hydrogen import compression_kwh_per_kg
from fleetsim.profiles import Climate, Profiles
from fleetsim.report.metrics import metrics
from fleetsim.results.records import Records
from fleetsim.results.schema import FLOWS, REFUEL_ENDS, TRIP_REASONS, TRIP_STATUS, WAIT_CAUSES, WAIT_OUTCOMES
from fleetsim.scenario.schema import Scenario
from fleetsim.signals import Signals
from fleetsim.simulation.station_plant import day_temperatures_k
from fleetsim.sites.bank import BankPlant, CascadePlant
from fleetsim.sites.cascade_station import CascadeStation
from fleetsim.sites.hydrogen_station import IDLE, Production, StationPlant
from fleetsim.sites.log import SiteLog
from tests import laws
from tests.accounting.synthetic import grid_and_prices
from tests.worlds import fuel_cell_fleet, profiles, rotation, run, scenario, station

HOUR = 3_600.0
RATE = 2 / 60
BANKS = ((100, 20), (60, 40), (40, 45))
COMPRESSOR = {"suction_mpa": 2, "discharge_mpa": 45}
TANK = Vessel.holding(25, 35)
BLOCK_KG = 110 / (33.33 * 0.5) * 1.05
"""What a block takes, as in ``tests/simulation/test_hydrogen.py``: the tank then falls from 25 kg to 4.21 in three."""
CAME_KG = 25 - 3 * BLOCK_KG
FULL, PRESSURE, OUTAGE = (REFUEL_ENDS.index(word) for word in ("full", "pressure", "outage"))


def banked(*banks: tuple[float, float], **changes: Any) -> dict[str, Any]:
    """A station with banks of so many kilograms at so many MPa."""
    named = [{"capacity_kg": kg, "max_mpa": mpa} for kg, mpa in banks or BANKS]
    return station(**{"storage_kg": None, "banks": named, "compressor": COMPRESSOR, "initial_share": 1.0} | changes)


def climate(mean_c: float = 15.0, day_to_day_k: float = 0.0) -> Profiles:
    """A town with one temperature, that at which vessels are rated, or with warmer and colder days."""
    world = profiles()
    months = [{"mean_c": mean_c, "daily_swing_k": 10}] * 12
    town = world.cities["town"].model_dump() | {"months": months, "day_to_day_k": day_to_day_k}
    return replace(world, cities={"town": Climate.model_validate(town)})


def world(site: dict[str, Any], line: dict[str, Any] | None = None, **changes: Any) -> Scenario:
    fleets = {"line": fuel_cell_fleet(**(line or {}))}
    return scenario(sites={"station": site}, fleets=fleets, **{"world": climate()} | changes)


def levels_kg(records: Records, bank: int) -> np.ndarray:
    table = records.tables["banks"]
    mine = table["bank"] == bank
    return np.concatenate([table["start_kg"][mine], table["end_kg"][mine]])


def test_a_tank_is_filled_from_the_lowest_bank_first_then_from_the_next() -> None:
    """Without production: each bank gives until it is 1 MPa above the tank; the last one has some left."""
    records = run(world(banked(electrolyser={"rated_kw": 1}), {"count": 1}))
    refuels = records.tables["refuels"]
    assert refuels["end_reason"].tolist() == [FULL]
    assert refuels["hydrogen_kg"] == pytest.approx([25 - CAME_KG])
    assert refuels["end_at"] - refuels["start_at"] == pytest.approx([(25 - CAME_KG) / RATE])
    level_kg, given_kg = CAME_KG, []
    for number, (kg, mpa) in enumerate(BANKS):
        flow = flow_kg(Vessel.holding(kg, mpa), TANK, (kg, level_kg), 1.0)
        given_kg.append(min(flow, 25 - level_kg))
        level_kg += given_kg[-1]
        assert kg - levels_kg(records, number).min() == pytest.approx(given_kg[-1], abs=0.02)
    assert min(given_kg) > 2
    laws.check(records)


def waiting_station(
    env: Environment, held_kg: float, made_kg_per_h: float = 9.0, closures: tuple[tuple[float, float], ...] = ()
) -> tuple[CascadeStation, SiteLog]:
    """One dispenser and one bank of 30 kg at 45 MPa that holds ``held_kg``, a compressor behind it."""
    vessel, log = Vessel.holding(30, 45), SiteLog()
    making = Production(500.0, 0.0, made_kg_per_h / HOUR, 0.0)
    plant = StationPlant(
        site=0, capacity_kg=30, initial_kg=held_kg, dispensers=1, dispense_kg_per_s=RATE, wanted=making, least=making,
        strategy="constant", low_kg=0.0, deliveries=(), outages=(), closures=closures,
    )  # fmt: skip
    bank = BankPlant(vessel, 30.0, vessel.content_kg(5), held_kg, 1.0, (0.0,) * 10)
    slots, never = np.zeros(96 * 4), np.zeros(96 * 4, dtype=bool)
    return CascadeStation(env, plant, CascadePlant((bank,)), Signals(slots, never, never, slots), log), log


def test_a_bus_waits_for_pressure_as_long_as_the_compressor_takes_by_hand() -> None:
    """It asks for 5 kg and 20 in its tank: the bank must end 1 MPa above that, so it must hold 5 kg more before."""
    env, bank = Environment(), Vessel.holding(30, 45)
    needed_kg = bank.content_kg(TANK.pressure_mpa(20) + 1) + 5
    station_, log = waiting_station(env, held_kg=needed_kg - 3.0)
    visit = station_.visit(0, 15.0, 25.0, 20.0, 10 * HOUR, TANK)
    env.run(visit.ended)
    wait, refuel = log.pressure_waits.array(), log.refuels.array()
    assert wait["end_s"] - wait["arrive_s"] == pytest.approx([3.0 / 9.0 * HOUR])
    assert wait["outcome"].tolist() == [WAIT_OUTCOMES.index("served")]
    assert refuel["start_s"].tolist() == wait["end_s"].tolist()
    assert refuel["reason"].tolist() == [PRESSURE]
    assert visit.over
    drawn_s = until_margin_s(bank, TANK, (needed_kg, 15.0), (9 / HOUR - RATE, RATE), 1.0)
    assert refuel["end_kg"] == pytest.approx([15.0 + drawn_s * RATE])


def test_a_bus_whose_time_is_up_takes_what_there_is_and_leaves() -> None:
    env, bank = Environment(), Vessel.holding(30, 45)
    held_kg = bank.content_kg(TANK.pressure_mpa(17) + 1) + 2
    station_, log = waiting_station(env, held_kg, made_kg_per_h=0.0)
    visit = station_.visit(0, 15.0, 25.0, 20.0, HOUR, TANK)
    env.run(visit.ended)
    assert visit.level_kg == pytest.approx(17.0)
    assert log.pressure_waits.array()["end_s"].tolist() == [HOUR]
    assert visit.over


def test_a_bus_whose_time_is_up_without_any_pressure_decides_for_itself() -> None:
    """It goes, and its wait has left as outcome; or it stays on and is served."""
    for stays in (False, True):
        env = Environment()
        station_, log = waiting_station(env, Vessel.holding(30, 45).content_kg(10), made_kg_per_h=3.0)
        visit = station_.visit(0, 15.0, 25.0, 16.0, HOUR, TANK)
        env.run(visit.ended)
        assert not visit.over
        if stays:
            station_.extend(visit, 20 * HOUR, 16.0)
            env.run(visit.ended)
            assert visit.level_kg >= 16.0
        else:
            station_.leave(visit)
        outcome = "served" if stays else "left"
        assert log.pressure_waits.array()["outcome"].tolist() == [WAIT_OUTCOMES.index(outcome)]


def test_a_closing_station_sends_back_to_the_queue_who_waits_for_pressure() -> None:
    env = Environment()
    held_kg = Vessel.holding(30, 45).content_kg(10)
    station_, log = waiting_station(env, held_kg, 6.0, closures=((0.5 * HOUR, 2 * HOUR),))
    visit = station_.visit(0, 15.0, 25.0, 20.0, 50 * HOUR, TANK)
    env.run(visit.ended)
    waits, pressure = log.waits.array(), log.pressure_waits.array()
    assert (waits["arrive_s"].tolist(), waits["end_s"].tolist()) == ([0.0], [2 * HOUR])
    assert pressure["arrive_s"].tolist() == [2 * HOUR]
    assert visit.level_kg >= 20.0


@pytest.mark.parametrize("mean_c", [0.0, 15.0, 30.0])
def test_banks_are_filled_to_their_pressures_and_hold_more_when_it_is_cold(mean_c: float) -> None:
    records = run(world(banked(initial_share=0.5), {"count": 1}, days=1, world=climate(mean_c)))
    banks = records.tables["banks"]
    for number, (kg, mpa) in enumerate(BANKS):
        full_kg = Vessel.holding(kg, mpa).at(mean_c + 273.15).content_kg(mpa)
        assert levels_kg(records, number).max() == pytest.approx(full_kg, abs=1e-5)
        assert banks["end_mpa"][banks["bank"] == number].max() == pytest.approx(mpa)
        assert (full_kg > kg * 1.01) == (mean_c == 0.0)
        assert (full_kg < kg * 0.99) == (mean_c == 30.0)
    laws.check(records)


def test_a_warmer_day_raises_the_pressure_of_what_is_there() -> None:
    """The station is closed, so the banks hold what they hold, and their pressure follows the day."""
    closed = [{"start": "2026-03-09 00:00", "hours": 120, "of": "station"}]
    site = banked(initial_share=0.5, electrolyser=None, compressor=None, outages=closed)
    town = world(site, {"count": 1}, days=5, world=climate(day_to_day_k=8.0))
    days_k = day_temperatures_k(town.spec.sites["station"], town)
    assert len(set(days_k)) > 2
    banks = run(town).tables["banks"]
    for bank, start_s, mpa in zip(banks["bank"], banks["start_at"], banks["start_mpa"], strict=True):
        kg, rated_mpa = BANKS[bank]
        vessel = Vessel.holding(kg, rated_mpa).at(days_k[int(start_s // (24 * HOUR))])
        assert mpa == pytest.approx(vessel.pressure_mpa(kg / 2), rel=1e-9)
    assert (banks["start_kg"] == banks["end_kg"]).all()


def test_the_compressor_fills_the_highest_bank_first_and_works_harder_as_its_pressure_rises() -> None:
    records = run(world(banked(initial_share=0.5), {"count": 1}, days=1))
    banks, draws = records.tables["banks"], records.tables["draws"]
    full_s = [float(banks["end_at"][(banks["bank"] == number) & (banks["end_kg"] > kg - 1e-6)].min())
              for number, (kg, _) in enumerate(BANKS)]  # fmt: skip
    assert full_s == pytest.approx([22 * HOUR * (40 / 2 + 60 / 2 + 100 / 2) / 200, 22 * HOUR * 0.25, 22 * HOUR * 0.1])
    compressor = draws["offered_kw"][draws["load"] == 3]
    high = compressor[:5]
    assert (np.diff(high) > 0).all()
    w = [compression_kwh_per_kg(2, Vessel.holding(40, 45).pressure_mpa(kg)) for kg in (36, 40)]
    assert w[0] < high[-1] / (500 / 55) < w[1]


def test_energy_for_compression_is_that_of_the_pressures_passed() -> None:
    """From half to full, against the integral of the formula over the content."""
    records = run(world(banked((100, 45), initial_share=0.5), {"count": 1}, days=1))
    draws = records.tables["draws"]
    mine = draws["load"] == 3
    kwh = float((draws["offered_kw"] * (draws["end_at"] - draws["start_at"]) / HOUR)[mine].sum())
    vessel, contents_kg = Vessel.holding(100, 45), np.linspace(50, 100, 2_001)
    exact = np.trapezoid([compression_kwh_per_kg(2, vessel.pressure_mpa(kg)) for kg in contents_kg], contents_kg)
    assert kwh == pytest.approx(exact, rel=1e-4)


TRUCK = {"at": "03:00", "hydrogen_kg": 100, "emission_kg_per_kg": 10, "pressure_mpa": 20}
TRAILER = {"electrolyser": None, "compressor": COMPRESSOR | {"lift_kg_per_h": 20}, "deliveries": [TRUCK]}


def test_a_truck_fills_banks_up_to_its_pressure_and_the_compressor_lifts_from_there() -> None:
    """At 03:00 the high bank has long been full, lifted from the low one; the truck fills that up, to its 20 MPa."""
    site = banked((120, 20), (40, 45), initial_share=0.5) | TRAILER
    records = run(world(site, {"count": 1}, days=1))
    banks, draws, flows = (records.tables[name] for name in ("banks", "draws", "hydrogen_flows"))
    high = banks["bank"] == 1
    first_h = (40 - 20) / 20
    assert banks["end_at"][high & (banks["end_kg"] > 40 - 1e-6)].min() == pytest.approx(first_h * HOUR, rel=1e-3)
    came = flows["flow"] == FLOWS.index("delivered")
    assert flows["hydrogen_kg"][came] == pytest.approx([120 - (60 - 20)])
    compressor = draws["load"] == 3
    kwh = float((draws["offered_kw"] * (draws["end_at"] - draws["start_at"]) / HOUR)[compressor].sum())
    low, top, kg = Vessel.holding(120, 20), Vessel.holding(40, 45), np.linspace(0, 20, 2_001)
    work = [
        compression_kwh_per_kg(a, b) if (a := low.pressure_mpa(60 - x)) < (b := top.pressure_mpa(20 + x)) else 0.0
        for x in kg
    ]
    assert kwh == pytest.approx(np.trapezoid(work, kg), rel=0.03)
    laws.check(records)


def test_lifting_ends_a_wait_for_pressure_by_hand() -> None:
    """A tank of 15 kg asks for 5; the high bank lacks 3 kg, which come from below at 12 kg an hour: 15 minutes."""
    env, bank, low = Environment(), Vessel.holding(30, 45), Vessel.holding(50, 10)
    needed_kg = bank.content_kg(TANK.pressure_mpa(20) + 1) + 5
    log, slots = SiteLog(), np.zeros(96 * 4)
    plant = StationPlant(
        site=0, capacity_kg=80, initial_kg=40 + needed_kg - 3, dispensers=1, dispense_kg_per_s=RATE, wanted=IDLE,
        least=IDLE, strategy="constant", low_kg=0.0, deliveries=(), outages=(),
    )  # fmt: skip
    banks = (
        BankPlant(low, 50.0, low.content_kg(5), 40.0, 1.0, (0.0,) * 10),
        BankPlant(bank, 30.0, bank.content_kg(5), needed_kg - 3, 1.0, (0.0,) * 10),
    )
    cascade = CascadePlant(banks, 12 / HOUR, compression_kwh_per_kg)
    station_ = CascadeStation(env, plant, cascade, Signals(slots, slots > 0, slots > 0, slots), log)
    visit = station_.visit(0, 15.0, 25.0, 20.0, 10 * HOUR, TANK)
    env.run(visit.ended)
    wait = log.pressure_waits.array()
    assert wait["end_s"] - wait["arrive_s"] == pytest.approx([0.25 * HOUR])


def test_what_is_vented_at_the_dispenser_leaves_the_banks_and_closes_the_balance() -> None:
    records = run(world(banked(dispense_vent_share=0.03), {"count": 4}, days=3))
    balance = storage_balance(records)
    assert balance.vented_kg[0] == pytest.approx(0.03 * balance.dispensed_kg[0])
    assert balance.error.max() < 1e-9
    flows = records.tables["hydrogen_flows"]
    vented = flows["flow"] == FLOWS.index("vented")
    assert (flows["vehicle"][vented] >= 0).all()
    laws.check(records)


def test_a_plain_storage_vents_at_the_dispenser_too() -> None:
    records = run(world(station(dispense_vent_share=0.03), {"count": 4}, days=3))
    balance = storage_balance(records)
    assert balance.vented_kg[0] == pytest.approx(0.03 * balance.dispensed_kg[0])
    laws.check(records)


def test_a_station_out_of_service_breaks_off_fills_and_waits_for_pressure_alike() -> None:
    """One dispenser fills, one holds a bus without pressure; both buses go back to the queue and cancel trips."""
    site = banked((25, 45), outages=[{"start": "2026-03-10 10:30", "hours": 30, "of": "station"}])
    records = run(world(site, {"count": 4, "patience_min": 600}, days=4))
    refuels, trips = records.tables["refuels"], records.tables["trips"]
    closed_s, open_s = 34.5 * HOUR, 64.5 * HOUR
    assert (refuels["end_reason"] == OUTAGE).any() or (refuels["end_reason"] == PRESSURE).any()
    assert not ((refuels["start_at"] < open_s) & (refuels["end_at"] > closed_s)).any()
    assert (refuels["start_at"] >= open_s).any()
    cancelled = trips["status"] == TRIP_STATUS.index("cancelled")
    assert set(trips["reason"][cancelled]) <= {TRIP_REASONS.index("hydrogen")}
    assert cancelled.any()
    laws.check(records)


def test_waits_for_pressure_are_counted_and_a_fill_that_goes_on_is_one_fill() -> None:
    site = banked((30, 45), initial_share=0.7, electrolyser={"rated_kw": 200})
    records = run(world(site, {"count": 4, "patience_min": 600, "reserve": 0.5}, days=3))
    grid, prices = grid_and_prices(records.clock)
    table = metrics(account(records, grid, prices))
    figures = {
        str(name): float(value)
        for name, value, subject in zip(table["metric"], table["value"], table["subject"], strict=True)
        if subject == "run"
    }
    waits, refuels = records.tables["waits"], records.tables["refuels"]
    pressure = waits["cause"] == WAIT_CAUSES.index("pressure")
    assert figures["pressure_waits"] == pressure.sum() > 0
    assert figures["pressure_wait_h"] == pytest.approx((waits["end_at"] - waits["arrive_at"])[pressure].sum() / HOUR)
    arrivals = set(zip(refuels["vehicle"].tolist(), refuels["arrive_at"].tolist(), strict=True))
    assert figures["refuels"] == len(arrivals) < len(refuels["site"])
    assert figures["balance_error_hydrogen"] < 1e-6
    laws.check(records)


@settings(max_examples=60, deadline=None)
@given(
    banks=st.lists(st.floats(3, 120), min_size=1, max_size=4),
    top_mpa=st.floats(40, 60),
    initial_share=st.floats(0.45, 1),
    buses=st.integers(1, 6),
    rated_kw=st.floats(20, 900),
    dispensers=st.integers(1, 3),
    dispense_kg_per_min=st.floats(0.05, 4),
    strategy=st.sampled_from(("constant", "valley")),
    vent_share=st.sampled_from((0.0, 0.03)),
    dispense_vent_share=st.sampled_from((0.0, 0.02)),
    delivered_kg=st.sampled_from((0.0, 40.0)),
    out_of_service=st.sampled_from(("electrolyser", "station")),
    patience_min=st.floats(0, 300),
    margin_mpa=st.floats(0.1, 2),
    lift_kg_per_h=st.sampled_from((None, 5.0, 60.0)),
    truck_mpa=st.sampled_from((None, 20.0)),
    makes=st.booleans(),
)
def test_no_cascade_breaks_a_law(
    banks: list[float],
    top_mpa: float,
    initial_share: float,
    buses: int,
    rated_kw: float,
    dispensers: int,
    dispense_kg_per_min: float,
    strategy: str,
    vent_share: float,
    dispense_vent_share: float,
    delivered_kg: float,
    out_of_service: str,
    patience_min: float,
    margin_mpa: float,
    lift_kg_per_h: float | None,
    truck_mpa: float | None,
    makes: bool,
) -> None:
    """Mass is kept; no bank leaves its bounds, no tank its pressure, whatever the station and its fleet."""
    steps_mpa = np.linspace(top_mpa / (len(banks) + 1), top_mpa, len(banks) + 1)[1:]
    cascade = [
        {"capacity_kg": kg, "max_mpa": mpa, "min_mpa": 3, "margin_mpa": margin_mpa}
        for kg, mpa in zip(banks, steps_mpa.tolist(), strict=True)
    ]
    site = station(
        storage_kg=None, banks=cascade, initial_share=initial_share, dispensers=dispensers,
        compressor={"suction_mpa": 2, "discharge_mpa": 60, "lift_kg_per_h": lift_kg_per_h},
        dispense_kg_per_min=dispense_kg_per_min,
        electrolyser={"rated_kw": rated_kw, "strategy": strategy, "vent_share": vent_share} if makes else None,
        dispense_vent_share=dispense_vent_share, connection_kw=600, base_load_kw=10,
        deliveries=[TRUCK | {"at": "13:00", "hydrogen_kg": delivered_kg, "pressure_mpa": truck_mpa}],
        outages=[{"start": "2026-03-09 12:00", "hours": 6, "of": out_of_service}],
    )  # fmt: skip
    blocks = [{"start": start, "spread_min": 30, "trips": 4, "layover_min": 6} for start in ("05:00", "14:00")]
    work = rotation(blocks=blocks, run_time_cv=0.15, deadhead_km=2)
    line = {"count": buses, "patience_min": patience_min, "work": work}
    town = world(site, line, days=2, warmup_days=1, world=climate(day_to_day_k=8.0))
    records = run(town)
    laws.check(records)
    days_k = day_temperatures_k(town.spec.sites["station"], town)
    assert storage_balance(records).error.max() < 1e-6
    for number, (kg, mpa) in enumerate(zip(banks, steps_mpa, strict=True)):
        levels, vessel = levels_kg(records, number), Vessel.holding(kg, mpa)
        assert levels.max() <= max(kg * initial_share, vessel.at(min(days_k)).content_kg(mpa)) * (1 + 1e-9) + 1e-5
        assert levels.min() >= vessel.at(max(days_k)).content_kg(3) - 1e-5
    ends_kg = records.tables["refuels"]["tank_end_kg"]
    assert all(TANK.pressure_mpa(float(kg)) <= 35 * (1 + 1e-9) for kg in ends_kg)
