"""``fleetsim compare``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fleetsim.cli.options import FOLDER, json_option, lang_option, language_of, results_here, results_option
from fleetsim.cli.printing import known, print_json, width

if TYPE_CHECKING:
    from fleetsim.comparison.differences import Comparison

SCOPES = ("run", "city", "fleet", "site", "asset", "grid")
"""As in the tables, which a help text does not load."""


@click.command("compare")
@click.argument("what", metavar="RUN RUN...|STUDY", nargs=-1)
@click.option("--study", metavar="NAME", help="Study to compare; the same as naming it alone.")
@click.option("--baseline", metavar="LABEL|RUN", help="What the others are compared with [the first].")
@click.option("--metric", "metrics", multiple=True, metavar="NAME", help="Metric; repeatable; `all` for all.")
@click.option("--scope", type=click.Choice(SCOPES), default="run", show_default=True, help="What metrics are of.")
@click.option("--page", type=FOLDER, metavar="FILE", help="Write the comparison as a page with charts (HTML) as well.")
@results_option
@lang_option
@json_option
def command(
    what: tuple[str, ...],
    study: str | None,
    baseline: str | None,
    metrics: tuple[str, ...],
    scope: str,
    page: Path | None,
    results: Path | None,
    store: str | None,
    language: str,
    as_json: bool,
) -> None:
    """Print what configurations differ in, with confidence intervals.

    Runs that differ in their seed alone are one configuration. Configurations are paired by seed with the first of
    them; the interval of the mean difference is Student's t at 95 %. A run that cannot be compared is named: it
    failed, or has another horizon, version or seed.

    RUN is a run_id, a unique beginning of one, or `last`; STUDY the name of a study that was run by fleetsim batch.

    Example: fleetsim compare chargers --metric peak_kw --metric cost_cny --page chargers.html
    """
    from fleetsim.comparison.differences import compare
    from fleetsim.report.comparison import comparison_text

    folder = results_here(results)
    runs, name = _meant(what, study)
    found = compare(*runs, study=name, results=folder, store=store, baseline=baseline, metrics=metrics, scope=scope)
    if page is not None:
        from fleetsim.report.comparison_page import write_comparison_page

        write_comparison_page(found, page, language_of(language))
    if as_json:
        print_json(_as_values(found))
    else:
        click.echo(comparison_text(found, language_of(language), width()))


def _meant(what: tuple[str, ...], study: str | None) -> tuple[tuple[str, ...], str | None]:
    """The runs or the study that are meant: a lone word is a study, several are runs."""
    if (study is None) == (not what):
        raise click.UsageError("name either runs or one study")
    return (what, None) if len(what) > 1 else ((), study or what[0])


def _as_values(found: Comparison) -> dict[str, Any]:
    differences = found.frame().to_dict("records")
    return {
        "study": found.study,
        "baseline": found.baseline.label,
        "confidence": found.confidence,
        "configurations": [
            {"label": one.label, "runs": {str(member.seed): member.row.run_id for member in one.members}}
            for one in found.alternatives
        ],
        "differences": [{str(key): known(value) for key, value in row.items()} for row in differences],
        "left_out": [
            {"run_id": one.run_id, "label": one.label, "reason": one.reason, "found": one.found}
            for one in found.left_out
        ],
    }
