"""The picture and the tables of a stress study, as one page that stands alone."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

import numpy as np

from fleetsim.clock import SLOT_S
from fleetsim.network.ranking import Binding, limits_kva
from fleetsim.network.remedies import Remedy, Stressed
from fleetsim.report.words import Language, word

MOST_DRAWN, MOST_ROWS, MOST_REMEDIES = 20, 40, 12
MARKS = (
    ("circle", "#0072b2"), ("square", "#e69f00"), ("diamond", "#009e73"), ("triangle-up", "#d55e00"),
    ("triangle-down", "#56b4e9"), ("star", "#cc79a7"), ("x", "#1b2630"),
)  # fmt: skip
"""Symbol and colour of each case: told apart by shape where colour fails."""


def binding_rows(bindings: Sequence[Binding], lang: Language) -> tuple[list[str], list[list[str]]]:
    """Head and rows of the table of assets."""
    keys = ("asset", "case", "loading", "margin", "heavy_h", "overload_h", "voltage", "at", "fleets")
    head = [word(f"peaks.{key}", lang) for key in keys]
    rows = [
        [
            row.asset + (" *" if row.synthetic else ""),
            word(f"peaks.case.{row.case}", lang),
            f"{row.peak_loading:.0%}",
            f"{row.margin_kva:,.0f}",
            f"{row.heavy_h:g}",
            f"{row.overload_h:g}",
            f"{row.lowest_pu:.3f}",
            f"{row.slot // 96 + 1} {row.slot % 96 // 4:02d}:{row.slot % 4 * 15:02d}",
            ", ".join(f"{name} {kw:.0f} kW" for name, kw in row.fleets[:2]),
        ]
        for row in bindings
    ]
    return head, rows


def remedy_rows(remedies: Sequence[Remedy], lang: Language) -> tuple[list[str], list[list[str]]]:
    """Head and rows of the table of remedies."""
    head = [word(f"peaks.{key}", lang) for key in ("remedy", "asset", "sites", "cost", "removed", "per_million")]
    rows = [
        [
            word(f"peaks.remedy.{one.kind}", lang),
            one.asset,
            str(one.sites),
            f"{one.cost_cny:,.0f}",
            f"{one.removed_kvah:,.0f}",
            f"{one.removed_per_million:,.0f}",
        ]
        for one in remedies
    ]
    return head, rows


def write_peaks_page(
    path: Path,
    title: str,
    worst: Sequence[Binding],
    bindings: Sequence[Binding],
    remedies: Sequence[Remedy],
    cases: Sequence[Stressed],
    heavy: float,
    lang: Language,
) -> None:
    """Write the page: the worst assets in each case, the worst day of the first, and both tables."""
    from plotly.offline import get_plotlyjs

    figures = (_by_case(worst, bindings, cases, heavy, lang), _worst_day(worst[0], cases, lang))
    first, second = (figure.to_html(full_html=False, include_plotlyjs=False) for figure in figures)
    best = ""
    if remedies:
        remedy = word(f"peaks.remedy.{remedies[0].kind}", lang)
        kvah = {key: f"{getattr(remedies[0], f'{key}_kvah'):,.0f}" for key in ("removed", "before")}
        cost = f"{remedies[0].cost_cny:,.0f}"
        best = word("peaks.best", lang, remedy=remedy, asset=remedies[0].asset, cost=cost, **kvah)
    case = word(f"peaks.case.{worst[0].case}", lang)
    html = f"""<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>{escape(title)}</title>
<style>body{{font:15px/1.5 sans-serif;max-width:1100px;margin:2em auto;padding:0 1em}}
table{{border-collapse:collapse;font-size:13px}}
td,th{{border-bottom:1px solid #ccc;padding:2px 10px;text-align:left}}</style>
<script>{get_plotlyjs()}</script></head><body>
<h1>{escape(title)}</h1><p><strong>{escape(word("peaks.synthetic", lang))}</strong></p><p>{escape(best)}</p>
<h2>{escape(word("peaks.by_margin", lang))}</h2>{first}
<h2>{escape(word("peaks.worst_day", lang, asset=worst[0].asset, case=case))}</h2>{second}
<h2>{escape(word("peaks.remedies", lang))}</h2><p>{escape(word("peaks.remedy_note", lang))}</p>
{_table(*remedy_rows(remedies[:MOST_REMEDIES], lang))}
<h2>{escape(word("peaks.assets", lang))}</h2>{_table(*binding_rows(worst[:MOST_ROWS], lang))}
</body></html>"""
    path.write_text(html, encoding="utf-8")


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    cells = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><tr>{cells}</tr>{body}</table>"


def _by_case(
    worst: Sequence[Binding], bindings: Sequence[Binding], cases: Sequence[Stressed], heavy: float, lang: Language
) -> Any:
    """The assets with least margin, a mark for the highest loading of each in every case."""
    import plotly.graph_objects as go

    shown = [row.asset for row in reversed(worst[:MOST_DRAWN])]
    figure = go.Figure()
    for case, (symbol, colour) in zip(cases, MARKS, strict=True):
        loading = {row.asset: row.peak_loading * 100 for row in bindings if row.case == case.name}
        figure.add_scatter(
            x=[loading[asset] for asset in shown],
            y=shown,
            mode="markers",
            name=word(f"peaks.case.{case.name}", lang),
            marker={"symbol": symbol, "color": colour, "size": 10},
        )
    for level, dash in ((heavy * 100, "dot"), (100.0, "solid")):
        figure.add_vline(x=level, line_dash=dash, line_color="#444444")
    legend = {"orientation": "h", "y": 1.02, "yanchor": "bottom"}
    axis = word("peaks.loading", lang) + ", %"
    figure.update_layout(height=640, template="plotly_white", xaxis_title=axis, legend=legend)
    return figure


def _worst_day(row: Binding, cases: Sequence[Stressed], lang: Language) -> Any:
    """Load of the most binding asset on its worst day: base, sites, what it may carry, and with charging moved."""
    import plotly.graph_objects as go

    case = next(one for one in cases if one.name == row.case)
    net = case.carried.net
    number = [*net.names, *net.stations].index(row.asset)
    day = slice(row.slot // 96 * 96, row.slot // 96 * 96 + 96)
    now = case.carried.state()
    total = np.abs(now.load_kva[number, day])
    without = np.abs(case.carried.without_sites().load_kva[number, day])
    eased = np.abs(case.moved(number, 1.0, now).state().load_kva[number, day])
    hours = np.arange(96) * SLOT_S / 3600
    figure = go.Figure()
    figure.add_scatter(x=hours, y=without, stackgroup="load", name=word("peaks.base", lang), line_color="#8a9a9e")
    figure.add_scatter(
        x=hours, y=total - without, stackgroup="load", name=word("peaks.charging", lang), line_color="#1565c0"
    )
    dashed = {"color": "#1b2630", "dash": "dash"}
    figure.add_scatter(x=hours, y=eased, mode="lines", name=word("peaks.moved", lang), line=dashed)
    figure.add_hline(y=float(limits_kva(case.carried)[number]), line_color="#b3261e")
    figure.update_layout(height=380, template="plotly_white", xaxis_title="h", yaxis_title="kVA")
    return figure
