"""The charge curve of a battery behind a charger, as a staircase that knows its times in closed form."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate, pairwise
from math import log

from fleetsim.energy.charger import LoadCurve

HOUR_S = 3_600.0
STEP_SOC = 0.05
"""Widest step, in state of charge, by which a sloping piece of a curve is drawn."""


def mean_power_kw(first_kw: float, last_kw: float) -> float:
    """Mean power over a step in which the power changes evenly with the energy: energy over time.

    With P(E) a straight line, the time is the integral of dE/P, so the mean is the logarithmic mean
    ``(P1 - P0) / ln(P1 / P0)``.

    >>> round(mean_power_kw(100.0, 50.0), 2)
    72.13
    >>> mean_power_kw(80.0, 80.0)
    80.0
    """
    if abs(last_kw - first_kw) <= 1e-9 * first_kw:
        return first_kw
    return (last_kw - first_kw) / log(last_kw / first_kw)


@dataclass(frozen=True, slots=True)
class FeedBack:
    """What a battery may give back behind a charger."""

    power_kw: float
    """Highest power at the meter, AC."""
    floor_kwh: float
    """Energy below which the battery gives nothing."""
    released_per_kwh: float
    """Energy that leaves the battery per kWh fed back at the meter."""


@dataclass(frozen=True, slots=True)
class ChargeSteps:
    """A staircase from an empty to a full battery: constant power at the meter within each step.

    ``level_kwh`` are the edges of the steps, in stored energy; ``time_s`` the seconds at full power from
    empty to each edge; ``draw_kw`` the power of each step at the meter (AC).
    """

    level_kwh: tuple[float, ...]
    draw_kw: tuple[float, ...]
    stored_per_kwh: float
    """Energy stored per kWh at the meter."""
    delivered_per_kwh: float
    """Energy at the charger's outlet per kWh at the meter."""
    load_curve: LoadCurve | None = None
    """Where it is given, both depend on the power, and those above are what they are at full load."""
    feed_back: FeedBack | None = None
    """What the battery may give back; nothing where vehicle or charger cannot."""
    time_s: tuple[float, ...] = field(init=False)
    seconds_per_kwh: tuple[float, ...] = field(init=False)
    """Seconds at full power per kWh stored, by step."""
    peak_kw: tuple[float, ...] = field(init=False)
    """Highest power of each step and those after it."""

    def __post_init__(self) -> None:
        paces = tuple(HOUR_S / (draw_kw * self.stored_at(draw_kw)) for draw_kw in self.draw_kw)
        spans = ((high - low) * pace for (low, high), pace in zip(pairwise(self.level_kwh), paces, strict=True))
        object.__setattr__(self, "seconds_per_kwh", paces)
        object.__setattr__(self, "time_s", tuple(accumulate(spans, initial=0.0)))
        object.__setattr__(self, "peak_kw", tuple(accumulate(reversed(self.draw_kw), max))[::-1])

    def stored_at(self, draw_kw: float) -> float:
        """Energy stored per kWh at the meter while so much is drawn there."""
        if self.load_curve is None:
            return self.stored_per_kwh
        return self.load_curve.of_input(draw_kw) * (self.stored_per_kwh / self.delivered_per_kwh)

    def at_full_load(self, draw_kw: float) -> float:
        """What would be drawn at the meter for the same power at the outlet, if the charger were at full load."""
        return (
            draw_kw if self.load_curve is None else draw_kw * self.load_curve.of_input(draw_kw) / self.delivered_per_kwh
        )

    def at_load(self, full_load_kw: float) -> float:
        """The inverse of :meth:`at_full_load`."""
        if self.load_curve is None:
            return full_load_kw
        outlet_kw = full_load_kw * self.delivered_per_kwh
        return outlet_kw / self.load_curve.of_output(outlet_kw)

    def gained_at(self, draw_kw: float) -> float:
        """Energy that the battery gains per kWh at the meter, or loses where the power is negative and fed back."""
        if draw_kw < 0.0:
            assert self.feed_back is not None
            return self.feed_back.released_per_kwh
        return self.stored_at(draw_kw)

    def step_of(self, level_kwh: float) -> int:
        """The step that a battery at this level is in; at an edge, the one above."""
        return bisect_right(self.level_kwh, level_kwh, 0, len(self.draw_kw)) - 1

    def time_at(self, level_kwh: float) -> float:
        """Seconds at full power from empty to this level."""
        step = bisect_right(self.level_kwh, level_kwh, 0, len(self.draw_kw)) - 1
        return self.time_s[step] + (level_kwh - self.level_kwh[step]) * self.seconds_per_kwh[step]

    @property
    def sure_per_kwh(self) -> float:
        """Energy stored per kWh at the meter, at the least: a plan that reckons with it is always enough."""
        if self.load_curve is None:
            return self.stored_per_kwh
        return self.stored_per_kwh * (self.load_curve.lowest / self.delivered_per_kwh)

    def needs(self, level_kwh: float, target_kwh: float) -> tuple[tuple[float, float], ...]:
        """What the way from one level to another takes: energy at the meter (kWh) and power (kW) of each step."""
        sure_per_kwh = self.sure_per_kwh
        parts = (
            ((min(high, target_kwh) - max(low, level_kwh)) / sure_per_kwh, draw_kw)
            for (low, high), draw_kw in zip(pairwise(self.level_kwh), self.draw_kw, strict=True)
        )
        return tuple((energy_kwh, draw_kw) for energy_kwh, draw_kw in parts if energy_kwh > 0.0)

    def capped(self, max_kw: float) -> ChargeSteps:
        """The lower staircase of a session that may draw ``max_kw`` at the meter at most; negative, feed it back."""
        if max_kw < 0.0:
            assert self.feed_back is not None
            return replace(self, feed_back=replace(self.feed_back, power_kw=min(self.feed_back.power_kw, -max_kw)))
        return replace(self, draw_kw=tuple(min(kw, max_kw) for kw in self.draw_kw))

    def level_at(self, time_s: float) -> float:
        """The inverse of :meth:`time_at`."""
        step = bisect_right(self.time_s, time_s, 0, len(self.draw_kw)) - 1
        return self.level_kwh[step] + (time_s - self.time_s[step]) / self.seconds_per_kwh[step]


