"""Terminals in a scenario file: what is refused, and in which words."""

from __future__ import annotations

from pathlib import Path

import pytest

from fleetsim.errors import InputError
from fleetsim.scenario.loading import load
from fleetsim.simulation.components import components

GUN = "chargers: [{type: dc_120, count: 1}]"
FAR = f"sites.far={{kind: terminal, place: station, plug_in_min: 1, {GUN}}}"
NAMED = "fleets.line_1.opportunity={terminals: [far]}"
HERE = "fleets.line_1.opportunity.terminals"


@pytest.mark.parametrize(
    ("overrides", "parts"),
    [
        ([FAR, "fleets.line_1.opportunity={terminals: [fare]}"], [f"{HERE}.0", "did you mean far?"]),
        ([FAR, "fleets.line_1.opportunity={terminals: []}"], [HERE, "at least 1"]),
        ([FAR, "fleets.line_1.opportunity={terminals: [east]}"],
         [f"{HERE}.0", "found a depot", "sites of kind terminal", "far"]),
        ([FAR.replace("place: station", "place: pond"), NAMED],
         ["sites.far.place", "profiles/places.yaml"]),
        ([FAR, NAMED, f"sites.by={{kind: terminal, place: station, plug_in_min: 1, {GUN}}}",
          "fleets.line_1.opportunity={terminals: [far, by]}"],
         [f"{HERE}.1", "found 'by'", "must lie at another place than far, which is at station too"]),
        ([FAR.replace(GUN, "chargers: []"), NAMED], ["sites.far.chargers", "at least 1"]),
        ([FAR.replace("plug_in_min: 1, ", ""), NAMED], ["sites.far", "plug_in_min"]),
        ([FAR.replace("dc_120", "dc_121"), NAMED], ["sites.far.chargers.0.type", "did you mean dc_120?"]),
        ([FAR, NAMED, "fleets.line_1.opportunity.wait_below_soc=20"], ["wait_below_soc", "found 20"]),
        ([FAR, NAMED, "fleets.line_1.home=far"], ["fleets.line_1.home", "must be a site of kind depot"]),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_key_and_what_is_allowed(
    small_workspace: Path, overrides: list[str], parts: list[str]
) -> None:
    with pytest.raises(InputError) as caught:
        load(small_workspace / "configs" / "depot.yaml", overrides=overrides)
    found = [str(problem) for problem in caught.value.problems]
    assert any(all(part in problem for part in parts) for problem in found), found


@pytest.mark.parametrize("fleet", ["line_1", "line_1_extra"])
def test_a_terminal_where_no_trip_of_the_fleet_ends_is_refused(small_workspace: Path, fleet: str) -> None:
    """For a rotation its route decides, for a timetable its trips."""
    places = small_workspace / "profiles" / "places.yaml"
    text = places.read_text(encoding="utf-8")
    places.write_text(text + text[text.index("station:") :].replace("station:", "pond:", 1), encoding="utf-8")
    far = FAR.replace("place: station", "place: pond")
    with pytest.raises(InputError) as caught:
        load(
            small_workspace / "configs" / "depot.yaml",
            overrides=[far, f"fleets.{fleet}.opportunity={{terminals: [far]}}"],
        )
    assert (
        f"fleets.{fleet}.opportunity.terminals.0: found 'far'; "
        "must lie where trips of the fleet end (depot_east, station), not at pond"
    ) in str(caught.value)


def test_a_fleet_is_tied_to_its_terminals(small_workspace: Path) -> None:
    scenario = load(small_workspace / "configs" / "depot.yaml", overrides=[FAR, NAMED])
    assert [part.sites for part in components(scenario.spec)] == [("east", "far")]
    alone = load(small_workspace / "configs" / "depot.yaml", overrides=[FAR])
    assert "sites.far: no fleet comes here" in alone.remarks
