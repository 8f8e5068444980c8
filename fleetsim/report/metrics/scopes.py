"""Scopes: which run, city, fleet or site each vehicle and site, and so each row of a table, belongs to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fleetsim.accounting.sums import Floats, Ints, blocks, sums
from fleetsim.results.records import Records
from fleetsim.results.schema import Frame

RUN = "run"
"""Subject of the scope ``run``: the tables do not know the name of the run that they belong to."""


@dataclass(frozen=True, slots=True, eq=False)
class Scope:
    """One way to divide a run into subjects; -1 marks what belongs to none."""

    name: str
    subjects: tuple[str, ...]
    of_vehicle: Ints
    """Subject by code of the vehicle."""
    of_site: Ints
    """Subject by code of the site."""
    of_fleet: Ints
    """Subject by code of the fleet."""

    def vehicles(self, codes: NDArray[Any]) -> Ints:
        """Subjects of rows that name a vehicle."""
        return _looked_up(self.of_vehicle, codes)

    def trips(self, frame: Frame) -> Ints:
        """Subjects of trips: those of the vehicle, or of the fleet where no vehicle was there."""
        planned = _looked_up(self.of_fleet, frame["fleet"])
        return np.where(frame["vehicle"] >= 0, self.vehicles(frame["vehicle"]), planned)

    def sites(self, codes: NDArray[Any]) -> Ints:
        """Subjects of rows that name a site."""
        return _looked_up(self.of_site, codes)

    def visits(self, frame: Frame) -> Ints:
        """Subjects of rows that name both: a fleet's are those of its vehicles, all others those at its sites."""
        return self.vehicles(frame["vehicle"]) if self.name == "fleet" else self.sites(frame["site"])

    def total(self, values: NDArray[Any], subject: Ints) -> Floats:
        """Sum of the values of each subject; empty where one of them is."""
        out = np.zeros(len(self.subjects) + 1)
        for rows in blocks(len(values)):
            out += sums(values[rows], subject[rows] + 1, len(out))
        return out[1:]

    def count(self, rows: NDArray[np.bool_], subject: Ints) -> Floats:
        """Number of rows of each subject."""
        out = np.zeros(len(self.subjects) + 1, dtype=np.int64)
        for block in blocks(len(rows)):
            out += np.bincount(subject[block][rows[block]] + 1, minlength=len(out))
        return out[1:].astype(np.float64)

    def largest(self, values: Floats, subject: Ints) -> Floats:
        """Largest value of each subject; empty where there is none, or where one of them is."""
        out = np.full(len(self.subjects), -np.inf)
        for rows in blocks(len(values)):
            mine = subject[rows] >= 0
            np.maximum.at(out, subject[rows][mine], values[rows][mine])
        return np.where(np.isneginf(out), np.nan, out)


def _looked_up(subjects: Ints, codes: NDArray[Any]) -> Ints:
    """The subjects of codes; the code -1 finds what is put behind the last."""
    found: Ints = np.append(subjects, -1)[codes]
    return found


def scopes(records: Records) -> Iterator[Scope]:
    """The run, its cities, its fleets and its sites."""
    entities, vehicles, sites = records.entities, records.tables["vehicles"], records.tables["sites"]
    vehicle_codes, site_codes = len(entities["vehicles"]), len(entities["sites"])

    def by_code(frame: Frame, key: str, column: str, codes: int) -> Ints:
        out = np.full(codes, -1, dtype=np.int64)
        out[frame[key]] = frame[column]
        return out

    fleet_codes = len(entities["fleets"])

    def of_fleet(column: str) -> Ints:
        return by_code(vehicles, "fleet", column, fleet_codes)

    vehicle_city = by_code(vehicles, "vehicle", "city", vehicle_codes)
    site_city = by_code(sites, "site", "city", site_codes)
    everything = (np.zeros(codes, np.int64) for codes in (vehicle_codes, site_codes, fleet_codes))
    yield Scope("run", (RUN,), *everything)
    yield Scope("city", entities["cities"], vehicle_city, site_city, of_fleet("city"))
    fleet = by_code(vehicles, "vehicle", "fleet", vehicle_codes)
    yield Scope("fleet", entities["fleets"], fleet, np.full(site_codes, -1), np.arange(fleet_codes))
    home = by_code(vehicles, "vehicle", "home", vehicle_codes)
    yield Scope("site", entities["sites"], home, np.arange(site_codes), of_fleet("home"))
