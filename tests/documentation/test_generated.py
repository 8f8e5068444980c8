"""Generated pages say what the program does now."""

from __future__ import annotations

import pytest

from fleetsim.report.metrics import METRICS
from tests.documentation.glossary import TERMS
from tests.documentation.reference import PAGES


@pytest.mark.parametrize("page", PAGES)
def test_a_generated_page_is_current(page, root, regenerate):
    path = root / "docs" / page
    if regenerate:
        path.write_text(PAGES[page](), encoding="utf-8")
    assert path.read_text(encoding="utf-8") == PAGES[page](), "run `make docs`"


def test_terms_name_metrics_that_there_are():
    assert {name for term in TERMS for name in term.metrics} <= {metric.name for metric in METRICS}
