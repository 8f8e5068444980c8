"""The table of kinds: what may stand behind ``kind`` in a scenario's fleets, kinds of others included."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Annotated, Any, TypeVar, Union, get_args

from pydantic import Field

from fleetsim.errors import InputError, Problem
from fleetsim.scenario.schema import Fleets, ScenarioSpec
from fleetsim.spec import Name, Spec

FleetT = TypeVar("FleetT", bound=Spec)
GROUP = "fleetsim.kinds"
"""Entry points by which an installed package brings kinds of its own: each names a class."""


def kinds() -> dict[str, type[Spec]]:
    """The classes of fleets by kind."""
    table = get_args(ScenarioSpec.model_fields["fleets"].annotation)[1]
    return {_tag(each): each for each in get_args(get_args(table)[0])}


def add_kind(fleet: type[FleetT]) -> type[FleetT]:
    """Let scenarios name a kind of fleet: a class that derives from a form, such as ``BatteryFleet``, with a ``kind``.

    Its vehicles run as the form does: those of ``BatteryFleet`` live in a depot and do any work that a plan can be
    drawn up for. A kind that is there already is replaced, so that a module may be read twice.
    """
    set_kinds((kinds() | {_tag(fleet): fleet}).values())
    return fleet


def set_kinds(fleets: Iterable[type[Spec]]) -> None:
    """Make these the kinds that scenarios can name."""
    table: Any = Annotated[Union[tuple(fleets)], Field(discriminator="kind")]  # noqa: UP007 - built at run time
    for spec in (Fleets, ScenarioSpec):
        spec.model_fields["fleets"].annotation = dict[Name, table]
        spec.model_rebuild(force=True)


@cache
def installed_kinds() -> tuple[EntryPoint, ...]:
    """The kinds that installed packages bring; they stay the same while a process lives."""
    return tuple(entry_points(group=GROUP))


def add_installed_kinds() -> None:
    """Add the kinds that installed packages bring."""
    for point in installed_kinds():
        try:
            fleet = point.load()
        except Exception as error:
            allowed = f"this kind of an installed package cannot be read: {error}"
            raise InputError([Problem(GROUP, None, point.name, point.value, allowed)]) from error
        if fleet not in kinds().values():
            add_kind(fleet)


def _tag(fleet: type[Spec]) -> str:
    return str(get_args(fleet.model_fields["kind"].annotation)[0])
