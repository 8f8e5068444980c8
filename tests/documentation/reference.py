"""Pages of ``docs/`` that are written from the program itself."""

from __future__ import annotations

import click

from fleetsim.cli import main
from fleetsim.results.schema import TABLES, Column

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


_KINDS = {"time": "time", "float": "number", "int": "whole number", "bool": "yes or no", "text": "text"}

PAGES = {"cli.md": cli_page, "tables.md": tables_page}


def _help(command: click.Command, context: click.Context) -> str:
    return f"```text\n{command.get_help(context)}\n```\n"


def _type(column: Column) -> str:
    if column.kind != "code":
        return _KINDS[column.kind]
    return "name" if isinstance(column.domain, str) else ", ".join(f"`{word}`" for word in column.domain)
