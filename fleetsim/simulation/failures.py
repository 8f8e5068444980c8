"""Failures of chargers: when each is out of service, drawn by its name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from fleetsim.clock import DAY_S, HOUR_S, WEEK_S, Clock
from fleetsim.randomness import generator
from fleetsim.scenario.schema import Scenario
from fleetsim.scenario.sites import Failures, PlugSite
from fleetsim.sites.guns import ChargerOutage

YEAR_S = 365 * DAY_S


def charger_outages(name: str, site: PlugSite, order: Sequence[int], scenario: Scenario) -> tuple[ChargerOutage, ...]:
    """Outages of a site's chargers within the run, in order of time; ``order`` is the group of each charger.

    A charger is known by its group and its number there, so that a group that grows leaves the others as they were;
    the guns of a cabinet fail together.
    """
    spec = scenario.spec
    found, seen = [], dict.fromkeys(order, 0)
    for charger, group in enumerate(order):
        failures = site.chargers[group].failures
        if failures is not None:
            unit = seen[group] % (site.chargers[group].cabinets or site.chargers[group].count)
            spans = _spans(failures, spec.seed, spec.clock, name, group, unit)
            found += [ChargerOutage(start_s, end_s, charger) for start_s, end_s in spans]
        seen[group] += 1
    return tuple(sorted(found))


def _spans(failures: Failures, seed: int, clock: Clock, *charger: str | int) -> Iterator[tuple[float, float]]:
    """When one charger is out of service, week by week; what fails while it is out changes nothing.

    Failures are a Poisson process over the calendar, the times of repair exponential.
    """
    repaired_s = -float("inf")
    first_s = -float(clock.origin.weekday() * DAY_S)
    for number, week in enumerate(clock.week_starts()):
        random = generator(seed, week, "charger_failures", *charger)
        count = random.poisson(failures.per_year * WEEK_S / YEAR_S)
        starts_s = first_s + (number + np.sort(random.random(count))) * WEEK_S
        repairs_s = random.exponential(failures.repair_h * HOUR_S, count)
        for start_s, repair_s in zip(starts_s.tolist(), repairs_s.tolist(), strict=True):
            if start_s < repaired_s:
                continue
            repaired_s = start_s + repair_s
            from_s, until_s = max(start_s, 0.0), min(repaired_s, float(clock.end_s))
            if until_s > from_s:
                yield from_s, until_s
