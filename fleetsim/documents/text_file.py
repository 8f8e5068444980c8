"""Text files as users leave them: missing, in another encoding, or a folder by mistake."""

from __future__ import annotations

from pathlib import Path

from fleetsim.errors import InputError, Problem


def shown(path: Path, root: Path) -> str:
    """The path as messages show it: from ``root`` where it lies inside, else as it was typed."""
    try:
        return path.resolve().relative_to(root.resolve()).as_posix()
    except ValueError:
        return str(path)


def read_text(path: Path, root: Path) -> str:
    """The text of a UTF-8 file, with or without a byte order mark. Raises ``InputError`` where it cannot be had."""
    file = shown(path, root)
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise InputError([Problem(file, None, "", "", "the file does not exist")]) from None
    except IsADirectoryError:
        raise InputError([Problem(file, None, "", "", "this is a folder; a file is needed")]) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise InputError([Problem(file, None, "", "", f"the file cannot be read: {reason}")]) from None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        found = f"byte 0x{content[error.start]:02x}"
        remedy = 'in Excel as "CSV UTF-8"' if path.suffix.lower() == ".csv" else "most editors offer it on saving"
        allowed = f"the file must be text in UTF-8: save it again as UTF-8 ({remedy})"
        raise InputError([Problem(file, line, "", found, allowed)]) from None
    if not text.strip():
        raise InputError([Problem(file, None, "", "", "the file is empty")])
    return text
