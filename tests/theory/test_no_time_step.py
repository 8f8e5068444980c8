"""Nothing ticks: an event at which nothing changes leaves every session, fill, swap and trip as it was.

Idle events come in four forms: a site is woken, a limit is set to what it is, a slot of a plan is cut in two, and a
period of the tariff is written as two with one price. None of them may move a moment or a kilowatt-hour.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from simpy import Environment, Event

from fleetsim.charging.reallocation import Reallocation
from fleetsim.charging.rules import RULES, equal, first_come, proportional
from fleetsim.charging.sharing import Sharing
from fleetsim.charging.strategies import FEEDING, STRATEGIES
from fleetsim.charging.view import Plan, SessionView, SiteView, Slot, Strategy
from fleetsim.charging.virtual_clock import VirtualClock
from fleetsim.clock import Clock
from fleetsim.grid.tariff import load_tariffs
from fleetsim.results.records import Records
from fleetsim.scenario.schema import Scenario
from fleetsim.simulation import plant
from fleetsim.simulation.run import RUN_TABLES
from fleetsim.simulation.stage import Stage
from fleetsim.sites.depot import Depot
from tests.charging.test_sharing import Act, Log, acts, play
from tests.worlds import (
    FEED_BACK,
    LFP,
    city,
    depot,
    fleet,
    fuel_cell_fleet,
    profiles,
    public_station,
    run,
    scenario,
    station,
    swap_station,
    taxis,
    vehicle,
)  # fmt: skip

HOUR = 3_600.0
CURVED = profiles(vehicle(charge_curve=[{"soc": soc, "c_rate": rate} for soc, rate in LFP], feed_back=FEED_BACK))
Moments = NDArray[np.float64]


def depot_world(sharing: str = "proportional", **site: Any) -> Scenario:
    """Eight buses at five chargers behind a connection for two of them, a base load by the hour, chargers that fail."""
    chargers = [{"type": "dc", "count": 5, "bidirectional": True, "failures": {"per_year": 200, "repair_h": 3}}]
    base = {"connection_kw": 260, "base_load_kw": [10, 40] * 12, "chargers": chargers, "sharing": sharing}
    return scenario(sites={"depot": depot(**base | site)}, fleets={"line": fleet(8)}, world=CURVED, days=2)


def feeding_world(**site: Any) -> Scenario:
    """Eight buses that come home with energy to spare, at chargers through which they may give it to the buildings."""
    chargers = [{"type": "dc", "count": 8, "bidirectional": True, "failures": {"per_year": 200, "repair_h": 3}}]
    base = {"strategy": "bidirectional", "connection_kw": 500, "base_load_kw": [60, 150] * 12, "chargers": chargers}
    line = fleet(8, consumption_kwh_per_km=0.6)
    return scenario(sites={"depot": depot(**base | site)}, fleets={"line": line}, world=CURVED, days=3)


def taxi_world(site: dict[str, Any], **changes: Any) -> Scenario:
    cabs = taxis(9, stations=["here"], hourly_km_cv=0.4, seek_soc=[0.2, 0.35], initial_soc=[0.3, 0.9], **changes)
    return scenario(sites={"here": site}, fleets={"cabs": cabs}, world=city(), days=2)


def hydrogen_world(**changes: Any) -> Scenario:
    electrolyser = {"rated_kw": 200, "strategy": "valley"}
    site = station(**{"dispensers": 1, "storage_kg": 60, "electrolyser": electrolyser} | changes)
    return scenario(sites={"station": site}, fleets={"line": fuel_cell_fleet(6)}, days=3)


BANKS = [{"capacity_kg": 40, "max_mpa": 30}, {"capacity_kg": 30, "max_mpa": 45}]
TRAILER = {
    "electrolyser": None, "compressor": {"suction_mpa": 2, "discharge_mpa": 45, "lift_kg_per_h": 12},
    "deliveries": [{"at": "11:00", "hydrogen_kg": 40, "emission_kg_per_kg": 10, "pressure_mpa": 20}],
}  # fmt: skip
CABINET = [{"type": "dc", "count": 6, "cabinet": {"guns": 3, "power_kw": 120, "module_kw": 30}}]
WORLDS: dict[str, Scenario] = {
    **{f"depot, {sharing}": depot_world(sharing) for sharing in sorted(RULES)},
    **{f"depot, {strategy}": depot_world(strategy=strategy) for strategy in sorted(STRATEGIES)},
    "depot, cabinets": depot_world(chargers=CABINET),
    "depot, feeding": feeding_world(),
    "depot, feeding above a cap": feeding_world(peak_kw=130),
    "public station": taxi_world(public_station(2, connection_kw=70, base_load_kw=[0, 20] * 12), patience_min=40),
    "swap station": taxi_world(swap_station(packs=2, connection_kw=90, base_load_kw=[0, 20] * 12)),
    **{
        f"swap station, {strategy}": taxi_world(swap_station(strategy=strategy, stock_share=0.25))
        for strategy in sorted(set(STRATEGIES) - FEEDING)
    },
    "hydrogen station": hydrogen_world(),
    "hydrogen station, trucks": hydrogen_world(storage_kg=None, banks=BANKS, initial_share=1.0, **TRAILER),
    "hydrogen station, banks": hydrogen_world(storage_kg=None, banks=BANKS, initial_share=1.0),
}


def moments(records: Records) -> Moments:
    """Five hundred moments by chance, and every end of a session, hit, just missed, and missed by more.

    Moments less than a microsecond apart count as one, so nothing idle is put that near to what is not.
    """
    end_s = records.clock.end_s
    ends_s = records.tables["sessions"]["end_at"]
    near_s = [ends_s + by for by in (-1.0, -1e-5, 0.0, 1e-5, 1.0)]
    chance_s = np.random.default_rng(5).uniform(0.0, end_s, 500)
    found = np.unique(np.concatenate([chance_s, *near_s]))
    return found[(found > 0.0) & (found < end_s)]


def idle(*_: Any) -> None:
    """What a site does when it is woken for nothing."""


def waker(env: Environment, site: Any, at_s: Moments) -> Generator[Event, Any, None]:
    for moment_s in at_s.tolist():
        yield env.timeout(moment_s - env.now)
        site._note(env.now, idle, None)
        site._arm(*((env.now,) if isinstance(site, Depot) else ()))


def wake_sites(patch: pytest.MonkeyPatch, at_s: Moments) -> None:
    """Wake every site at these moments."""
    live = Stage.run

    def run_woken(stage: Stage) -> None:
        for site in (*stage.depots.values(), *stage.public_stations.values(), *stage.stations.values()):
            stage.env.process(waker(stage.env, site, at_s))
        live(stage)

    patch.setattr(Stage, "run", run_woken)


def repeat_limits(patch: pytest.MonkeyPatch, at_s: Moments) -> None:
    """Set every limit of a site, and what it uses beside its vehicles, to what it is, at these moments."""

    def repeated(steps_of: Callable[..., tuple[tuple[float, float], ...]]) -> Callable[..., Any]:
        def repeat(*of_site: Any) -> tuple[tuple[float, float], ...]:
            steps = steps_of(*of_site)
            starts_s, steps_kw = (np.array(column) for column in zip(*steps, strict=True))
            place = np.searchsorted(starts_s, at_s, side="right") - 1
            return tuple(sorted((*steps, *zip(at_s.tolist(), steps_kw[place].tolist(), strict=True))))

        return repeat

    for name in ("_limits", "_net_own_kw"):
        patch.setattr(plant, name, repeated(getattr(plant, name)))


def split_slots(patch: pytest.MonkeyPatch, at_s: Moments) -> None:
    """Cut the slots of every plan at these moments."""

    def split(strategy: Strategy) -> Strategy:
        def plan(site: SiteView, session: SessionView) -> Plan:
            return tuple(piece for slot in strategy(site, session) for piece in pieces(slot))

        return plan

    def pieces(slot: Slot) -> list[Slot]:
        edges_s = [slot.start_s, *at_s[(at_s > slot.start_s) & (at_s < slot.end_s)].tolist(), slot.end_s]
        return [Slot(*edges, slot.max_kw) for edges in pairwise(edges_s)]

    for name, strategy in STRATEGIES.items():
        patch.setitem(STRATEGIES, name, split(strategy))


@pytest.mark.parametrize("make_idle", [wake_sites, repeat_limits, split_slots])
@pytest.mark.parametrize("name", WORLDS)
def test_idle_events_change_nothing(
    name: str, make_idle: Callable[[pytest.MonkeyPatch, Moments], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = run(WORLDS[name])
    make_idle(monkeypatch, moments(plain))
    idled = run(WORLDS[name])
    assert len(plain.tables["sessions"]["session"]) + len(plain.tables["refuels"]["site"]) > 5
    for table in RUN_TABLES:
        for column, values in plain.tables[table].items():
            got = idled.tables[table][column]
            assert len(got) == len(values), (table, column)
            if values.dtype.kind == "f":
                np.testing.assert_allclose(got, values, rtol=1e-9, atol=1e-9, err_msg=f"{table}.{column}")
            else:
                np.testing.assert_array_equal(got, values, err_msg=f"{table}.{column}")


@settings(max_examples=60, deadline=None)
@given(acts, st.lists(st.floats(0, 60_000), max_size=60))
def test_an_engine_that_is_asked_between_events_goes_on_as_if_it_had_not_been(
    script: list[Act], asked_s: list[float]
) -> None:
    def engines() -> Sequence[Sharing]:
        rules = (proportional, equal, first_come)
        return (VirtualClock(Log(), 200.0), *(Reallocation(Log(), rule, 200.0) for rule in rules))

    for plain, idled in zip(engines(), engines(), strict=True):
        undisturbed = play(plain, script)
        assert play(idled, script, idle_s=asked_s) == {
            key: pytest.approx(outcome, rel=1e-9, abs=1e-9) for key, outcome in undisturbed.items()
        }


def test_a_tariff_in_finer_periods_with_the_same_prices_gives_the_same_signals(tmp_path: Path) -> None:
    source = Path(__file__).parents[2] / "grid" / "tariffs.yaml"
    coarse = '["02:00-06:00", "12:00-16:00"]'
    fine = '["02:00-02:15", "02:15-05:45", "05:45-06:00", "12:00-13:00", "13:00-16:00"]'
    signals = []
    for number, spans in enumerate((coarse, fine)):
        folder = tmp_path / str(number) / "grid"
        folder.mkdir(parents=True)
        text = source.read_text(encoding="utf-8")
        assert coarse in text
        (folder / "tariffs.yaml").write_text(text.replace(coarse, spans), encoding="utf-8")
        problems: list[Any] = []
        tariff = load_tariffs(folder.parent, problems)["yunnan_general"]
        assert not problems
        signals.append(tariff.prices(Clock(scenario().spec.start_date, 7, 2)))
    np.testing.assert_array_equal(signals[0].price_cny_per_kwh, signals[1].price_cny_per_kwh)
    np.testing.assert_array_equal(signals[0].valley, signals[1].valley)
