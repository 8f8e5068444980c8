"""Write docs/validation.md from the program's own answers.

Usage: python docs/_validation/write.py [PART]..., such as `cases`. Parts that need measured data name the
folder in FLEETSIM_REFERENCE_DATA.
"""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent
PARTS = {
    "Vehicles and energy": "energy",
    "Vehicles that others measured": "measured",
    "New York's buses": "new_york",
    "Line 101 from the top with a full battery": "line_101",
    "Hydrogen under pressure": "pressure",
    "Fleets and depots": "fleets",
    "A published timetable": "timetables",
    "Grid by month and hour": "grid",
    "Grid with water": "water",
    "Cases of the grid": "cases",
    "Networks": "networks",
    "Telematics": "telematics",
}
HEAD = """# Validation

What fleetsim says beside what is published, measured or expected, misses included. Every figure of the program on this
page is printed by the scripts in `docs/_validation/` from the public interface: `python docs/_validation/write.py`
writes the page again. A figure that was adjusted to meet its counterpart is called calibration; it proves nothing.

What is *not* validated: no metered depot, feeder or hourly dispatch of Yunnan is public. Depot positions, routes, block
lengths and connections of the scenarios are assumptions, marked as such in their files and in every report.
"""


def main() -> None:
    """Write the page; with names of parts, those alone again and the others as they stand."""
    sys.path.insert(0, str(HERE))
    page, again = HERE.parent / "validation.md", sys.argv[1:] or list(PARTS.values())
    found = re.split(r"^## ", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    standing = {text.partition("\n")[0]: text for text in found}
    parts = [_part(title, name, again, standing) for title, name in PARTS.items()]
    page.write_text("\n".join([HEAD, *parts]), encoding="utf-8")


def _part(title: str, name: str, again: Sequence[str], standing: Mapping[str, str]) -> str:
    """A part of the page: what stands, if it is not to be written again or what it needs is not at hand."""
    if name in again or title not in standing:
        text = importlib.import_module(name).markdown().strip()
        if text:
            return f"## {title}\n\n{text}\n"
    return f"## {standing[title].strip()}\n"


if __name__ == "__main__":
    main()
