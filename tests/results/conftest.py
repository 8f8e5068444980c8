"""The small run as fixtures."""

from __future__ import annotations

import pytest

from fleetsim.clock import Clock
from fleetsim.results.records import Records
from tests.recorded import CLOCK, small_records


@pytest.fixture
def clock() -> Clock:
    return CLOCK


@pytest.fixture
def records() -> Records:
    return small_records()
