"""The compiled kernel writes what the agents write, to the last bit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("numba", reason="needs the extra fast: pip install 'fleetsim[fast]'")

from fleetsim import pipeline
from fleetsim.results.schema import SESSION_ENDS, WAIT_OUTCOMES, Frame
from fleetsim.scenario.schema import Scenario
from fleetsim.signals import Signals, SiteSupply
from fleetsim.simulation import engine
from fleetsim.simulation.compiled import component as compiled_component
from fleetsim.simulation.components import components
from fleetsim.simulation.names import entities
from fleetsim.simulation.run import _lived, run_component
from fleetsim.simulation.stage import Job
from fleetsim.work.timetable import TimetableTrip, TimetableTrips
from tests.worlds import LFP, depot, fleet, profiles, rotation, rounds, scenario, signals, truck, vehicle

CURVED = vehicle(charge_curve=[{"soc": soc, "c_rate": rate} for soc, rate in LFP])
SWEEP = {"task": "sweep", "start": "04:00", "end": "09:00", "working_km": 12, "speed_kmh": 6}
LOGGED = ("sessions", "spells", "waits", "factors")


def both(world: Scenario, followed: Signals | None = None) -> dict[str, Frame]:
    """The tables of a world's first component, once it is sure that both engines write the same."""
    component = components(world.spec)[0]
    assert engine.kernel_knows(component, world)
    seen = followed or signals(world.spec.clock)
    agents, kernel = (Job(world, component, seen, entities(world), compiled=compiled) for compiled in (False, True))
    for table in LOGGED:
        expected, found = (getattr(_lived(job)[0].site_log, table).array() for job in (agents, kernel))
        assert expected.tobytes() == found.tobytes(), table
    tables, found = run_component(agents), run_component(kernel)
    assert {table: list(frame) for table, frame in tables.items()} == {
        table: list(frame) for table, frame in found.items()
    }
    for table, frame in tables.items():
        for column, values in frame.items():
            assert values.dtype == found[table][column].dtype
            assert values.tobytes() == found[table][column].tobytes(), (table, column)
    return tables


@settings(max_examples=40, deadline=None)
@given(
    chargers=st.integers(1, 6),
    weak=st.integers(0, 2),
    buses=st.integers(1, 8),
    others=st.integers(0, 3),
    connection_kw=st.one_of(st.floats(20, 900), st.sampled_from((240.0, 480.0))),
    base_load_kw=st.sampled_from((0, 5, list(range(0, 240, 10)))),
    consumption=st.one_of(st.none(), st.floats(0.3, 6)),
    climb_m=st.sampled_from((0, 0, 700, 1_400)),
    spread_min=st.sampled_from((0, 0, 30, 120)),
    charge_target=st.sampled_from((0.8, 0.95, 1.0)),
    patience_min=st.sampled_from((0, 10, 60, 240)),
    initial_soc=st.sampled_from((0.1, 0.5, 0.95, 1.0)),
    curved=st.booleans(),
    seed=st.integers(0, 3),
)
def test_both_engines_write_the_same(
    chargers: int, weak: int, buses: int, others: int, connection_kw: float, base_load_kw: Any,
    consumption: float | None, climb_m: float, spread_min: float, charge_target: float, patience_min: float,
    initial_soc: float, curved: bool, seed: int,
) -> None:  # fmt: skip
    blocks = [{"start": start, "spread_min": spread_min, "trips": 3, "layover_min": 6} for start in ("05:00", "13:00")]
    chance = {"run_time_cv": 0.15, "load_cv": 0.4} if spread_min else {}
    line = fleet(
        buses, consumption_kwh_per_km=consumption, work=rotation(blocks=blocks, deadhead_km=2, **chance),
        charge_target=charge_target, patience_min=patience_min, initial_soc=initial_soc,
    )  # fmt: skip
    site = depot(chargers, connection_kw=connection_kw, base_load_kw=base_load_kw)
    if weak:
        site["chargers"].append({"type": "dc", "count": weak, "power_kw": 60})
    fleets = {"line": line} | ({"a_line": fleet(others, reserve=0.0)} if others else {})
    world = profiles(CURVED if curved else None, climb_m)
    both(scenario(sites={"depot": site}, fleets=fleets, world=world, seed=seed, days=3))


