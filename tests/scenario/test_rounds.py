"""Rounds as a scenario file says them: what it may not say, and the exact words for it."""

from __future__ import annotations

import pytest

from fleetsim.errors import InputError
from fleetsim.scenario.loading import load
from fleetsim.scenario.used import used_profiles
from fleetsim.workspace import packaged_inputs

SCENARIO = packaged_inputs() / "configs" / "kunming_sanitation.yaml"


def messages(*settings: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        load(SCENARIO, overrides=settings)
    return [str(problem).split(": ", 1)[1] for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("sweepers.work.shifts.0.task=swep",
         "found 'swep'; must be one of: sweep, sprinkle, collect, deliver (did you mean sweep?)"),
        ("sweepers.work.shifts.0.end=04:10",
         "found 04:10; must be after the start, 04:00 and 15 min of spread (after midnight count on: 24:30)"),
        ("sweepers.work.shifts.1.start=07:00",
         "found 07:00; must not be before the end of the shift above, 07:30"),
        ("sweepers.work.shifts.0.working_km=0",
         "found 0; must be above 0 and at most 500 km"),
        ("sprinklers.work.shifts.0.tank_min=0",
         "found 0; must be above 0 and at most 2880 min"),
        ("compactors.work.shifts.1.transfer_station=jinma",
         "found 'jinma'; must lie away from the area, jinma"),
        ("sweepers.model=bus_12m",
         "found 'bus_12m'; must be a vehicle sheet whose body has working_kw, to sweep"),
        ("sprinklers.model=sweeper_18t",
         "found 'sweeper_18t'; must be a vehicle sheet whose body has water_kg, to sprinkle"),
        ("compactors.model=sprinkler_18t",
         "found 'sprinkler_18t'; must be a vehicle sheet whose body has cycle_kwh, to collect"),
        ("sweepers.work.kind=rotation", "found 'rotation'; must be rounds"),
        ("sweepers.kind=bus", None),
    ],
)  # fmt: skip
def test_each_fault_is_told(setting: str, expected: str | None) -> None:
    key, _, _ = setting.partition("=")
    if expected is None:
        assert any("fleets.sweepers.work.kind: found 'rounds'" in text for text in messages(f"fleets.{setting}"))
    else:
        assert messages(f"fleets.{setting}") == [f"fleets.{key}: {expected}"]


def test_unknown_places_are_told() -> None:
    (area,) = messages("fleets.sweepers.work.area=cuiho")
    assert area.startswith("fleets.sweepers.work.area: found 'cuiho'; must be a name in profiles/places.yaml: ")
    assert area.endswith("(did you mean cuihu?)")
    (station,) = messages("fleets.compactors.work.shifts.0.transfer_station=nowhere")
    assert station.startswith("fleets.compactors.work.shifts.0.transfer_station: found 'nowhere'; must be a name in ")


def test_areas_and_transfer_stations_are_among_the_places_that_a_scenario_uses() -> None:
    assert {"cuihu", "xiaoximen", "jinma", "san_transfer"} <= used_profiles(load(SCENARIO)).places.keys()
