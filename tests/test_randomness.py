"""Random numbers keyed by names."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from fleetsim.randomness import generator

MONDAY = date(2026, 3, 9)
words = st.text(min_size=1, max_size=8)


@given(words, words)
def test_other_names_are_other_draws(one: str, other: str) -> None:
    same = generator(1, MONDAY, "trips", one).random() == generator(1, MONDAY, "trips", other).random()
    assert same == (one == other)


def test_seed_week_and_purpose_count() -> None:
    drawn = {
        generator(1, MONDAY, "trips", "a").random(),
        generator(2, MONDAY, "trips", "a").random(),
        generator(1, date(2026, 3, 16), "trips", "a").random(),
        generator(1, MONDAY, "weather", "a").random(),
    }
    assert len(drawn) == 4
