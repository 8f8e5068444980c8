"""Differences between configurations over common seeds, with confidence intervals."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from fleetsim.comparison.alternatives import Alternative, Member, alternatives_of_runs, alternatives_of_study
from fleetsim.errors import InputError, Problem
from fleetsim.results.catalogue import Catalogue
from fleetsim.results.listing import listed_catalogue
from fleetsim.spec import Text

if TYPE_CHECKING:
    import pandas as pd

CONFIDENCE = 0.95
BETTER = {
    "service_level": 1, "unmet_kwh": -1, "wait_mean_min": -1, "peak_kw": -1, "utilisation_energy": 0,
    "energy_kwh": 0, "cost_cny_per_km": -1, "cost_cny": -1, "clean_share": 1, "emission_kg_per_km": -1,
}  # fmt: skip
"""Metrics that are compared unless others are asked for; 1 where more is better, -1 where less is, 0 where neither."""
ROUNDING = 1e-9
"""Relative difference up to which two values are the same figure."""
EVERY = "all"
"""Asks for all metrics."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A run that could not be compared."""

    run_id: str
    label: str
    reason: str
    """``failed``, ``horizon``, ``program``, ``seed`` (the other configuration has no run of it) or ``none`` (no
    value)."""
    found: str


@dataclass(frozen=True, slots=True)
class Difference:
    """A metric of a configuration beside that of the baseline, seed by seed."""

    label: str
    scope: str
    subject: str
    metric: str
    unit: str
    seeds: tuple[int, ...]
    """Seeds that both have."""
    baseline: tuple[float, ...]
    """Values of the baseline, by seed."""
    values: tuple[float, ...]
    """Values of the configuration, by seed."""
    half_width: float
    """Half the width of the interval around the mean difference; NaN for a single seed."""

    @property
    def baseline_mean(self) -> float:
        """Mean of the baseline over the common seeds."""
        return math.fsum(self.baseline) / len(self.baseline)

    @property
    def mean(self) -> float:
        """Mean of the configuration over the common seeds."""
        return math.fsum(self.values) / len(self.values)

    @property
    def differences(self) -> tuple[float, ...]:
        """Difference by seed."""
        return paired_differences(self.values, self.baseline)

    @property
    def difference(self) -> float:
        """Mean difference."""
        return math.fsum(self.differences) / len(self.seeds)

    @property
    def low(self) -> float:
        """Lower end of the interval."""
        return self.difference - self.half_width

    @property
    def high(self) -> float:
        """Upper end of the interval."""
        return self.difference + self.half_width

    @property
    def clear(self) -> bool:
        """Whether the interval leaves zero out."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True, slots=True)
class Comparison:
    """Configurations beside a baseline."""

    study: str | None
    alternatives: tuple[Alternative, ...]
    """The baseline first; of each, the runs that are compared."""
    differences: tuple[Difference, ...]
    """Metric by metric, the configurations in their order."""
    left_out: tuple[LeftOut, ...]
    confidence: float
    title: Text | None = None
    """What the study asks; ``None`` of runs, and of a study that was listed without."""

    @property
    def baseline(self) -> Alternative:
        """What the others are compared with."""
        return self.alternatives[0]

    def by_metric(self) -> dict[tuple[str, str], list[Difference]]:
        """The differences by subject and metric."""
        found: dict[tuple[str, str], list[Difference]] = {}
        for one in self.differences:
            found.setdefault((one.subject, one.metric), []).append(one)
        return found

    def frame(self) -> pd.DataFrame:
        """The differences as a table, a row for each configuration and metric."""
        import pandas as pd

        keys = ("label", "scope", "subject", "metric", "unit", "baseline_mean", "mean", "difference", "low", "high")
        rows = [{**{key: getattr(one, key) for key in keys}, "seeds": len(one.seeds)} for one in self.differences]
        return pd.DataFrame(rows, columns=[*keys, "seeds"])


def compare(
    *runs: str,
    study: str | None = None,
    results: Path | str = "results",
    store: str | None = None,
    baseline: str | None = None,
    metrics: Sequence[str] = (),
    scope: str = "run",
    confidence: float = CONFIDENCE,
) -> Comparison:
    """Compare runs, or the configurations of a study, with the first of them or with ``baseline``.

    Runs of one configuration are those that differ in their seed alone. ``baseline`` is the label of a configuration
    or one of its runs. ``metrics`` are names, ``all`` for every one, or nothing for those that usually matter. Raises
    ``InputError`` where nothing can be compared.
    """
    folder = Path(results)
    with listed_catalogue(folder, store) as catalogue:
        if study is None:
            found, title = alternatives_of_runs(runs, folder, catalogue), None
        else:
            found, title = alternatives_of_study(study, catalogue), catalogue.study_title(study)
        first = _chosen(found, baseline)
        ordered = [first, *(one for one in found if one is not first)]
        kept, left_out = _comparable(ordered)
        if len(kept) < 2 or kept[0].label != first.label:
            raise InputError([_nothing_left(first, found, left_out)])
        differences, unpaired = _differences(kept, catalogue, metrics, scope, confidence)
        if not differences:
            raise InputError([_nothing_left(first, found, (*left_out, *unpaired))])
    return Comparison(study, tuple(kept), tuple(differences), (*left_out, *unpaired), confidence, title)


def paired_differences(values: Sequence[float], baseline: Sequence[float]) -> tuple[float, ...]:
    """Value less baseline, pair by pair; what is within the rounding of sums is none.

    >>> paired_differences([0.1 + 0.2, 4.0], [0.3, 3.0])
    (0.0, 1.0)
    """
    pairs = zip(values, baseline, strict=True)
    return tuple(0.0 if math.isclose(mine, other, rel_tol=ROUNDING) else mine - other for mine, other in pairs)


def half_width(differences: Sequence[float], confidence: float) -> float:
    """Half the width of the interval in which the mean of a normal population lies: t * s / sqrt(n); NaN for n = 1.

    t: quantile (1 + confidence) / 2 of Student's distribution with n - 1 degrees of freedom (Student, Biometrika 6,
    1908).

    >>> round(half_width([1.0, 2.0, 3.0], 0.95), 3)
    2.484
    """
    from scipy.special import stdtrit

    n = len(differences)
    if n < 2:
        return math.nan
    return float(stdtrit(n - 1, (1 + confidence) / 2) * np.std(differences, ddof=1) / math.sqrt(n))


def _chosen(found: Sequence[Alternative], baseline: str | None) -> Alternative:
    if baseline is None:
        return found[0]
    meant = [one for one in found if one.label == baseline] or [
        one for one in found if any(member.row.run_id.startswith(baseline) for member in one.members)
    ]
    if len(meant) != 1:
        labels = "; ".join(one.label for one in found)
        raise InputError([Problem("--baseline", None, "", repr(baseline), f"must be one of: {labels}")])
    return meant[0]


def _comparable(ordered: Sequence[Alternative]) -> tuple[list[Alternative], list[LeftOut]]:
    """The configurations with the runs that can be compared with the first run of the first of them."""
    done = [member for member in ordered[0].members if member.row.status == "done"]
    kept, left_out = [], []
    for one in ordered:
        mine: dict[int, Member] = {}
        for member in one.members:
            if reason := _unlike(member, done[0] if done else member):
                left_out.append(LeftOut(member.row.run_id, one.label, *reason))
            else:
                mine[member.seed] = member
        if mine:
            kept.append(replace(one, members=tuple(mine[seed] for seed in sorted(mine))))
    return kept, left_out


def _unlike(member: Member, other: Member) -> tuple[str, str] | None:
    row, reference = member.row, other.row
    if row.status != "done":
        return "failed", (row.error or "").split("\n")[0]
    if (row.start_at, row.days) != (reference.start_at, reference.days):
        return "horizon", f"{(row.start_at or '')[:10]}, {row.days} d"
    if member.program != other.program:
        return "program", member.program
    return None


def _nothing_left(first: Alternative, found: Sequence[Alternative], left_out: Sequence[LeftOut]) -> Problem:
    if len(found) < 2:
        return Problem(first.label, None, "", "", "the only configuration here: a comparison needs two that differ")
    named = "; ".join(f"{one.run_id}: {one.reason} {one.found}".strip() for one in left_out)
    return Problem(first.label, None, "", "", f"nothing is left to compare with it ({named})")


def _differences(
    kept: Sequence[Alternative], catalogue: Catalogue, metrics: Sequence[str], scope: str, confidence: float
) -> tuple[list[Difference], list[LeftOut]]:
    run_ids = [member.row.run_id for one in kept for member in one.members]
    every = EVERY in metrics
    rows = catalogue.metrics(run_ids, scope, () if every else (*(metrics or BETTER), *metrics))
    if not every:
        _check(metrics, {row[2] for of_run in rows.values() for row in of_run}, run_ids[0], scope, catalogue)
    values = {run: {(row[1], row[2]): row[3] for row in of_run} for run, of_run in rows.items()}
    units = {(row[1], row[2]): row[4] for of_run in rows.values() for row in of_run}
    wanted = units if every else sorted(units, key=lambda key: _place(key, metrics, units))
    differences = [
        difference
        for key in wanted
        for one in kept[1:]
        if (difference := _paired(kept[0], one, scope, key, units[key], values, confidence)) is not None
    ]
    return differences, list(_unpaired(kept))


def _place(key: tuple[str, str], metrics: Sequence[str], units: Mapping[tuple[str, str], str]) -> tuple[int, int]:
    subjects = list(dict.fromkeys(subject for subject, _ in units))
    return subjects.index(key[0]), list(metrics or BETTER).index(key[1])


def _check(metrics: Sequence[str], known: set[str], run_id: str, scope: str, catalogue: Catalogue) -> None:
    unknown = [name for name in metrics if name not in known]
    if unknown:
        names = [row[2] for row in catalogue.metrics([run_id], scope).get(run_id, ())]
        problems = []
        for name in unknown:
            close = get_close_matches(name, names, n=3)
            advice = f"did you mean {' or '.join(close)}?" if close else "fleetsim show --json lists them"
            problems.append(Problem("--metric", None, "", repr(name), f"no such metric of scope {scope}; {advice}"))
        raise InputError(problems)


def _paired(
    base: Alternative,
    one: Alternative,
    scope: str,
    key: tuple[str, str],
    unit: str,
    values: Mapping[str, Mapping[tuple[str, str], float | None]],
    confidence: float,
) -> Difference | None:
    theirs = {member.seed: values.get(member.row.run_id, {}).get(key) for member in base.members}
    mine = {member.seed: values.get(member.row.run_id, {}).get(key) for member in one.members}
    pairs = [
        (seed, other, value)
        for seed, value in mine.items()
        if value is not None and (other := theirs.get(seed)) is not None
    ]
    if not pairs:
        return None
    seeds, others, own = zip(*pairs, strict=True)
    width = half_width(paired_differences(own, others), confidence)
    return Difference(one.label, scope, *key, unit, seeds, others, own, width)


def _unpaired(kept: Sequence[Alternative]) -> Iterator[LeftOut]:
    """Runs whose seed the baseline does not have."""
    seeds = {member.seed for member in kept[0].members}
    for one in kept[1:]:
        for member in one.members:
            if member.seed not in seeds:
                yield LeftOut(member.row.run_id, one.label, "seed", str(member.seed))
