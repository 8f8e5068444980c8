"""What a report is made from: the tables of a run, its metrics, and what there is to say about its inputs."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

import numpy as np

from fleetsim.report.numerals import quantity
from fleetsim.report.words import Language, in_language, metric_words
from fleetsim.results.records import Records
from fleetsim.results.schema import SCOPES, Frame
from fleetsim.spec import Text

Assumption = tuple[str, str, str, str]
"""File, key, value and reasoning of an input that is assumed."""


@dataclass(frozen=True)
class ReportView:
    """A run as a report sees it."""

    title: Text
    run_id: str
    records: Records
    metrics: Frame
    assumptions: Sequence[Assumption]
    notes: Mapping[str, str]
    """How the grid series came about, by subject."""
    remarks: tuple[str, ...]
    """What was allowed but is worth a warning."""
    certainties: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """How many inputs carry which certainty, by group of inputs."""
    names: Mapping[str, Text] = field(default_factory=dict)
    """Names of sites and fleets for the reader, where they have any."""

    @cached_property
    def _values(self) -> Mapping[tuple[str, str, str], float]:
        frame = self.metrics
        scopes = [SCOPES[code] for code in frame["scope"]]
        keys = zip(scopes, frame["subject"], frame["metric"], strict=True)
        return dict(zip(keys, map(float, frame["value"]), strict=True))

    def metric(self, scope: str, subject: str, name: str) -> float:
        """Value of a metric; NaN where the run has none."""
        return self._values.get((scope, subject, name), float("nan"))

    def run(self, name: str) -> float:
        """Value of a metric of the whole run."""
        return next((self.metric("run", subject, name) for subject in self.subjects("run")), float("nan"))

    def said(self, name: str, lang: Language) -> str:
        """Value of a metric of the whole run as it is printed, with its unit."""
        return quantity(self.run(name), self.unit(name), lang)

    @property
    def has_supply(self) -> bool:
        """Whether any site has panels or a battery."""
        return bool(len(self.records.tables["site_supply"]["site"]))

    @property
    def has_feed(self) -> bool:
        """Whether any vehicle fed back to its site."""
        return self.run("fed_back_kwh") > 0.0

    @property
    def has_hydrogen(self) -> bool:
        """Whether anything in the run holds hydrogen."""
        return math.isfinite(self.run("hydrogen_kg"))

    @property
    def only_hydrogen(self) -> bool:
        """Whether hydrogen is all that vehicles can be filled with: there is no charger."""
        return self.has_hydrogen and not self.run("chargers") > 0

    def subjects(self, scope: str) -> tuple[str, ...]:
        """Sites, fleets, ... that have metrics, in the order of the table."""
        return tuple(dict.fromkeys(subject for kind, subject, _ in self._values if kind == scope))

    def metric_names(self, scope: str) -> tuple[str, ...]:
        """Metrics that any subject of a scope has, in the order of the table."""
        return tuple(dict.fromkeys(name for kind, _, name in self._values if kind == scope))

    def unit(self, name: str) -> str:
        """Unit of a metric: the word list's, or for one that it does not know the table's."""
        known = metric_words(name)
        if known is not None:
            return known.unit
        rows = np.flatnonzero(self.metrics["metric"] == name)
        return str(self.metrics["unit"][rows[0]]) if len(rows) else ""

    def name(self, subject: str) -> Text:
        """What to call a site or fleet."""
        return self.names.get(subject, Text(en=subject, zh=subject))

    def called(self, subject: str, lang: Language) -> str:
        """What to call a site or fleet in one language."""
        return in_language(self.name(subject), lang)

    @property
    def first_day(self) -> date:
        """First reported day."""
        return self.records.clock.start_date

    @property
    def last_day(self) -> date:
        """Last reported day."""
        return self.first_day + timedelta(days=self.records.clock.days - 1)
