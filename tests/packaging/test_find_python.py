"""What is missing on a machine is named together with the package that brings it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(shutil.which("sh") is None, reason="needs a POSIX shell")


def machine(folder: Path, **programs: str) -> dict[str, str]:
    """An environment whose PATH holds only these shell scripts."""
    for name, script in programs.items():
        path = folder / name.replace("_", ".")
        path.write_text(f"#!{shutil.which('sh')}\n{script}\n")
        path.chmod(0o755)
    return {"PATH": str(folder)}


def find(root: Path, env: dict[str, str], *args: str) -> subprocess.CompletedProcess[str]:
    shell = shutil.which("sh")
    assert shell is not None
    command = [shell, str(root / "tools" / "find-python"), *args]
    return subprocess.run(command, capture_output=True, text=True, env=env, check=False)


def test_a_python_that_is_new_enough_is_found_past_one_that_does_not_run(root, tmp_path):
    env = machine(tmp_path, python3_13="exit 127", python3=f'exec "{sys.executable}" "$@"', make="exit 0")
    assert find(root, env).stdout == "python3\n"


def test_no_python_at_all_names_the_package(root, tmp_path):
    done = find(root, machine(tmp_path, make="exit 0"))
    assert done.returncode == 1
    assert "found: none" in done.stderr
    assert "apt-get install python3" in done.stderr


def test_an_old_python_is_named_with_its_version(root, tmp_path):
    old = 'case "$1" in --version) echo Python 3.9.2;; *) exit 1;; esac'
    done = find(root, machine(tmp_path, python3=old, make="exit 0"))
    assert done.returncode == 1
    assert "Python 3.9.2" in done.stderr


def test_a_missing_venv_module_names_the_package_of_that_version(root, tmp_path):
    bare = 'case "$2" in *ensurepip*) exit 1;; *version_info\\[:2\\]*|*"%d.%d"*) echo 3.11;; *) exit 0;; esac'
    done = find(root, machine(tmp_path, python3_11=bare, make="exit 0"))
    assert done.returncode == 1
    assert "apt-get install python3.11-venv" in done.stderr


def test_a_missing_make_is_named(root, tmp_path):
    done = find(root, machine(tmp_path, python3=f'exec "{sys.executable}" "$@"'))
    assert done.returncode == 1
    assert "apt-get install make" in done.stderr


def test_an_interpreter_that_is_asked_for_is_taken(root):
    assert find(root, dict(os.environ), sys.executable).stdout == f"{sys.executable}\n"
