"""The list of packages, the tree and the wheel agree."""

from __future__ import annotations

import configparser
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

INPUTS = ("configs", "grid", "profiles")


@pytest.fixture
def options(root: Path) -> configparser.ConfigParser:
    parser = configparser.ConfigParser()
    parser.read(root / "setup.cfg", encoding="utf-8")
    return parser


def packages_of_the_tree(root: Path) -> set[str]:
    return {".".join(path.parent.relative_to(root).parts) for path in (root / "fleetsim").rglob("__init__.py")}


def test_every_package_is_listed_and_nothing_else(root, options):
    listed = set(options["options"]["packages"].split())
    assert listed == packages_of_the_tree(root) | {f"fleetsim._workspace.{name}" for name in INPUTS}


def test_every_folder_with_python_files_is_a_package(root):
    folders = {path.parent for path in (root / "fleetsim").rglob("*.py")}
    assert [folder for folder in folders if not (folder / "__init__.py").is_file()] == []


def test_input_folders_hold_no_python(root):
    assert [path for name in INPUTS for path in (root / name).rglob("*.py*")] == []


def test_every_contract_of_imports_names_existing_modules(root, options):
    for section in options.sections():
        for module in options[section].get("source_modules", "").split():
            path = root.joinpath(*module.split("."))
            assert path.is_dir() or path.with_suffix(".py").is_file(), f"{section}: {module}"


def test_lock_files_hold_no_address_and_a_hash_for_every_release(root):
    for path in root.glob("requirements*.lock"):
        text = path.read_text(encoding="utf-8")
        assert "://" not in text
        assert "--index" not in text
        assert "--find-links" not in text
        releases = [line for line in text.splitlines() if "==" in line]
        assert releases
        assert all(line.endswith("\\") for line in releases)


def test_the_development_lock_has_the_same_releases_as_the_lock_of_the_program(root):
    program, development = (
        {line for line in (root / name).read_text(encoding="utf-8").splitlines() if "==" in line}
        for name in ("requirements.lock", "requirements-dev.lock")
    )
    assert program <= development


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel built from a copy of what git would hand over, so that no build leftovers get in."""
    import shutil

    root = Path(__file__).parents[2]
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in ("fleetsim", *INPUTS):
        shutil.copytree(root / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("setup.cfg", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(root / name, source / name)
    script = f"from setuptools import build_meta; print(build_meta.build_wheel({str(out)!r}))"
    done = subprocess.run([sys.executable, "-c", script], cwd=source, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return zipfile.ZipFile(next(out.glob("*.whl")))


def test_the_wheel_holds_every_input_file(root, wheel):
    for name in INPUTS:
        files = {path.relative_to(root).as_posix() for path in (root / name).rglob("*") if path.is_file()}
        packed = {entry.removeprefix("fleetsim/_workspace/") for entry in wheel.namelist()}
        assert files <= packed


def test_the_wheel_holds_every_file_of_the_package(root, wheel):
    files = {
        path.relative_to(root).as_posix()
        for path in (root / "fleetsim").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert files <= set(wheel.namelist())


def test_the_wheel_holds_nothing_of_tests_and_tools(wheel):
    tops = {entry.split("/")[0] for entry in wheel.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"fleetsim"}
