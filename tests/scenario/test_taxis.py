"""Fleets of taxis and their stations in a scenario file: what is filled in, and what is refused in which words."""

from __future__ import annotations

from pathlib import Path

import pytest

from fleetsim.errors import InputError
from fleetsim.scenario.loading import load
from fleetsim.scenario.taxis import TaxiFleet
from fleetsim.simulation.components import components

FILE = Path(__file__).parents[2] / "configs" / "kunming_taxis.yaml"


def problems(*overrides: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        load(FILE, overrides=overrides)
    return [str(problem) for problem in caught.value.problems]


def test_a_fleet_that_names_no_station_may_use_all_that_suit_it() -> None:
    scenario = load(FILE)
    fleet = scenario.spec.fleets["taxis"]
    assert isinstance(fleet, TaxiFleet)
    assert fleet.stations == ("mingbo", "nanyao", "xiaocaiyuan", "xuefu")
    assert [part.sites for part in components(scenario.spec)] == [fleet.stations]
    assert {zone.place for zone in scenario.profiles.taxi_demand["kunming"].zones} <= scenario.profiles.places.keys()


@pytest.mark.parametrize(
    ("overrides", "parts"),
    [
        (["fleets.taxis.demand=kunmin"], ["fleets.taxis.demand", "did you mean kunming?", "profiles/taxi_demand.yaml"]),
        (["fleets.taxis.stations=[xuefuu]"], ["fleets.taxis.stations.0", "did you mean xuefu?"]),
        (["fleets.taxis.model=taxi_plug"], ["fleets.taxis", "finds no swap or public station in kunming"]),
        (["fleets.taxis.model=taxi_plug", "fleets.taxis.stations=[xuefu]"],
         ["fleets.taxis.stations.0", "the battery of taxi_plug cannot be swapped"]),
        (["fleets.taxis.stations=[xuefu]"], ["sites.nanyao", "no fleet changes its packs here"]),
        (["fleets.taxis.seek_soc=[0.4, 0.3]"], ["fleets.taxis.seek_soc", "the lowest must not be above the highest"]),
        (["fleets.taxis.seek_soc=[0.05, 0.3]"], ["found 0.05", "must be at least the reserve, 0.1"]),
        (["fleets.taxis.handover_soc=0.95"], ["fleets.taxis.handover_soc", "must be below the charge_target, 0.9"]),
        (["sites.xuefu.slots.type=swap_slots"], ["sites.xuefu.slots.type", "did you mean swap_slot?"]),
        (["sites.xuefu.strategy=bidirectional"], ["sites.xuefu.strategy", "found 'bidirectional'", "peak_shaving"]),
        (["sites.xuefu.swap_s=0.5"], ["sites.xuefu.swap_s", "at least 10 and at most 1800 s"]),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_key_and_what_is_allowed(overrides: list[str], parts: list[str]) -> None:
    found = problems(*overrides)
    assert any(all(part in problem for part in parts) for problem in found), found


def test_a_taxi_does_not_charge_at_a_depot_and_packs_are_of_one_kind(tmp_path: Path) -> None:
    text = FILE.read_text(encoding="utf-8")
    depot = "  yard: {kind: depot, place: swp_guantong, chargers: [{type: dc_60, count: 1}]}\n\nfleets:\n"
    old = "  old: {kind: taxi, model: taxi_swap, count: 3, demand: kunming, daily_km: 300, state_of_health: 0.8}\n"
    file = tmp_path / "two.yaml"
    file.write_text(text.replace("\nfleets:\n", depot, 1) + old, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load(file, overrides=["fleets.taxis.stations=[yard]"], workspace=FILE.parents[1])
    found = "\n".join(str(problem) for problem in caught.value.problems)
    assert "found a depot; must be a name in sites: mingbo, nanyao, xiaocaiyuan, xuefu" in found
    with pytest.raises(InputError) as caught:
        load(file, workspace=FILE.parents[1])
    assert "must have the model, state_of_health and age_years of taxis" in str(caught.value) or "of old" in str(
        caught.value
    )
