"""Single files for users: they appear whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex

from fleetsim.errors import InputError, Problem, RunError


@contextmanager
def written_aside(out: Path, option: str, *, replace: bool = True) -> Iterator[Path]:
    """A path to write to, which becomes ``out`` when the block ends well and vanishes otherwise.

    Raises ``InputError``, naming the option that ``out`` came from, where its folder is not there, or where it is there
    itself and is not to be replaced.
    """
    if not out.absolute().parent.is_dir() or out.is_dir():
        raise InputError([Problem(str(out), None, option, "", "must be a file in a folder that exists")])
    if out.exists() and not replace:
        allowed = "is there already; name another file, or allow it with --overwrite"
        raise InputError([Problem(str(out), None, option, "", allowed)])
    aside = out.with_name(f".{out.name}.{token_hex(4)}.partial")
    try:
        yield aside
        aside.replace(out)
    except OSError as error:
        raise RunError(f"{out}: could not be written: {error.strerror or error}") from error
    finally:
        with suppress(OSError):
            aside.unlink()
