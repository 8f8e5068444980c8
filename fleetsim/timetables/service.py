"""On which dates the services of a feed run: weekly calendars and their exceptions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta

from fleetsim.errors import Problem
from fleetsim.timetables.feed import WEEK, Feed, FeedRow

LONGEST_DAYS = 3_660
"""Days beyond which a feed's calendar is taken for wrong when the fullest week is looked for."""


class ServiceCalendar:
    """The calendar of a feed; its faults go to ``problems``."""

    def __init__(self, feed: Feed, problems: list[Problem]) -> None:
        self._weekly: list[tuple[str, date, date, tuple[bool, ...]]] = []
        self._exceptions: dict[date, dict[str, bool]] = {}
        for row in feed.tables["calendar"]:
            first, last = (_day(feed, "calendar", row, column, problems) for column in ("start_date", "end_date"))
            for column in WEEK:
                if row[column] not in ("0", "1"):
                    problems.append(feed.problem("calendar", row.line, column, repr(row[column]), "must be 0 or 1"))
            if first and last:
                self._weekly.append((row["service_id"], first, last, tuple(row[day] == "1" for day in WEEK)))
        for row in feed.tables["calendar_dates"]:
            day = _day(feed, "calendar_dates", row, "date", problems)
            if row["exception_type"] not in ("1", "2"):
                allowed = "must be 1 (added) or 2 (removed)"
                found = repr(row["exception_type"])
                problems.append(feed.problem("calendar_dates", row.line, "exception_type", found, allowed))
            elif day:
                self._exceptions.setdefault(day, {})[row["service_id"]] = row["exception_type"] == "1"

    @property
    def span(self) -> tuple[date, date] | None:
        """First and last date of which the calendar speaks; none if it speaks of none."""
        days = [*self._exceptions, *(day for _, first, last, _ in self._weekly for day in (first, last))]
        return (min(days), max(days)) if days else None

    def active(self, day: date) -> frozenset[str]:
        """The services that run on a date."""
        services = {name for name, first, last, week in self._weekly if first <= day <= last and week[day.weekday()]}
        for name, added in self._exceptions.get(day, {}).items():
            (services.add if added else services.discard)(name)
        return frozenset(services)

    def fullest_week(self, trips: Mapping[str, int]) -> date | None:
        """The first Monday whose week has most trips, given the number of trips of each service."""
        if self.span is None:
            return None
        first, last = self.span
        weeks: Counter[date] = Counter()
        for number in range(min((last - first).days + 1, LONGEST_DAYS)):
            day = first + timedelta(number)
            monday = day - timedelta(day.weekday())
            weeks[monday] += sum(trips.get(service, 0) for service in self.active(day))
        return min(weeks, key=lambda monday: (-weeks[monday], monday))


def _day(feed: Feed, table: str, row: FeedRow, column: str, problems: list[Problem]) -> date | None:
    text = row[column]
    try:
        if len(text) == 8 and text.isdecimal():
            return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        pass
    problems.append(feed.problem(table, row.line, column, repr(text), "must be a date like 20260309"))
    return None
