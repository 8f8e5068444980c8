"""``python -m fleetsim`` is the command line."""

from __future__ import annotations

from fleetsim.cli import main

if __name__ == "__main__":
    main()
