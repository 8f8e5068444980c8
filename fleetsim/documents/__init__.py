"""Reading YAML and CSV so that every fault can be shown with its file, line and key."""

from __future__ import annotations

from fleetsim.documents.choices import one_of
from fleetsim.documents.csv_rows import Row, read_csv
from fleetsim.documents.document import Document, parse, parse_mapping, read_yaml
from fleetsim.documents.text_file import read_text, shown

__all__ = ["Document", "Row", "one_of", "parse", "parse_mapping", "read_csv", "read_text", "read_yaml", "shown"]
