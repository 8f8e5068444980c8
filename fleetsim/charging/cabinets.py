"""Cabinets: guns that share the power of one charger or stack, evenly divisible or in modules that are switched."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil

from fleetsim.charging.rules import Rule
from fleetsim.energy.curve import ChargeSteps

SMALL = 1e-9


@dataclass(frozen=True, slots=True)
class Cabinet:
    """What feeds several guns. Powers are those at the meter (AC) while the efficiency is that at full load."""

    limit_kw: float
    module_kw: float | None
    """Power of one module, which serves one gun at a time; none where any part of the power can go anywhere."""


def deal_modules(wanted_kw: Sequence[float], module_kw: float, modules: int) -> list[float]:
    """Deal modules to guns one at a time, in turn and in order of their start, until all have enough or none is left.

    >>> deal_modules([100, 100, 20], module_kw=30, modules=6)
    [90.0, 60.0, 20.0]
    """
    needs = [ceil(kw / module_kw - SMALL) for kw in wanted_kw]
    dealt = [0] * len(needs)
    while modules and dealt != needs:
        for gun, need in enumerate(needs):
            if modules and dealt[gun] < need:
                dealt[gun] += 1
                modules -= 1
    return [min(float(kw), float(number * module_kw)) for kw, number in zip(wanted_kw, dealt, strict=True)]


class Cabinets:
    """The cabinets of a site: each divides its power among its guns before the site divides its own."""

    def __init__(
        self,
        cabinets: Sequence[Cabinet],
        cabinet_of: Callable[[int], int],
        rule: Rule,
        changed: Callable[[int, float, float], None],
    ) -> None:
        self._cabinets = cabinets
        self._cabinet_of = cabinet_of
        """The cabinet of a session, -1 for none."""
        self._rule = rule
        self._changed = changed
        """Told of a cabinet, a moment, and the share of what is asked of it that it gives from then on."""
        self._shares = [1.0] * len(cabinets)

    def divide(
        self, now_s: float, sessions: Sequence[int], steps: Sequence[ChargeSteps], wanted_kw: Sequence[float]
    ) -> list[float]:
        """What each session may draw within its cabinet, from what it could draw; sessions in order of their start.

        What a cabinet has to give is power at its outlets: where the efficiency depends on the load, a gun at a poorer
        load draws more at the meter for its part.
        """
        powers_kw = list(wanted_kw)
        rows_of: list[list[int]] = [[] for _ in self._cabinets]
        for row, session in enumerate(sessions):
            place = self._cabinet_of(session)
            if place >= 0:
                rows_of[place].append(row)
        for number, (cabinet, rows) in enumerate(zip(self._cabinets, rows_of, strict=True)):
            asked_kw = [steps[row].at_full_load(wanted_kw[row]) for row in rows]
            given_kw = self._given(cabinet, asked_kw)
            for row, asked, kw in zip(rows, asked_kw, given_kw, strict=True):
                powers_kw[row] = wanted_kw[row] if kw == asked else steps[row].at_load(kw)
            total_kw = sum(asked_kw)
            share = sum(given_kw) / total_kw if total_kw > 0.0 else 1.0
            if share != self._shares[number]:
                self._shares[number] = share
                self._changed(number, now_s, share)
        return powers_kw

    def _given(self, cabinet: Cabinet, asked_kw: Sequence[float]) -> list[float]:
        if cabinet.module_kw is None:
            return self._rule(asked_kw, cabinet.limit_kw)
        modules = round(cabinet.limit_kw / cabinet.module_kw)
        return deal_modules(asked_kw, cabinet.module_kw, modules)
