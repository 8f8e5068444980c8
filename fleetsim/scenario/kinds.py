"""The table of kinds: what may stand behind ``kind`` in a scenario's fleets, kinds of others included."""

from __future__ import annotations

from importlib.metadata import entry_points
from typing import Annotated, Any, TypeVar, Union, get_args

from pydantic import Field

from fleetsim.scenario.fleets import AnyFleet
from fleetsim.scenario.schema import Fleets, ScenarioSpec
from fleetsim.spec import Name

FleetT = TypeVar("FleetT", bound=AnyFleet)
GROUP = "fleetsim.kinds"
"""Entry points by which an installed package brings kinds of its own: each names a class."""


def kinds() -> dict[str, type[AnyFleet]]:
    """The classes of fleets by kind."""
    return {str(get_args(each.model_fields["kind"].annotation)[0]): each for each in _arms()}


def add_kind(fleet: type[FleetT]) -> type[FleetT]:
    """Let scenarios name a kind of fleet: a class that derives from a form, such as ``BatteryFleet``, with a ``kind``.

    Its vehicles run as the form does: those of ``BatteryFleet`` live in a depot and do any work that a plan can be
    drawn up for. A kind that is there already is replaced, so that a module may be read twice.
    """
    tag = str(get_args(fleet.model_fields["kind"].annotation)[0])
    others = [each for name, each in kinds().items() if name != tag]
    table: Any = Annotated[Union[(*others, fleet)], Field(discriminator="kind")]
    for spec in (Fleets, ScenarioSpec):
        spec.model_fields["fleets"].annotation = dict[Name, table]
        spec.model_rebuild(force=True)
    return fleet


def add_installed_kinds() -> None:
    """Add the kinds that installed packages bring."""
    for point in entry_points(group=GROUP):
        if point.load() not in kinds().values():
            add_kind(point.load())


def _arms() -> tuple[Any, ...]:
    table = get_args(ScenarioSpec.model_fields["fleets"].annotation)[1]
    return get_args(get_args(table)[0])
