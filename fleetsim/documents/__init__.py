"""Reading YAML and CSV so that every fault can be shown with its file, line and key."""

from __future__ import annotations

from fleetsim.documents.choices import did_you_mean, listed, one_of
from fleetsim.documents.csv_rows import Row, read_csv
from fleetsim.documents.document import Document, SpecT, parse, parse_mapping, read_yaml
from fleetsim.documents.text_file import read_text, shown
from fleetsim.documents.yaml_text import Location, read_value

__all__ = [
    "Document",
    "Location",
    "Row",
    "SpecT",
    "did_you_mean",
    "listed",
    "one_of",
    "parse",
    "parse_mapping",
    "read_csv",
    "read_text",
    "read_value",
    "read_yaml",
    "shown",
]
