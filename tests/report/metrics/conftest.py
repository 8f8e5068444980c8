"""Lets the tests import the builder of synthetic records of the accounting tests."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[2] / "accounting"))