def test_waits_extensions_and_a_limit_that_binds_by_the_hour_are_the_same() -> None:
    tight = depot(1, connection_kw=40, base_load_kw=list(range(24)))
    fleets = {"line": fleet(6, consumption_kwh_per_km=0.6), "short": fleet(2, consumption_kwh_per_km=0.2)}
    tables = both(scenario(sites={"depot": tight}, fleets=fleets, world=profiles(CURVED), days=4, warmup_days=1))
    ends, waits = tables["sessions"]["end_reason"], tables["waits"]["outcome"]
    assert {SESSION_ENDS.index(word) for word in ("target", "departure")} <= set(ends)
    assert {WAIT_OUTCOMES.index(word) for word in ("served", "left")} <= set(waits)
    assert len(tables["clocks"]["factor"]) > 20


def test_regeneration_that_a_full_battery_cannot_take_is_the_same() -> None:
    steep = fleet(consumption_kwh_per_km=None, charge_target=1.0, initial_soc=1.0, work=rotation(load_cv=0.3))
    world = profiles(CURVED, -1_400)
    tables = both(scenario(fleets={"line": steep}, world=world))
    assert tables["trips"]["regenerated_kwh"].max() > 0.0


def test_timetables_and_rounds_at_one_depot_in_the_cold_are_the_same() -> None:
    hour = 3_600
    trips = tuple(
        TimetableTrip(f"{block}", start * hour, (start + 1) * hour, origin, destination, 25.0, days)
        for block, first in enumerate((5, 6, 9, 14))
        for start, origin, destination in ((first, "gate", "top"), (first + 2, "top", "gate"))
        for days in ((0, 1, 2, 3, 4, 5, 6),)
    )
    work = {"kind": "timetable", "file": "line.csv", "route": "road", "run_time_cv": 0.1, "load_cv": 0.2}
    cold = profiles(CURVED)
    town = cold.cities["town"].model_copy(
        update={"months": tuple(each.model_copy(update={"mean_c": -12.0}) for each in cold.cities["town"].months)}
    )
    world = replace(cold, cities={"town": town}, vehicles=cold.vehicles | {"truck": truck()})
    fleets = {"line": fleet(3, work=work), "sweepers": rounds(SWEEP, model="truck")}
    tables = both(
        scenario(
            sites={"depot": depot(3)}, fleets=fleets, world=world, days=3,
            timetables={"line": TimetableTrips("line.csv", trips)},
        )
    )  # fmt: skip
    assert len(set(tables["trips"]["fleet"])) == 2


def test_what_the_sun_leaves_for_charging_is_the_same() -> None:
    world = scenario(sites={"depot": depot(4, connection_kw=150)}, fleets={"line": fleet(6)}, world=profiles(CURVED))
    clock = world.spec.clock
    solar_kw = np.maximum(0.0, 200.0 * np.sin(np.arange(clock.slots) / 96 * 2 * np.pi))
    supply = SiteSupply(solar_kw, np.zeros(clock.slots))
    both(world, replace(signals(clock), supply={"depot": supply}))


def test_the_first_depot_is_the_same(root: Path) -> None:
    both(pipeline.load(root / "configs" / "first_depot.yaml", overrides=["days=3"]))


def test_a_hundred_buses_that_come_back_together_are_the_same() -> None:
    both(scenario(sites={"depot": depot(50)}, fleets={"line": fleet(100)}, days=7))


def test_arrays_that_are_too_small_are_made_larger(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled_component, "ROOM", 1)
    both(scenario(sites={"depot": depot(2, connection_kw=100)}, fleets={"line": fleet(6)}, world=profiles(CURVED)))


def test_a_run_is_the_same_and_says_who_lived_it(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = pipeline.load(root / "configs" / "first_depot.yaml", overrides=["days=1", "grid.level=month_hour"])
    agents = pipeline.simulate(world)
    monkeypatch.setenv(engine.VARIABLE, "compiled")
    kernel = pipeline.simulate(world)
    assert (agents.timing.compiled, kernel.timing.compiled) == ([], ["dayangfu"])
    assert agents.facts == kernel.facts
    for table, frame in agents.records.tables.items():
        for column, values in frame.items():
            np.testing.assert_array_equal(values, kernel.records.tables[table][column])
