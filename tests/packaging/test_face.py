"""The public face is light, and nothing inside leans on it."""

from __future__ import annotations

import ast
import subprocess
import sys

import pytest

import fleetsim


def test_importing_the_package_imports_nothing_heavy():
    code = "import sys, fleetsim; print([m for m in ('numpy', 'pydantic', 'pandas') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_public_name_is_there():
    for name in fleetsim.__all__:
        assert getattr(fleetsim, name) is not None
    assert set(fleetsim.__all__) <= set(dir(fleetsim))


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="simulat"):
        _ = fleetsim.simulat


def test_nothing_inside_imports_from_the_face(root):
    package = root / "fleetsim"
    modules = {path.stem for path in package.iterdir()}
    for path in package.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module == "fleetsim":
                assert {alias.name for alias in node.names} <= modules, path
            if isinstance(node, ast.Import):
                assert "fleetsim" not in {alias.name for alias in node.names}, path
