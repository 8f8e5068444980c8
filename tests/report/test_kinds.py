"""Reports of rounds and of hydrogen: what the kind of work or energy has is shown, and nothing that it has not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from fleetsim.report.answers import answers
from fleetsim.report.figures.drawing import unpacked
from fleetsim.report.figures.hydrogen import hydrogen
from fleetsim.report.figures.packs import packs
from fleetsim.report.figures.service import service
from fleetsim.report.numerals import quantity
from fleetsim.report.page import render
from fleetsim.report.tables import FLEET_COLUMNS, SITE_COLUMNS, cell, columns
from fleetsim.report.text import summary
from fleetsim.report.view import ReportView
from fleetsim.report.words import LANGUAGES, Language, word
from fleetsim.results.schema import SCOPES, complete, concatenate
from tests.report.synthetic import synthetic_view

HYDROGEN = {
    "hydrogen_kg": 1025.0,
    "refuels": 50.0,
    "hydrogen_produced_kg": 943.0,
    "hydrogen_delivered_kg": 0.0,
    "hydrogen_vented_kg": 19.0,
    "pressure_waits": 0.0,
    "pressure_wait_h": 0.0,
    "electrolyser_kwh": 51_271.0,
    "compressor_kwh": 2_072.0,
    "hydrogen_clean_share": 0.832,
    "hydrogen_emission_kg": 8_285.0,
    "hydrogen_cost_cny": 26_602.0,
}
ROUNDS = {"trips_planned": 0.0, "trips_done": 0.0, "trips_late": 0.0, "trips_cancelled": 0.0,
          "rounds_planned": 56.0, "rounds_finished": 42.0, "service_level": 0.75}  # fmt: skip
UNCHARGED = {"chargers": 0.0, "energy_kwh": 0.0, "unmet_kwh": 0.0, "cost_cny": 0.0} | dict.fromkeys(
    ("utilisation_energy", "utilisation_plugged", "utilisation_charging", "clean_share", "clean_share_consumption",
     "clean_share_dedicated", "cost_cny_per_kwh"), np.nan
)  # fmt: skip


def with_metrics(view: ReportView, scope: str, subject: str, values: Mapping[str, float]) -> ReportView:
    """The view with further metrics of a subject, or other values of those it has."""
    frame = view.metrics
    old = (frame["scope"] == SCOPES.index(scope)) & (frame["subject"] == subject)
    old &= np.isin(frame["metric"].astype(str), list(values))
    rows = complete(
        "metrics",
        {
            "scope": np.full(len(values), SCOPES.index(scope)),
            "subject": np.full(len(values), subject, dtype=object),
            "metric": np.array(list(values), dtype=object),
            "value": np.array(list(values.values())),
        },
    )
    kept = {name: column[~old] for name, column in frame.items()}
    return replace(view, metrics=concatenate("metrics", [kept, rows]))


def station_view(*, chargers: bool) -> ReportView:
    """A run with a hydrogen station as its first site, beside chargers or alone."""
    view = synthetic_view(sites=2 if chargers else 1)
    run, site = view.subjects("run")[0], view.subjects("site")[0]
    view = with_metrics(view, "site", site, HYDROGEN | UNCHARGED)
    view = with_metrics(view, "run", run, HYDROGEN if chargers else HYDROGEN | UNCHARGED)
    slots = view.records.tables["site_slots"]
    kg = np.where(slots["site"] == 0, 100.0 + np.arange(len(slots["site"])) % 7, np.nan)
    tables = {**view.records.tables, "site_slots": {**slots, "hydrogen_kg": kg}}
    return replace(view, records=replace(view.records, tables=tables))


def rounds_view() -> ReportView:
    """A fleet with rounds beside one with a timetable."""
    view = synthetic_view(queue=False)
    return with_metrics(view, "fleet", view.subjects("fleet")[0], ROUNDS)


def test_rounds_stand_where_trips_would_and_have_no_lateness() -> None:
    view = rounds_view()
    sweepers, buses = view.subjects("fleet")
    assert {"trips_planned", "rounds_planned", "rounds_finished"} <= set(columns(view, "fleet", FLEET_COLUMNS))
    cells = [cell(view, "fleet", sweepers, name) for name in ("rounds_planned", "rounds_finished")]
    assert cells == ["56", "42"]
    for name in ("trips_planned", "trips_late", "trips_cancelled"):
        assert cell(view, "fleet", sweepers, name) == "–"
        assert cell(view, "fleet", buses, name) != "–"
    assert cell(view, "fleet", buses, "rounds_planned") == "–"


def test_columns_that_say_nothing_of_any_subject_are_left_out() -> None:
    assert not {"rounds_planned", "passengers", "hydrogen_kg_per_100km"} & set(
        columns(synthetic_view(), "fleet", FLEET_COLUMNS)
    )
    alone = columns(station_view(chargers=False), "site", SITE_COLUMNS)
    assert not {"chargers", "energy_kwh", "utilisation_energy", "unmet_kwh"} & set(alone)
    assert {"hydrogen_kg", "electrolyser_kwh"} <= set(alone)


def test_unfinished_rounds_are_among_the_outcomes() -> None:
    view = rounds_view()
    figure = service(view)
    assert figure is not None
    late, cancelled, unfinished, sentence = figure["data"]
    assert unfinished["customdata"] == [14.0, 0.0]
    assert unfinished["x"] == [0.25, 0.0]
    assert late["x"][0] == cancelled["x"][0] == 0.0
    assert "75.0\u00a0% of 56 rounds finished" in sentence["text"][0]["en"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_run_of_hydrogen_alone_speaks_of_hydrogen_and_not_of_chargers(lang: Language) -> None:
    view = station_view(chargers=False)
    figures = [answer.figure.replace("\u00a0", " ") for answer in answers(view, lang)]
    assert figures[1] == "1,025 kg"
    assert figures[2].replace(" ", "") == "83.2%"
    assert figures[3].startswith("26,602")
    said = " ".join(sentence for answer in answers(view, lang) for sentence in answer.sentences)
    for absent in ("Nothing was charged", "charger", "没有充电", "充电桩", "等桩"):
        assert absent not in said
    assert "51,271" in said


def test_a_run_of_both_says_both() -> None:
    text = summary(station_view(chargers=True), "en", 400)
    assert "chargers delivered" in text
    assert "1,025 kg of hydrogen were filled, in 50 fills" in text
    assert "Each kWh charged was" in text
    assert "The hydrogen filled was 83.2 % clean" in text
    assert "The electricity for hydrogen cost 26,602 CNY" in text
    assert cell(station_view(chargers=True), "site", "jinma", "chargers") == "–"


def test_the_storage_is_drawn_where_there_is_one() -> None:
    view = station_view(chargers=True)
    figure = hydrogen(view)
    assert figure is not None
    slots = view.records.tables["site_slots"]
    assert [unpacked(line["y"]).tolist() for line in figure["data"]] == [
        slots["hydrogen_kg"][slots["site"] == 0].tolist()
    ]
    assert hydrogen(synthetic_view()) is None
    assert "plot-hydrogen" in render(view, "en")
    assert "plot-hydrogen" not in render(synthetic_view(), "en")


def test_banks_are_drawn_below_their_storage_with_their_pressure() -> None:
    view = station_view(chargers=True)
    slots = view.records.tables["site_slots"]
    end_s = float(slots["slot_at"].max()) + 900
    rows = {
        "site": np.zeros(2, dtype=int), "bank": np.arange(2), "start_at": np.zeros(2), "end_at": np.full(2, end_s),
        "start_kg": np.array([0.0, 50.0]), "end_kg": np.array([100.0, 50.0]), "start_mpa": np.array([0.0, 30.0]),
        "end_mpa": np.array([20.0, 30.0]),
    }  # fmt: skip
    tables = view.records.tables | {"banks": complete("banks", rows)}
    figure = hydrogen(replace(view, records=replace(view.records, tables=tables)))
    assert figure is not None
    _, low, high = figure["data"]
    assert "bank 1" in low["name"]["en"]
    assert unpacked(low["y"])[-1] == pytest.approx(100)
    assert low["customdata"][-1] == 20.0
    assert set(unpacked(high["y"])) == {50.0}


def test_packs_are_drawn_where_there_are_any() -> None:
    """The sum over the stations, the emptiest of them, and who waits."""
    view = synthetic_view(sites=2)
    tables = view.records.tables
    slots = tables["site_slots"]
    ready = 3.0 + slots["site"] + np.arange(len(slots["site"])) % 5
    swapping = {**tables["sites"], "site": np.arange(2), "packs": np.array([8, 9])}
    changed = {**tables, "sites": swapping, "site_slots": {**slots, "packs_ready": ready}}
    swaps = replace(view, records=replace(view.records, tables=changed))
    figure = packs(swaps)
    assert figure is not None
    of_site = [ready[slots["site"] == site] for site in (0, 1)]
    everywhere, fewest, queued = (unpacked(line["y"]) for line in figure["data"])
    assert everywhere.tolist() == (of_site[0] + of_site[1]).tolist()
    assert fewest.tolist() == np.minimum(*of_site).tolist()
    assert queued.sum() == pytest.approx(slots["queued"].sum())
    assert packs(view) is None
    assert "plot-packs" in render(swaps, "en")
    assert "plot-packs" not in render(view, "en")


def test_of_many_sites_the_largest_are_drawn_and_the_page_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    view = synthetic_view(sites=2)
    slots = view.records.tables["site_slots"]
    by_site = [float(np.nansum(slots["grid_kw"][slots["site"] == site])) for site in (0, 1)]
    larger, smaller = (view.records.entities["sites"][site] for site in np.argsort(by_site)[::-1])
    for module in ("page", "captions"):
        monkeypatch.setattr(f"fleetsim.report.{module}.MOST_ROWS", 1)
    text = render(view, "en")
    assert f"plot-power_{larger}" in text
    assert f"plot-power_{smaller}" not in text
    assert "Drawn are the 1 of 2 sites" in text


def test_english_remarks_are_introduced_in_chinese() -> None:
    assert "以下内容仅有英文" in summary(synthetic_view(), "zh", 100)
    assert "以下内容仅有英文" in render(synthetic_view(), "zh")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_first_answer_says_what_failed_and_why(lang: Language) -> None:
    happened = {"failed_battery": 3.0, "failed_hydrogen": 0.0, "stranded": 21.0, "waits_balked": 34_716.0}
    view = synthetic_view()
    service = answers(with_metrics(view, "run", view.subjects("run")[0], happened), lang)[0]
    failed, searched = service.sentences[2:4]
    assert (
        failed
        == {
            "en": "Why duties were cancelled or late: 3 for want of charge.",
            "zh": "任务取消或晚点的原因：电量不足 3 次。",
        }[lang]
    )
    assert (
        searched
        == {
            "en": "Of those who looked for energy, 21 could reach no station and were fetched, "
            "34,716 drove on because of the queue.",
            "zh": "寻求补能的车辆中：无法到达补能站、需救援 21 次、见队离开 34,716 次。",
        }[lang]
    )


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_worst_kind_of_service_is_judged_first(lang: Language) -> None:
    view = synthetic_view()
    run = view.subjects("run")[0]
    slow = {"energy_visits": 1_000.0, "energy_visits_prompt": 600.0, "rounds_planned": 50.0, "rounds_finished": 45.0}
    first, second, third, *_ = answers(with_metrics(view, "run", run, slow), lang)[0].sentences
    assert {"en": "Taxis and other cars wait too long: only 60.0", "zh": "出租车等车辆补能等待偏长"}[lang] in first
    assert {"en": "Rounds fall short: only 90.0", "zh": "作业轮次保障不足"}[lang] in second
    assert {"en": "The timetable holds: 99.8", "zh": "运营班次有保障"}[lang] in third
    well = with_metrics(view, "run", run, slow | {"energy_visits_prompt": 999.0, "rounds_finished": 50.0})
    assert {"en": "The timetable holds", "zh": "运营班次有保障"}[lang] in answers(well, lang)[0].sentences[0]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_answer_says_how_far_its_inputs_can_be_trusted(lang: Language) -> None:
    counts = {
        "work": {"measured": 1, "derived": 4, "assumed": 7},
        "sites": {"known": 2, "": 3},
        "tariff": {"published": 9},
    }
    view = replace(synthetic_view(), certainties=counts)
    service, _, _, cost, _ = (answer.inputs for answer in answers(view, lang))
    assert (
        service
        == {
            "en": "Inputs behind it: 5 measured, published or derived from such, 2 of the trade's knowledge or "
            "estimates, 7 assumed, 3 without a source.",
            "zh": "所依据的输入：实测、公开或由其推算 5 项、行业经验或估计 2 项、假设 7 项、未注明来源 3 项。",
        }[lang]
    )
    assert service in render(view, lang).replace("&#39;", "'")
    assert "14" in cost
    assert answers(synthetic_view(), lang)[0].inputs == ""


@pytest.mark.parametrize("lang", LANGUAGES)
def test_planners_are_told_how_high_the_load_was_when_and_what_it_did_to_the_network(lang: Language) -> None:
    view = synthetic_view(sites=2)
    own_kw = sum(view.metric("site", site, "peak_kw") for site in view.subjects("site"))
    slots = view.records.tables["site_slots"]
    total_kw = sum(slots["grid_kw"][slots["site"] == site] for site in (0, 1))
    at_h = slots["slot_at"][slots["site"] == 0][np.argmax(total_kw)] / 3600.0 % 24
    said = answers(view, lang)[-1].sentences
    assert len(said) == 2
    assert quantity(view.run("peak_kw"), "kW", lang) in said[0]
    assert f"{int(at_h):02d}:{int(at_h % 1 * 60):02d}" in said[0]
    assert quantity(view.run("peak_kw") / own_kw, "share", lang) in said[1]
    for asset, loading in (("feeder_1", 0.7), ("feeder_2", 1.25)):
        view = with_metrics(view, "asset", asset, {"peak_loading": loading})
    worst = answers(view, lang)[-1].sentences[2]
    assert "feeder_2" in worst
    assert {"en": "1 of 2 assets", "zh": "2 项设备中有 1 项"}[lang] in worst
    assert answers(with_metrics(view, "run", view.subjects("run")[0], {"peak_kw": np.nan}), lang)[-1].sentences == (
        word("load_none", lang),
    )
