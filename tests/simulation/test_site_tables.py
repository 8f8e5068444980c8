"""From the rows of a site's log to its tables, where a session draws, feeds back and draws again."""

from __future__ import annotations

import numpy as np
import pytest

from fleetsim.energy.curve import FeedBack, charge_steps
from fleetsim.results.schema import Frame
from fleetsim.simulation.site_tables import site_tables
from fleetsim.sites.log import SiteLog
from tests.worlds import scenario

HOUR = 3_600.0
STEPS = charge_steps(
    [(0.0, 1.0), (1.0, 1.0)],
    battery_kwh=200.0,
    limit_kw=95.0,
    charger_efficiency=0.95,
    battery_efficiency=0.96,
    feed_back=FeedBack(60.0, 50.0, 1.25),
)


def tables(plug_s: float, warmup_days: int = 0) -> dict[str, Frame]:
    """A session that stores 91.2 kWh in an hour, releases 37.5 kWh in half an hour, and stores 45.6 kWh in another."""
    log = SiteLog()
    session = log.new_session()
    for start_h, end_h, power_kw in ((0.0, 1.0, 100.0), (1.0, 1.5, -60.0), (2.0, 2.5, 100.0)):
        log.pieces.add(session, plug_s + start_h * HOUR, plug_s + end_h * HOUR, power_kw)
    end_s = plug_s + 2.5 * HOUR
    end_kwh = 20.0 + 91.2 - 37.5 + 45.6
    log.sessions.add(session, 0, -1, 0, 0, -1, 0, plug_s, plug_s, plug_s, end_s, end_s, np.inf, 20.0, end_kwh, 180.0, 1)
    world = scenario(days=1, warmup_days=warmup_days)
    return site_tables(log, [STEPS], {}, {}, world, np.array([200.0]))


def test_what_a_session_drew_and_what_it_fed_back_are_counted_apart() -> None:
    made = tables(6 * HOUR)
    row = {name: values[0] for name, values in made["sessions"].items()}
    assert (row["energy_kwh"], row["delivered_kwh"], row["stored_kwh"]) == pytest.approx((150.0, 142.5, 136.8))
    assert (row["discharged_kwh"], row["released_kwh"]) == pytest.approx((30.0, 37.5))
    assert (row["soc_start"], row["soc_end"]) == pytest.approx((0.1, (20 + 136.8 - 37.5) / 200))
    assert (row["requested_kwh"], row["unmet_kwh"]) == pytest.approx((160.0, 160.0 - 99.3))
    assert made["draws"]["offered_kw"].tolist() == [100.0, -60.0, 100.0]


def test_what_was_fed_back_before_the_reported_time_counts_in_the_level_alone() -> None:
    made = tables(86_400 - 1.25 * HOUR, warmup_days=1)
    row = {name: values[0] for name, values in made["sessions"].items()}
    assert (row["energy_kwh"], row["discharged_kwh"], row["released_kwh"]) == pytest.approx((50.0, 15.0, 18.75))
    assert row["soc_start"] == pytest.approx((20 + 91.2 - 18.75) / 200)
    assert row["stored_kwh"] - row["released_kwh"] == pytest.approx((row["soc_end"] - row["soc_start"]) * 200)