def charge_steps(
    corners: Sequence[tuple[float, float]],
    *,
    battery_kwh: float,
    limit_kw: float,
    charger_efficiency: float,
    battery_efficiency: float,
    load_curve: LoadCurve | None = None,
    feed_back: FeedBack | None = None,
) -> ChargeSteps:
    """The staircase of a battery that accepts ``corners`` (state of charge, kW per kWh) behind a DC limit.

    Power is straight between corners; two corners at one state of charge are a jump. Sloping pieces become
    steps of at most ``STEP_SOC``, each with the mean power that takes its exact time. The efficiency of the charger is
    one number, or follows ``load_curve`` and is ``charger_efficiency`` at full load.

    >>> steps = charge_steps([(0, 1.0), (0.8, 1.0), (0.8, 0.5), (1, 0.5)], battery_kwh=100, limit_kw=60,
    ...                      charger_efficiency=0.95, battery_efficiency=0.96)
    >>> [round(level, 6) for level in steps.level_kwh], [round(kw, 3) for kw in steps.draw_kw]
    ([0.0, 80.0, 100.0], [63.158, 52.632])
    >>> round(steps.time_at(80.0) / 3600, 4)        # 80 kWh / (60 kW x 0.96)
    1.3889
    """
    limit_rate = limit_kw / battery_kwh
    edges: list[float] = [0.0]
    powers: list[float] = []
    for (soc, rate), (next_soc, next_rate) in pairwise(corners):
        for _low, high, first, last in _straight_pieces(soc, rate, next_soc, next_rate, limit_rate):
            kw = mean_power_kw(first, last) * battery_kwh
            if powers and abs(powers[-1] - kw) <= 1e-9 * kw:
                edges[-1] = high * battery_kwh
            else:
                powers.append(kw)
                edges.append(high * battery_kwh)
    return ChargeSteps(
        tuple(edges),
        tuple(kw / (charger_efficiency if load_curve is None else load_curve.of_output(kw)) for kw in powers),
        stored_per_kwh=charger_efficiency * battery_efficiency,
        delivered_per_kwh=charger_efficiency,
        load_curve=load_curve,
        feed_back=feed_back,
    )


def _straight_pieces(
    soc: float, rate: float, next_soc: float, next_rate: float, limit: float
) -> list[tuple[float, float, float, float]]:
    """Cut one straight piece of a curve where it meets the limit and into narrow steps: (from, to, first, last)."""
    if next_soc <= soc:
        return []
    cuts = [soc, next_soc]
    if (rate - limit) * (next_rate - limit) < 0:
        cuts.insert(1, soc + (limit - rate) / (next_rate - rate) * (next_soc - soc))
    pieces = []
    for low, high in pairwise(cuts):
        slope = (next_rate - rate) / (next_soc - soc)
        flat = slope == 0 or min(rate + slope * (low - soc), rate + slope * (high - soc)) >= limit * (1 - 1e-12)
        parts = 1 if flat else max(1, round((high - low) / STEP_SOC + 0.499))
        for part in range(parts):
            a = low + (high - low) * part / parts
            b = low + (high - low) * (part + 1) / parts
            pieces.append((a, b, min(limit, rate + slope * (a - soc)), min(limit, rate + slope * (b - soc))))
    return pieces
