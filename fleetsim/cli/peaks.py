"""``fleetsim peaks``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from fleetsim.cli.options import FOLDER, json_option, lang_option, language_of, load_scenario, scenario_argument
from fleetsim.cli.printing import known, print_json, print_table, remark

SHOWN = 15


@click.command("peaks")
@scenario_argument
@click.option("--page", type=FOLDER, metavar="FILE", help="Write the picture and the tables as a page (HTML).")
@lang_option
@json_option
def command(
    scenario: Path,
    settings: tuple[str, ...],
    seed: int | None,
    days: int | None,
    workspace: Path | None,
    page: Path | None,
    language: str,
    as_json: bool,
) -> None:
    """Stress the distribution network under SCENARIO and say what binds.

    Seven cases: evening of the dry season, holiday, drought, a substation's transformer out, all in the valley, orderly
    use, growth to the plan year. Assets by margin, the fleets that cause it, remedies by overload removed in a
    year for the money. Limits, costs, hours of the cases, growth and orderly use stand in grid/network/rules.yaml.

    Example: fleetsim peaks configs/yunnan_week.yaml --days 1 --page peaks.html
    """
    from fleetsim.report.peaks import binding_rows, remedy_rows, write_peaks_page
    from fleetsim.report.words import in_language, word
    from fleetsim.stress import stress

    loaded = load_scenario(scenario, settings, seed, days, workspace)
    short = [f"{key}={value}" for key, value in (("seed", seed), ("days", days)) if value is not None]
    study, lang = stress(scenario, [*settings, *short], workspace), language_of(language)
    if page is not None:
        title = in_language(loaded.spec.title, lang)
        write_peaks_page(page, title, study.worst, study.bindings, study.remedies, study.cases, study.heavy, lang)
    if as_json:
        print_json(
            {
                "scenario": study.scenario,
                "bindings": [{key: known(value) for key, value in asdict(row).items()} for row in study.bindings],
                "remedies": [{**asdict(one), "removed_per_million": one.removed_per_million} for one in study.remedies],
            }
        )
        return
    remark(word("peaks.synthetic", lang))
    print_table(*binding_rows(study.worst[:SHOWN], lang))
    if study.remedies:
        click.echo()
        print_table(*remedy_rows(study.remedies[:SHOWN], lang))
        remark(word("peaks.remedy_note", lang))
