"""Numbers and dates as a report prints them."""

from __future__ import annotations

import math
from datetime import date, datetime

from fleetsim.report.words import Language, unit_label, word

NO_BREAK = "\u00a0"
COUNT = "1"
"""Unit of what is counted."""
ROUNDING = 1e-6
"""Shares below this, the tolerance of the balance, are errors of rounding and printed as such."""
_FINE = ("CNY/kWh", "CNY/km", "kWh/km", "kg CO2/km")


def number(value: float, unit: str, lang: Language) -> str:
    """A value without its unit: shares in per cent, counts whole, others to three or more digits.

    >>> number(0.0814, "share", "en"), number(54012.6, "kWh", "en"), number(8.25, "kW", "en")
    ('8.1', '54,013', '8.2')
    """
    if not math.isfinite(value):
        return word("nothing", lang)
    if unit == "share":
        return f"<{NO_BREAK}{100 * ROUNDING:.4f}" if 0 < abs(value) < ROUNDING else f"{100 * value:.1f}"
    if unit == COUNT:
        return f"{value:,.0f}"
    if unit in _FINE:
        return f"{value:,.3f}"
    return f"{value:,.1f}" if abs(value) < 100 else f"{value:,.0f}"


def quantity(value: float, unit: str, lang: Language) -> str:
    r"""A value with its unit, kept on one line.

    >>> quantity(0.0814, "share", "zh"), quantity(1520.0, "kW", "zh")
    ('8.1%', '1,520\xa0kW')
    """
    label = unit_label(unit, lang)
    printed = number(value, unit, lang)
    if not math.isfinite(value) or not label:
        return printed
    return f"{printed}{label}" if label == "%" and lang == "zh" else f"{printed}{NO_BREAK}{label}"


def signed(value: float, unit: str, lang: Language) -> str:
    """A difference with its sign and three digits: shares in percentage points, counts may be fractions of one.

    >>> signed(-0.0123, "share", "en"), signed(0.25, "1", "en"), signed(1520.4, "kW", "zh"), signed(0.0, "kW", "en")
    ('−1.23', '+0.250', '+1,520', '0')
    """
    if not math.isfinite(value):
        return word("nothing", lang)
    size = abs(100 * value if unit == "share" else value)
    if size == 0:
        return "0"
    printed = f"{size:,.0f}" if size >= 100 else f"{size:#.3g}".rstrip(".")
    return f"{'+' if value > 0 else '−'}{printed}"


def percent(share: float, lang: Language) -> str:
    r"""A share of whole per cent.

    >>> percent(0.95, "en"), percent(0.95, "zh")
    ('95\xa0%', '95%')
    """
    return f"{100 * share:.6g}{'' if lang == 'zh' else NO_BREAK}%"


def day(at: date, lang: Language) -> str:
    """A date in words.

    >>> day(date(2026, 3, 9), "en"), day(date(2026, 3, 9), "zh")
    ('9 March 2026', '2026年3月9日')
    """
    return f"{at.day} {_MONTHS[at.month - 1]} {at.year}" if lang == "en" else f"{at.year}年{at.month}月{at.day}日"


def period(first: date, last: date, lang: Language) -> str:
    """The days of a run; one day stands alone.

    >>> period(date(2026, 3, 9), date(2026, 3, 15), "en")
    '9 March 2026 to 15 March 2026'
    """
    if first == last:
        return day(first, lang)
    return word("period", lang, first=day(first, lang), last=day(last, lang))


def moment(at: datetime, lang: Language) -> str:
    """A moment within a run.

    >>> moment(datetime(2026, 3, 9, 23, 15), "en"), moment(datetime(2026, 3, 9, 23, 15), "zh")
    ('Mon 9 March, 23:15', '3月9日（周一）23:15')
    """
    if lang == "en":
        return f"{_WEEKDAYS[at.weekday()]} {at.day} {_MONTHS[at.month - 1]}, {at:%H:%M}"
    return f"{at.month}月{at.day}日（周{'一二三四五六日'[at.weekday()]}）{at:%H:%M}"


_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
