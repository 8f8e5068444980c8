"""The command ``fleetsim``: finds its subcommands when they are needed and turns every failure into a message."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

import click

from fleetsim.errors import FleetsimError, InputError

COMMANDS = {
    "run": "run",
    "check": "check",
    "init": "init",
    "import": "import_feed",
    "batch": "batch",
    "size": "size",
    "runs": "runs",
    "show": "show",
    "compare": "compare",
    "sensitivity": "sensitivity",
    "report": "report",
    "serve": "serve",
    "economics": "economics",
    "grid": "grid",
    "telematics": "telematics",
    "peaks": "peaks",
    "export": "export",
    "schema": "schema",
    "rebuild": "rebuild",
}
"""Each command and the module of ``fleetsim.cli`` that holds it, in the order of the help."""

DEBUG = "FLEETSIM_DEBUG"
INTERRUPTED = 130


class Fleetsim(click.Group):
    """Simulate electric fleets, their charging sites and the clean share of each kilowatt-hour.

    A first answer: fleetsim run configs/first_depot.yaml
    """

    def __init__(self) -> None:
        super().__init__(
            name="fleetsim",
            help=self.__doc__,
            params=[_version(), _debug()],
            context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
        )

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load a command."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"fleetsim.cli.{COMMANDS[cmd_name]}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that is meant, or say which one may have been."""
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            from difflib import get_close_matches

            close = get_close_matches(name, COMMANDS, n=1)
            advice = f"did you mean {close[0]!r}?" if close else f"there are: {', '.join(COMMANDS)}"
            ctx.fail(f"no command {name!r}; {advice}")
        return super().resolve_command(ctx, args)

    def main(self, args: Sequence[str] | None = None, *rest: Any, **options: Any) -> Any:
        """Run the command line and end the process: 0 done, 1 failed, 2 bad input, 130 interrupted."""
        options["standalone_mode"] = False
        options.setdefault("prog_name", "fleetsim")
        try:
            outcome = super().main(args, *rest, **options)
        except (KeyboardInterrupt, click.Abort) as error:
            left = str(error.__cause__ or error)
            _say(f"interrupted; {left}" if left else "interrupted")
            sys.exit(INTERRUPTED)
        except click.ClickException as error:
            error.show()
            sys.exit(error.exit_code)
        except InputError as error:
            for problem in error.problems:
                _say(str(problem))
            count = len(error.problems)
            _say(f"{count} problem{'s' if count > 1 else ''} found")
            sys.exit(error.exit_code)
        except FleetsimError as error:
            if os.environ.get(DEBUG):
                raise
            _say(f"error: {error}")
            sys.exit(error.exit_code)
        except BrokenPipeError:  # the reader of our output left (`fleetsim runs | head`); so do we, quietly
            sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115 - flushed at exit, with nobody to close it
            sys.exit(1)
        except Exception as error:
            if os.environ.get(DEBUG):
                raise
            _say(f"error: {type(error).__name__}: {error}")
            _say(f"This is a fault of fleetsim, not of your input: please report it with the output of {DEBUG}=1.")
            sys.exit(1)
        sys.exit(outcome if isinstance(outcome, int) else 0)


def _say(text: str) -> None:
    click.echo(text, err=True)


def _debug() -> click.Option:
    def remember(_ctx: click.Context, _option: click.Parameter, value: bool) -> None:
        if value:
            os.environ[DEBUG] = "1"

    return click.Option(
        ["--debug"],
        is_flag=True,
        expose_value=False,
        callback=remember,
        help=f"Show the traceback of an unexpected failure (also: {DEBUG}=1).",
    )


def _version() -> click.Option:
    def show(ctx: click.Context, _option: click.Parameter, value: bool) -> None:
        if value:
            from fleetsim.version import __version__

            click.echo(f"fleetsim {__version__}")
            ctx.exit()

    return click.Option(
        ["--version"], is_flag=True, expose_value=False, is_eager=True, callback=show, help="Show the version."
    )
