"""The workspace: a folder with ``profiles/``, ``grid/`` and ``configs/``, and where a new one comes from."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from fleetsim.errors import InputError, Problem, RunError

INPUT_FOLDERS = ("profiles", "grid", "configs")
RESULTS_FOLDER = "results"
TEMPLATES = {"depot": "my_depot.yaml"}
"""Small workspaces to fill in, each with its scenario."""
PAGE_FILE = "report.html"
"""The page in the folder of a run."""
_NOT_INPUTS = shutil.ignore_patterns("__pycache__", "*.py*")
RESULTS_GITIGNORE = "*\n!.gitignore\n"


def is_workspace(folder: Path) -> bool:
    """Whether a folder is the root of a workspace: it holds ``profiles/`` and ``grid/``."""
    return (folder / "profiles").is_dir() and (folder / "grid").is_dir()


def find_workspace(scenario_file: Path, given: Path | None = None) -> Path:
    """The root of the workspace of a scenario file: the one given, else the nearest folder above the file.

    Raises ``InputError`` where there is none.
    """
    if given is not None:
        if is_workspace(given):
            return given
        allowed = "must be a folder that holds profiles/ and grid/ (fleetsim init DIR makes one)"
        raise InputError([Problem("--workspace", None, "", str(given), allowed)])
    for folder in scenario_file.absolute().parents:
        if is_workspace(folder):
            return folder
    allowed = (
        "not in a workspace: no folder above it holds profiles/ and grid/; "
        "name one with --workspace DIR or make one with fleetsim init DIR"
    )
    raise InputError([Problem(str(scenario_file), None, "", "", allowed)])


def packaged_inputs() -> Path:
    """The folder with the inputs that came with the program: the packaged copy if there is one, else the checkout."""
    package = Path(__file__).resolve().parent
    for folder in (package / "_workspace", package.parent):
        if is_workspace(folder):
            return folder
    raise RunError("the installed program has lost its input files; install it again")


def init(target: Path, template: str | None = None) -> list[Path]:
    """Make a workspace in ``target`` from the packaged inputs; the files it now holds, from ``target``.

    A ``template`` is one of :data:`TEMPLATES`: the workspace then has its scenario alone. Nothing is overwritten: a
    target that already has one of the folders is refused. The copy is made aside and then moved, so that a full disk
    leaves nothing half-written.
    """
    _refuse_occupied(target)
    source = packaged_inputs()
    created = _make(target)
    moved: list[Path] = []
    try:
        with TemporaryDirectory(prefix=".fleetsim-init-", dir=target) as aside:
            for name in INPUT_FOLDERS:
                shutil.copytree(source / name, Path(aside) / name, ignore=_NOT_INPUTS)
            if template is not None:
                for file in (Path(aside) / "configs").iterdir():
                    if file.name != TEMPLATES[template]:
                        shutil.rmtree(file) if file.is_dir() else file.unlink()
            results = Path(aside) / RESULTS_FOLDER
            results.mkdir()
            (results / ".gitignore").write_text(RESULTS_GITIGNORE, encoding="utf-8")
            for name in (*INPUT_FOLDERS, RESULTS_FOLDER):
                moved.append((Path(aside) / name).rename(target / name))
    except BaseException as error:
        for folder in (*moved, *created):
            shutil.rmtree(folder, ignore_errors=True)
        if isinstance(error, (OSError, shutil.Error)):
            raise RunError(f"the workspace could not be made in {target}: {_reason(error)}") from None
        raise
    return sorted(file.relative_to(target) for folder in moved for file in folder.rglob("*") if file.is_file())


def _refuse_occupied(target: Path) -> None:
    if target.exists() and not target.is_dir():
        raise InputError([Problem(str(target), None, "", "", "this is a file; a folder is needed")])
    occupied = [name for name in (*INPUT_FOLDERS, RESULTS_FOLDER) if (target / name).exists()]
    if occupied:
        found = ", ".join(f"{name}/" for name in occupied)
        raise InputError([Problem(str(target), None, "", found, "must be a folder without these; nothing was written")])


def _make(target: Path) -> list[Path]:
    """Make a folder with those above it; the topmost one that is new, to be taken back if the rest fails."""
    missing = [folder for folder in (target, *target.parents) if not folder.exists()]
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        for folder in missing[-1:]:
            shutil.rmtree(folder, ignore_errors=True)
        raise InputError([Problem(str(target), None, "", "", f"cannot be made: {_reason(error)}")]) from None
    return missing[-1:]


def _reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
