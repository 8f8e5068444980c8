"""Pages of ``docs/`` that are written from the program itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import click
import yaml
from pydantic.fields import FieldInfo

from fleetsim.cli import main
from fleetsim.documents.requirement import Expected
from fleetsim.results.schema import TABLES, Column
from fleetsim.scenario.fleets import BatteryFleet, Opportunity
from fleetsim.scenario.hydrogen import HydrogenBusFleet
from fleetsim.scenario.kinds import kinds
from fleetsim.scenario.sites import Terminal
from fleetsim.scenario.taxis import TaxiFleet
from fleetsim.scenario.visitors import VisitorFleet
from fleetsim.spec import Spec
from fleetsim.workspace import packaged_inputs
from tests.documentation.glossary import glossary_page

_WRITTEN = "<!-- Written by `make docs` from the program; edits here are lost. -->\n"


def cli_page() -> str:
    """``docs/cli.md``: the help of every command."""
    context = click.Context(main, info_name="fleetsim", terminal_width=100, help_option_names=["-h", "--help"])
    parts = [
        "# Command line\n",
        _WRITTEN,
        "Results go to stdout, remarks and progress to stderr. Exit codes: 0 done; 1 the run failed; 2 bad input, "
        "every problem listed; 130 interrupted, nothing half-written.\n",
        _help(main, context),
    ]
    for name in main.list_commands(context):
        command = main.get_command(context, name)
        assert command is not None
        inner = click.Context(command, info_name=name, parent=context, terminal_width=100)
        parts += [f"## fleetsim {name}\n", _help(command, inner)]
        for part, below in command.commands.items() if isinstance(command, click.Group) else ():
            within = click.Context(below, info_name=part, parent=inner, terminal_width=100)
            parts += [f"### fleetsim {name} {part}\n", _help(below, within)]
    return "\n".join(parts)


def tables_page() -> str:
    """``docs/tables.md``: every table and column."""
    parts = [
        "# Tables of a run\n",
        _WRITTEN,
        "A run is a folder `results/<run_id>/` with one Parquet file per table. A column is never absent, nor a table, "
        "even without rows; where a column does not apply, its value is null. Times are civil times of Asia/Shanghai. "
        "Shares are 0 to 1. Power is positive from the grid to the vehicle.\n",
    ]
    for table, columns in TABLES.items():
        parts += [f"## {table}\n", "| column | type | meaning |", "|---|---|---|"]
        parts += [f"| `{column.name}` | {_type(column)} | {column.meaning} |" for column in columns]
        parts.append("")
    return "\n".join(parts)


def kinds_page() -> str:
    """``docs/kinds.md``: every kind of fleet with its keys, and every form of work."""
    parts = [
        "# Kinds of fleet\n",
        _WRITTEN,
        "What may stand in the `fleets` of a scenario. A kind composes work, store and refill; kinds of one form share "
        "its keys. A key without a default must be given. How to add a kind: [extending.md](extending.md).\n",
    ]
    examples = _examples()
    known = kinds()
    for form, title in _FORMS.items():
        parts += [f"## {title}\n", *_keys(form, {"kind"})]
        for name in sorted(name for name, fleet in known.items() if issubclass(fleet, form)):
            fleet = known[name]
            parts += [f"### {name}\n", f"{fleet.__doc__} An example: `configs/{examples[name]}`.\n"]
            if "work" in fleet.model_fields:
                work = replace(Expected.of(fleet).inner("work"), discriminator="kind")
                works = work.tagged_arms()
                parts.append("Work: " + ", ".join(f"`{work}`" for work in works) + ".\n")
            inherited = {
                key for key, held in fleet.model_fields.items() if _said(held) == _said(form.model_fields.get(key))
            }
            if fleet is not form and fleet.model_fields.keys() - inherited - {"kind", "work"}:
                parts += _keys(fleet, inherited | {"kind", "work"})
    parts.append("## Work\n")
    for name, work in Expected.of(BatteryFleet).inner("work").tagged_arms().items():
        parts += [f"### {name}\n", f"{work.type.__doc__}\n", *_keys(work.type, {"kind"})]
    parts += [
        "## Charging at terminals\n",
        f"The block `opportunity` of a battery fleet. {Opportunity.__doc__}\n",
        *_keys(Opportunity, set()),
        f"### Sites of kind terminal\n\n{Terminal.__doc__}\n",
        *_keys(Terminal, {"kind"}),
    ]
    return "\n".join(parts)


_FORMS: dict[type[Spec], str] = {
    BatteryFleet: "Battery vehicles with a home depot",
    HydrogenBusFleet: "Fuel-cell vehicles with a hydrogen station",
    TaxiFleet: "Vehicles that carry passengers about a city",
    VisitorFleet: "Other users of public chargers",
}


def _said(held: FieldInfo | None) -> tuple[object, ...]:
    """What a reader is told of a key: two that say the same are one."""
    return () if held is None else (held.default, held.description)


def _keys(model: type[Spec], left_out: set[str]) -> list[str]:
    """The keys of a block as a table."""
    lines = ["| key | unit | default | meaning |", "|---|---|---|---|"]
    for key, held in model.model_fields.items():
        if key not in left_out and key != "sources":
            default = "" if held.is_required() else _default(held.get_default(call_default_factory=True))
            meaning = " ".join((held.description or "").split()).replace("``", "`")
            lines.append(f"| `{key}` | {Expected.of(model).inner(key).unit()} | {default} | {meaning} |")
    return [*lines, ""]


def _default(value: object) -> str:
    return "none" if value is None or value == () else f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _examples() -> dict[str, str]:
    """The smallest shipped scenario that has a kind, by kind."""
    found: dict[str, str] = {}
    for file in sorted((packaged_inputs() / "configs").glob("*.yaml"), key=lambda file: file.stat().st_size):
        fleets = yaml.safe_load(file.read_text(encoding="utf-8")).get("fleets", {})
        for fleet in fleets.values():
            found.setdefault(fleet["kind"], file.name)
    return found


_KINDS = {"time": "time", "float": "number", "int": "whole number", "bool": "yes or no", "text": "text"}

PAGES: dict[str, Callable[[], str]] = {
    "cli.md": cli_page,
    "glossary.md": partial(glossary_page, "en"),
    "kinds.md": kinds_page,
    "tables.md": tables_page,
    "zh/glossary.md": partial(glossary_page, "zh"),
}


def _help(command: click.Command, context: click.Context) -> str:
    return f"```text\n{command.get_help(context)}\n```\n"


def _type(column: Column) -> str:
    if column.kind != "code":
        return _KINDS[column.kind]
    return "name" if isinstance(column.domain, str) else ", ".join(f"`{word}`" for word in column.domain)
