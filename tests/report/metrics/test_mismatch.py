"""Waiting beside free chargers: what is within reach and what is not."""

import numpy as np
import pytest
from synthetic import Diary

from fleetsim.report.metrics.mismatch import mismatch_s

DAY_S = 86_400.0
CROWDED, IDLE = 0, 1


def found_s(
    *, km: float = 8.0, stations: tuple[int, ...] = (CROWDED, IDLE), packs: int = 0, taken_s: float = 0.0
) -> float:
    """Vehicle 2 waits 1 000 s at the crowded site; both chargers of the idle one may be taken for a while."""
    diary = Diary()
    for vehicle in (0, 1):
        diary.session(vehicle, CROWDED, DAY_S - 500, DAY_S + 3_600, [])
        diary.session(vehicle, IDLE, DAY_S + 100, DAY_S + 100 + taken_s, [])
    diary.wait(2, CROWDED, DAY_S, DAY_S + 1_000)
    diary.rows["stations"].extend({"fleet": 1, "site": site} for site in stations)
    if not stations:
        del diary.rows["stations"]
    records = diary.records()
    records.tables["sites"]["lat"] = np.array([25.0, 25.0 + km / 111.19])
    records.tables["sites"]["lon"] = np.full(2, 102.7)
    records.tables["sites"]["packs"] = np.array([0, packs])
    (seconds,) = mismatch_s(records)
    return float(seconds)


def test_a_free_charger_of_another_station_within_reach_counts_while_it_is_free() -> None:
    assert found_s() == pytest.approx(1_000.0)
    assert found_s(taken_s=300.0) == pytest.approx(700.0)


@pytest.mark.parametrize(
    "out_of_reach",
    [{"km": 10.5}, {"stations": (CROWDED,)}, {"stations": ()}, {"packs": 20}],
    ids=["too_far", "not_for_this_fleet", "vehicles_of_a_depot", "a_swap_station"],
)  # fmt: skip
def test_a_free_charger_out_of_reach_does_not_count(out_of_reach: dict[str, int]) -> None:
    assert found_s(**out_of_reach) == 0.0  # type: ignore[arg-type]
