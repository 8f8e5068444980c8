"""How many vehicles are out follows the calendar, and they take turns."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from fleetsim.profiles import Season, SeasonCalendar
from fleetsim.work.setting import Setting
from fleetsim.work.spec import WEEKDAYS
from tests import worlds


def calendar(*seasons: dict[str, object], months: float = 1.0) -> SeasonCalendar:
    entry = {"name": worlds.NAME, "weekdays": [1] * 7, "months": [months] * 12, "seasons": seasons}
    return SeasonCalendar.model_validate(entry)


def setting(vehicles: int = 10, days: int = 14, season: SeasonCalendar | None = None) -> Setting:
    world = worlds.scenario(days=days)
    return Setting("line", vehicles, "gate", world.profiles.places, {}, 0, 1, world.spec.clock, season)


def test_all_vehicles_are_out_in_order_where_nothing_limits_them() -> None:
    vehicle, day, turn, out = setting(4, days=2).on_duty(WEEKDAYS, 1.0)
    assert vehicle.tolist() == turn.tolist() == [0, 0, 1, 1, 2, 2, 3, 3]
    assert day.tolist() == [0, 1] * 4
    assert set(out.tolist()) == {4}


def test_the_number_out_is_share_times_season_and_never_more_than_all() -> None:
    feast = {"first_day": "03-15", "last_day": "03-16", "factor": 9}
    _, day, _, _ = setting(season=calendar(feast, months=0.5)).on_duty(WEEKDAYS, 0.6)
    out = np.bincount(day, minlength=14)
    assert out.tolist() == [3] * 6 + [10, 10] + [3] * 6


def test_vehicles_take_turns_from_day_to_day() -> None:
    vehicle, _, _, _ = setting(days=20).on_duty(WEEKDAYS, 0.3)
    assert np.bincount(vehicle, minlength=10).tolist() == [6] * 10


def test_who_is_out_on_a_day_hangs_on_the_calendar_alone() -> None:
    one, longer = (setting(days=days).on_duty(WEEKDAYS, 0.4) for days in (3, 14))
    early = longer[1] < 3
    assert sorted(zip(one[0].tolist(), one[1].tolist(), strict=True)) == sorted(
        zip(longer[0][early].tolist(), longer[1][early].tolist(), strict=True)
    )


@pytest.mark.parametrize(
    ("first", "last", "day", "covered"),
    [
        ("02-16", "02-22", date(2026, 2, 17), True),
        ("02-16", "02-22", date(2027, 2, 17), False),
        ("12-30", "01-02", date(2026, 12, 31), True),
        ("12-30", "01-02", date(2027, 1, 1), True),
        ("12-30", "01-02", date(2026, 1, 1), False),
    ],
)
def test_a_feast_that_moves_has_a_year(first: str, last: str, day: date, covered: bool) -> None:
    assert Season(first_day=first, last_day=last, factor=1.5, year=2026).covers(day) is covered


def test_a_convoy_leaves_together() -> None:
    block = {"start": "08:00", "spread_min": 120, "convoy": 3, "trips": 2, "layover_min": 5}
    work = worlds.rotation(blocks=[block])
    trips = worlds.run(worlds.scenario(fleets={"line": worlds.fleet(9, work=work)}, days=1)).tables["trips"]
    first = np.sort(trips["planned_depart_at"][trips["trip"] == 0]) / 3_600
    assert first.tolist() == pytest.approx([8.0] * 3 + [8 + 2 / 3] * 3 + [8 + 4 / 3] * 3)
