"""What may change a draw, and what may not."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fleetsim.results.records import Records
from tests.worlds import depot, fleet, rotation, run, scenario

CHANCE = {"consumption_kwh_per_km": None, "work": rotation(run_time_cv=0.1, load_cv=0.3)}


def trips_of(records: Records, prefix: str, column: str) -> NDArray[Any]:
    """A column of the trips of vehicles whose names begin with ``prefix``."""
    names = np.array(records.entities["vehicles"])
    trips = records.tables["trips"]
    mine = np.char.startswith(names, prefix)[trips["vehicle"]]
    order = np.lexsort((trips["trip"][mine], trips["vehicle"][mine]))
    return trips[column][mine][order]


def test_a_fleet_at_another_depot_changes_no_trip_of_the_first() -> None:
    alone = run(scenario(fleets={"line": fleet(**CHANCE)}))
    sites = {"depot": depot(), "another": depot(1)}
    both = run(scenario(sites=sites, fleets={"line": fleet(**CHANCE), "a_line": fleet(6, home="another", **CHANCE)}))
    for column in ("depart_at", "arrive_at", "used_kwh", "soc_end", "status"):
        np.testing.assert_array_equal(trips_of(alone, "line", column), trips_of(both, "line", column))


def test_a_fleet_at_the_same_depot_leaves_the_drawn_demand() -> None:
    alone = run(scenario(fleets={"line": fleet(**CHANCE)}))
    both = run(scenario(fleets={"line": fleet(**CHANCE), "a_line": fleet(6, **CHANCE)}))
    for column in ("planned_depart_at", "used_kwh"):
        np.testing.assert_array_equal(trips_of(alone, "line", column), trips_of(both, "line", column))


def test_a_longer_horizon_leaves_the_first_days() -> None:
    short = run(scenario(fleets={"line": fleet(**CHANCE)}, days=2))
    long = run(scenario(fleets={"line": fleet(**CHANCE)}, days=9))
    first = len(short.tables["trips"]["trip"])
    for column in ("vehicle", "trip", "depart_at", "used_kwh"):
        np.testing.assert_array_equal(short.tables["trips"][column], long.tables["trips"][column][:first])


def test_chargers_strategy_and_limit_change_nobody_s_demand() -> None:
    usual = run(scenario(fleets={"line": fleet(**CHANCE)}))
    other = run(
        scenario(sites={"depot": depot(9, strategy="valley", connection_kw=500)}, fleets={"line": fleet(**CHANCE)})
    )
    for column in ("planned_depart_at", "used_kwh"):
        np.testing.assert_array_equal(trips_of(usual, "line", column), trips_of(other, "line", column))


def test_another_seed_is_another_week() -> None:
    one, two = (run(scenario(fleets={"line": fleet(**CHANCE)}, seed=seed)) for seed in (1, 2))
    assert not np.array_equal(one.tables["trips"]["used_kwh"], two.tables["trips"]["used_kwh"])
