"""The command line: it parses, calls and prints. Results go to stdout, talk to stderr."""

from __future__ import annotations

from fleetsim.cli.group import Fleetsim

main = Fleetsim()
"""The command ``fleetsim``."""
