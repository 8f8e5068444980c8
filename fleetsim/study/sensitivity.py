"""Which input moves which metric: first-order and total indices from the runs of a study with a ``sobol`` axis."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from fleetsim.comparison.differences import BETTER, CONFIDENCE, EVERY, ROUNDING
from fleetsim.comparison.indices import Index, Sensitivity, indices_of
from fleetsim.documents import Document
from fleetsim.errors import InputError, Problem
from fleetsim.results.catalogue import Catalogue
from fleetsim.results.listing import listed_catalogue
from fleetsim.study.plan import PLAIN, read_study, sobol_points
from fleetsim.study.spec import SobolSample, StudySpec


def sensitivity(
    study: Path | str,
    *,
    results: Path | str = "results",
    store: str | None = None,
    metrics: Sequence[str] = (),
    confidence: float = CONFIDENCE,
) -> Sensitivity:
    """The indices of a study file with one ``sobol`` axis, from the metrics of its runs in the catalogue.

    Where there are several seeds, of the mean over them. ``metrics`` are names, ``all`` for every one, or nothing for
    those that usually matter. Raises ``InputError`` where the study has no such axis or runs are missing.
    """
    document, spec = read_study(Path(study))
    sample = _sample(document, spec)
    points = [json.dumps(point, ensure_ascii=False) for point in sobol_points(sample)]
    with listed_catalogue(Path(results), store) as catalogue:
        runs = _runs(spec, points, catalogue, str(study))
        every = [run_id for of_point in runs.values() for run_id in of_point]
        rows = catalogue.metrics(every, "run", () if EVERY in metrics else tuple(metrics or BETTER))
    units = {row[2]: row[4] for of_run in rows.values() for row in of_run}
    unknown = [name for name in metrics if name not in units and name != EVERY]
    if unknown:
        allowed = "no such metric of the whole run; fleetsim show --json lists them"
        raise InputError([Problem("--metric", None, "", repr(name), allowed) for name in unknown])
    found = {run: {row[2]: row[3] for row in of_run} for run, of_run in rows.items()}
    indices: list[Index] = []
    unmoved = []
    for name in units if EVERY in metrics else [one for one in (metrics or BETTER) if one in units]:
        mine = []
        for variant in spec.variants or {PLAIN: {}}:
            values = np.array([_mean([found[run].get(name) for run in runs[variant, point]]) for point in points])
            if np.isfinite(values).all() and np.ptp(values) > ROUNDING * np.abs(values).max():
                shares = indices_of(values, len(sample.ranges), confidence)
                mine += [
                    Index(variant, name, units[name], key, *map(float, row))
                    for key, row in zip(sample.ranges, shares, strict=True)
                ]
        indices += mine
        if not mine:
            unmoved.append(name)
    return Sensitivity(spec.study, len(set(every)), sample.samples, tuple(indices), tuple(unmoved), confidence)


def _sample(document: Document, spec: StudySpec) -> SobolSample:
    if len(spec.axes) == 1 and spec.axes[0].sobol is not None:
        return spec.axes[0].sobol
    raise InputError([document.problem(("axes",), "", "sensitivity needs one axis, of the form sobol")])


def _runs(
    spec: StudySpec, points: Sequence[str], catalogue: Catalogue, study: str
) -> Mapping[tuple[str, str], list[str]]:
    """The runs of each variant and point, a run for each seed. Raises ``InputError`` where any is missing."""
    seeds = range(1, spec.seeds + 1) if isinstance(spec.seeds, int) else spec.seeds
    done = {
        (member.variant, member.settings, member.seed): member.run_id
        for member, status in catalogue.study_runs(spec.study)
        if status == "done"
    }
    wanted = [(variant, point, seed) for variant in spec.variants or {PLAIN: {}} for point in points for seed in seeds]
    missing = len({one for one in wanted if one not in done})
    if missing:
        allowed = f"{missing} of {len(set(wanted))} runs are missing, failed or filtered; fleetsim batch makes them"
        raise InputError([Problem(study, None, "", "", allowed)])
    found: dict[tuple[str, str], list[str]] = {}
    for variant, point in dict.fromkeys((variant, point) for variant, point, _ in wanted):
        found[variant, point] = [done[variant, point, seed] for seed in seeds]
    return found


def _mean(values: Sequence[float | None]) -> float:
    known = [value for value in values if value is not None]
    return math.fsum(known) / len(known) if len(known) == len(values) else math.nan
