"""The queue of a swap station against Erlang's C formula: M/M/c, its lanes the servers, 20 replications each.

The arrivals and the station are the program's own; only the times are exponential. The packs that come in are full,
so that lanes alone are short. To make the mean sharp, each replication is corrected by something whose mean is known (a
control variate): for several lanes, the wait for the same arrivals and services at a single server that is c times as
fast, by Lindley's recursion; for one lane, where that would be the wait itself, how far services outlast the gaps.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from datetime import date
from math import factorial
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from simpy import Environment, Event

from fleetsim.charging.sharing import NEVER
from fleetsim.clock import Clock
from fleetsim.energy.curve import charge_steps
from fleetsim.sites.log import SiteLog
from fleetsim.sites.swap_station import SwapPlant, SwapStation
from tests.worlds import FLAT, signals

REPLICATIONS = 20
WARM_UP = 2_000
SERVICE_S = 100.0
Series = NDArray[np.float64]


def erlang_c_wait_s(servers: int, load: float) -> float:
    """Mean wait of M/M/c: ``C(c, a) s / (c - a)`` with ``a = c rho`` and the mean service ``s``.

    >>> round(erlang_c_wait_s(1, 0.5), 9)       # M/M/1: rho s / (1 - rho)
    100.0
    """
    offered = servers * load
    full = offered**servers / factorial(servers) / (1.0 - load)
    delayed = full / (sum(offered**k / factorial(k) for k in range(servers)) + full)
    return delayed * SERVICE_S / (servers - offered)


def waits_s(lanes: int, arrivals_s: Series, services_s: Series) -> Series:
    """Waits at a real station."""
    env, log = Environment(), SiteLog()
    steps = charge_steps(FLAT, battery_kwh=50, limit_kw=60, charger_efficiency=0.95, battery_efficiency=0.96)
    services: Iterator[float] = iter(services_s.tolist())
    plant = SwapPlant(
        site=0, lanes=lanes, swap_s=services, mean_swap_s=SERVICE_S, slots=1,
        packs=tuple((number, 50.0) for number in range(lanes)), ready_kwh=45.0, stock=0, steps_id=0,
        limits=((0.0, NEVER),), strategy="immediate",
    )  # fmt: skip
    station = SwapStation(env, plant, steps, signals(Clock(date(2026, 3, 9), 1, 0)), log)

    def come() -> Generator[Event, Any, None]:
        for vehicle, gap_s in enumerate(np.diff(arrivals_s, prepend=0.0).tolist()):
            yield env.timeout(gap_s)
            station.enter(vehicle, 0, lanes + vehicle, 50.0, 50.0, NEVER)

    env.process(come())
    env.run()
    swaps = log.swaps.array()
    return np.asarray((swaps["start_s"] - swaps["arrive_s"])[np.argsort(swaps["vehicle"])])


def single_server_waits_s(arrivals_s: Series, services_s: Series) -> Series:
    """Lindley's recursion for one server, by its closed form: the walk less its lowest point so far."""
    steps_s = services_s[:-1] - np.diff(arrivals_s)
    walk_s = np.concatenate(([0.0], np.cumsum(steps_s)))
    return np.asarray(walk_s - np.minimum.accumulate(walk_s))


def test_the_station_serves_one_lane_exactly_like_lindley() -> None:
    generator = np.random.default_rng(3)
    arrivals_s = np.cumsum(generator.exponential(SERVICE_S / 0.9, 4_000))
    services_s = generator.exponential(SERVICE_S, 4_000)
    expected = single_server_waits_s(arrivals_s, services_s)
    np.testing.assert_allclose(waits_s(1, arrivals_s, services_s), expected, atol=1e-4)


@pytest.mark.parametrize(
    ("lanes", "load", "vehicles"), [(1, 0.7, 12_000), (3, 0.8, 10_000), (10, 0.9, 15_000)], ids=lambda value: str(value)
)
def test_the_mean_wait_is_that_of_erlang_c(lanes: int, load: float, vehicles: int) -> None:
    known_s = erlang_c_wait_s(1, load) / lanes if lanes > 1 else SERVICE_S - SERVICE_S / load
    real_s, control_s = np.empty((2, REPLICATIONS))
    for number in range(REPLICATIONS):
        generator = np.random.default_rng([lanes, number])
        gaps_s = generator.exponential(SERVICE_S / lanes / load, vehicles)
        arrivals_s, services_s = np.cumsum(gaps_s), generator.exponential(SERVICE_S, vehicles)
        real_s[number] = waits_s(lanes, arrivals_s, services_s)[WARM_UP:].mean()
        fast_s = single_server_waits_s(arrivals_s, services_s / lanes)
        control_s[number] = fast_s[WARM_UP:].mean() if lanes > 1 else (services_s - gaps_s)[WARM_UP:].mean()
    slope = np.cov(real_s, control_s)[0, 1] / control_s.var(ddof=1)
    corrected_s = real_s - slope * (control_s - known_s)
    expected_s = erlang_c_wait_s(lanes, load)
    error = corrected_s.std(ddof=1) / np.sqrt(REPLICATIONS) / expected_s
    assert error < 0.02, "the replications must be sharp enough to judge"
    assert corrected_s.mean() == pytest.approx(expected_s, rel=0.03)
