"""The table of kinds: every kind of fleet can be named, a wrong one is told, and a new one is a short class."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import pytest
from pydantic import ValidationError

from fleetsim.documents.requirement import Expected
from fleetsim.scenario.fleets import BatteryFleet
from fleetsim.scenario.kinds import add_kind, kinds, set_kinds
from fleetsim.scenario.schema import ScenarioSpec
from tests import laws
from tests.worlds import fleet, run, scenario

MISSION = {
    "bus", "coach", "hydrogen_bus", "logistics", "official", "residents", "ride_hailing", "sanitation", "shuttle",
    "taxi", "visitors",
}  # fmt: skip


@pytest.fixture
def own_kinds() -> Iterator[None]:
    """Kinds that a test adds are gone after it."""
    before = tuple(kinds().values())
    yield
    set_kinds(before)


def test_the_kinds_of_the_mission_are_there() -> None:
    assert kinds().keys() >= MISSION
    assert all(each.__doc__ for each in kinds().values())


@pytest.mark.usefixtures("own_kinds")
def test_a_kind_that_nobody_knows_is_refused_until_it_is_added() -> None:
    with pytest.raises(ValidationError, match="funicular"):
        scenario(fleets={"line": fleet(2, kind="funicular")})

    @add_kind
    class FunicularFleet(BatteryFleet):
        """Cabins on a rope."""

        kind: Literal["funicular"]
        """``funicular``"""

    world = scenario(fleets={"line": fleet(2, kind="funicular")}, days=1)
    assert isinstance(world.spec.fleets["line"], FunicularFleet)
    records = run(world)
    laws.check(records)
    assert records.entities["kinds"] == ("funicular",)
    assert "funicular" in Expected.of(ScenarioSpec).inner("fleets").inner("line").tagged_arms()
    add_kind(FunicularFleet)
    assert list(kinds()).count("funicular") == 1


def test_kinds_that_a_test_added_are_gone() -> None:
    assert kinds().keys() == MISSION
