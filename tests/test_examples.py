"""Every example in a docstring does what it says."""

from __future__ import annotations

import doctest
import pkgutil
from importlib import import_module

import pytest

import fleetsim

MODULES = sorted(module.name for module in pkgutil.walk_packages(fleetsim.__path__, "fleetsim."))


@pytest.mark.parametrize("name", [name for name in MODULES if name != "fleetsim.__main__"])
def test_examples(name):
    outcome = doctest.testmod(import_module(name), optionflags=doctest.ELLIPSIS)
    assert outcome.failed == 0
