"""The benchmarks belong to the checkout, not to the package: its folder comes last, behind the installed package."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[2]))
