"""``fleetsim economics``."""

from __future__ import annotations

from pathlib import Path

import click

from fleetsim.cli.finding import find_run, run_argument
from fleetsim.cli.options import FOLDER, json_option, lang_option, language_of, results_here, results_option
from fleetsim.cli.printing import print_json, width


@click.command("economics")
@run_argument
@click.option("--prices", type=FOLDER, metavar="FILE", help="Price table [profiles/prices.yaml of the workspace].")
@results_option
@lang_option
@json_option
def command(
    run: str, prices: Path | None, results: Path | None, store: str | None, language: str, as_json: bool
) -> None:
    """Print what RUN would cost in a year, beside the vehicles with engines that it replaces.

    Cost per kilometre, fuel and emission avoided, revenue and payback of chargers, and vehicles per charger. The run is
    not repeated: try another price table with --prices.

    Example: fleetsim economics last --prices my_prices.yaml
    """
    from fleetsim.economics.prices import load_prices
    from fleetsim.economics.statement import statement

    found = find_run(run, results_here(results), store)
    path, root = _price_table(prices)
    year = statement(found.records, load_prices(path, root))
    if as_json:
        print_json({"run_id": found.run_id, "prices": str(path), **year.as_values()})
    else:
        from fleetsim.report.statement import statement_text

        click.echo(statement_text(year, found.view(), language_of(language), width()))


def _price_table(prices: Path | None) -> tuple[Path, Path]:
    """The price table that is meant, and the folder from which its name is shown."""
    from fleetsim.economics.prices import PRICES_FILE
    from fleetsim.workspace import is_workspace, packaged_inputs

    if prices is not None:
        return prices, Path.cwd()
    here = Path.cwd()
    own = (folder for folder in (here, *here.parents) if is_workspace(folder) and (folder / PRICES_FILE).is_file())
    root = next(own, None) or packaged_inputs()
    return root / PRICES_FILE, root
