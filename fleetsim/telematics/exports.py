"""Files for others: frames one behind the other, or JSON lines; they appear whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from fleetsim.errors import InputError, Problem, RunError


def write_file(parts: Iterable[bytes], out: Path) -> int:
    """Write parts one behind the other; how many. Raises ``InputError`` where the file is there already."""
    if out.exists():
        raise InputError([Problem(str(out), None, "", "", "is there already; name another file with --out")])
    partial = out.with_name(f".{out.name}.partial")
    count = 0
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("wb") as file:
            for part in parts:
                file.write(part)
                count += 1
        partial.rename(out)
    except OSError as error:
        raise RunError(f"{out}: could not be written: {error.strerror or error}") from error
    finally:
        with suppress(OSError):
            partial.unlink()
    return count


def write_lines(records: Iterable[dict[str, Any]], out: Path) -> int:
    """Write records as JSON, one a line; how many."""
    return write_file((json.dumps(each, ensure_ascii=False).encode("utf-8") + b"\n" for each in records), out)
