"""Lets the tests import how they look up metrics, and the builder of synthetic records of the accounting tests."""

import sys
from pathlib import Path

sys.path += [str(Path(__file__).parent), str(Path(__file__).parents[2] / "accounting")]
