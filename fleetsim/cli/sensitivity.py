"""``fleetsim sensitivity``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from fleetsim.cli.options import FOLDER, json_option, lang_option, language_of, results_here, results_option
from fleetsim.cli.printing import known, print_json, width


@click.command("sensitivity")
@click.argument("study", type=FOLDER)
@click.option("--metric", "metrics", multiple=True, metavar="NAME", help="Metric; repeatable; `all` for all.")
@click.option("--page", type=FOLDER, metavar="FILE", help="Write the indices as a page with charts (HTML) as well.")
@results_option
@lang_option
@json_option
def command(
    study: Path,
    metrics: tuple[str, ...],
    page: Path | None,
    results: Path | None,
    store: str | None,
    language: str,
    as_json: bool,
) -> None:
    """Print which input of STUDY moves which metric, from runs that fleetsim batch has made.

    STUDY is the file of a study with one axis of the form `sobol`. First-order and total indices (Sobol', Saltelli) of
    each of its ranges, with intervals from resampled points.

    Example: fleetsim sensitivity configs/studies/sensitivity.yaml --metric peak_kw
    """
    from fleetsim.report.sensitivity import sensitivity_text
    from fleetsim.study.sensitivity import sensitivity

    found = sensitivity(study, results=results_here(results), store=store, metrics=metrics)
    if page is not None:
        from fleetsim.report.sensitivity_page import write_sensitivity_page

        write_sensitivity_page(found, page, language_of(language))
    if as_json:
        indices = [{key: known(value) for key, value in asdict(one).items()} for one in found.indices]
        print_json({**asdict(found), "indices": indices})
    else:
        click.echo(sensitivity_text(found, language_of(language), width()))
