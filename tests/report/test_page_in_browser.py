"""The page in a real browser: every figure drawn, the language switched, readable on a phone, no error."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fleetsim.report.page import write_page
from fleetsim.report.view import ReportView
from fleetsim.results.schema import TABLES, complete
from fleetsim.spec import Text
from tests.report.day import view_of_a_day
from tests.report.synthetic import synthetic_view

webdriver = pytest.importorskip("selenium.webdriver", reason="needs selenium (pip install selenium)")
BROWSER = shutil.which("chromium") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")
pytestmark = pytest.mark.skipif(
    not (BROWSER and DRIVER), reason="needs a browser (apt-get install chromium chromium-driver)"
)

SWITCHES = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
DESKTOP, PHONE = (1280, 900), (390, 844)
ATTACK = "</script><b>bold</b><img src=x onerror=alert(1)>"


def attacked(view: ReportView) -> ReportView:
    """The view with markup for the title and for the name of every site and fleet."""
    hostile = '"><img src=x onerror="window.attacked=1"><b>{}</b>\'`${{1}}../../'
    subjects = (*view.subjects("site"), *view.subjects("fleet"))
    names = {subject: Text(en=hostile.format(subject), zh=hostile.format(subject)) for subject in subjects}
    return replace(view, title=Text(en=hostile, zh=hostile), names=names)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = BROWSER or ""
    for switch in (*SWITCHES, f"--user-data-dir={tmp_path_factory.mktemp('browser')}"):
        options.add_argument(switch)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(DRIVER))
    yield driver
    driver.quit()


class OpenPage:
    """A page that the browser shows."""

    def __init__(self, driver: Any, view: ReportView, folder: Path, size: tuple[int, int], lang: str = "en") -> None:
        path = folder / "report.html"
        write_page(view, path, "zh" if lang == "zh" else "en")
        self.show(driver, path, size)

    def show(self, driver: Any, path: Path, size: tuple[int, int]) -> None:
        """Open a file and wait until its figures are drawn."""
        self.driver = driver
        self.resize(size)
        driver.get_log("browser")
        driver.get_log("performance")
        driver.get(path.as_uri())
        self.await_true("document.documentElement.dataset.drawn === 'yes'")

    def resize(self, size: tuple[int, int]) -> None:
        metrics = {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": size == PHONE}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)

    def await_true(self, script: str, most_s: float = 20.0) -> None:
        """Wait until a condition holds that the page brings about in its own time."""
        from selenium.webdriver.support.ui import WebDriverWait

        WebDriverWait(self.driver, most_s).until(lambda _: self.ask(script))

    def ask(self, script: str) -> Any:
        return self.driver.execute_script(f"return {script}")

    def errors(self) -> list[str]:
        return [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] in ("SEVERE", "WARNING")]

    def visible_text(self) -> str:
        return str(self.ask("document.body.innerText"))

    def switch(self, lang: str) -> None:
        self.driver.find_element("css selector", f"button[value={lang}]").click()

    def undrawn(self) -> list[str]:
        """Figures without a mark of data in them."""
        marks = (
            ".scatterlayer .trace path, .scatterlayer .trace text, .barlayer .point path, .heatmaplayer image, "
            ".sankey-link"
        )
        script = f"""[...document.querySelectorAll('.plot')].filter((plot) => !plot.querySelector('{marks}')
            || plot.querySelector('svg').getBoundingClientRect().height < 100).map((plot) => plot.id)"""
        return list(self.ask(script))


@pytest.mark.parametrize("sites", [1, 2, 14])
@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_every_figure_is_drawn_without_an_error(
    browser: Any, tmp_path: Path, sites: int, size: tuple[int, int]
) -> None:
    page = OpenPage(browser, synthetic_view(sites=sites), tmp_path, size)
    assert page.ask("document.querySelectorAll('.plot').length") == sites + 7 + (sites > 1)
    assert page.undrawn() == []
    assert page.errors() == []


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("sites", [2, 14])
def test_a_phone_needs_no_sideways_scrolling(browser: Any, tmp_path: Path, sites: int, lang: str) -> None:
    title = Text(en="Kunming_buses_with_a_very_long_title_without_any_blank_in_it_at_all", zh="昆明" * 30)
    page = OpenPage(browser, synthetic_view(sites=sites, title=title), tmp_path, PHONE, lang)
    page.ask("document.querySelectorAll('details').forEach((entry) => { entry.open = true; })")
    assert page.ask("document.documentElement.scrollWidth") <= PHONE[0]


def test_plots_follow_the_width_of_the_window(browser: Any, tmp_path: Path) -> None:
    page = OpenPage(browser, synthetic_view(), tmp_path, DESKTOP)
    page.resize(PHONE)
    browser.execute_async_script("const done = arguments[0]; setTimeout(done, 500)")
    widest = (
        "Math.max(...[...document.querySelectorAll('.plot svg')].map((plot) => plot.getBoundingClientRect().right))"
    )
    assert page.ask(widest) <= PHONE[0]


def test_the_switch_changes_text_and_figures(browser: Any, tmp_path: Path) -> None:
    page = OpenPage(browser, synthetic_view(), tmp_path, DESKTOP)
    assert "The timetable holds" in page.visible_text()
    assert "运营班次有保障" not in page.visible_text()
    page.switch("zh")
    assert "运营班次有保障" in page.visible_text()
    assert "The timetable holds" not in page.visible_text()
    legend = page.ask("document.querySelector('#plot-generation .legend').textContent")
    assert "水电" in legend
    assert "Hydro" not in legend
    page.switch("en")
    assert "Hydro" in page.ask("document.querySelector('#plot-generation .legend').textContent")
    assert page.errors() == []


def test_the_number_drawn_is_the_number_said(browser: Any, tmp_path: Path) -> None:
    view = synthetic_view()
    page = OpenPage(browser, view, tmp_path, DESKTOP)
    drawn = page.ask("document.getElementById('plot-power_total').data.at(-1).y[0]")
    assert drawn == pytest.approx(view.run("peak_kw"))
    assert f"{view.run('peak_kw'):,.0f}\u00a0kW" in page.visible_text()


def test_a_definition_is_one_click_away(browser: Any, tmp_path: Path) -> None:
    page = OpenPage(browser, synthetic_view(), tmp_path, DESKTOP)
    assert "Delivered DC energy over nameplate" not in page.visible_text()
    browser.find_element("css selector", "#answer-chargers summary").click()
    assert "Delivered DC energy over nameplate" in page.visible_text()


def test_nothing_is_asked_of_the_network(browser: Any, tmp_path: Path) -> None:
    OpenPage(browser, synthetic_view(), tmp_path, DESKTOP)
    events = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    asked = [event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"]
    assert asked
    assert all(url.startswith(("file:", "data:", "blob:")) for url in asked)


def test_markup_in_names_runs_nowhere(browser: Any, tmp_path: Path) -> None:
    view = synthetic_view(title=Text(en=ATTACK, zh=ATTACK), site_title=ATTACK)
    page = OpenPage(browser, view, tmp_path, DESKTOP)
    page.switch("zh")
    assert page.ask("document.querySelectorAll('b, img').length") == 0
    assert ATTACK in page.visible_text()
    assert "</script>" in page.ask("document.querySelector('#plot-utilisation .yaxislayer-above').textContent")
    assert page.errors() == []


def test_a_dark_screen_gets_light_text(browser: Any, tmp_path: Path) -> None:
    page = OpenPage(browser, synthetic_view(), tmp_path, DESKTOP)
    light = page.ask("getComputedStyle(document.querySelector('#plot-cost .xtick text')).fill")
    dark = [{"name": "prefers-color-scheme", "value": "dark"}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": dark})
    try:
        page.await_true(f"getComputedStyle(document.querySelector('#plot-cost .xtick text')).fill !== '{light}'")
    finally:
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


def test_a_run_without_any_row_shows_no_error(browser: Any, tmp_path: Path) -> None:
    view = synthetic_view()
    records = replace(view.records, tables={name: complete(name, {}) for name in TABLES})
    page = OpenPage(browser, replace(view, records=records, metrics=complete("metrics", {})), tmp_path, DESKTOP)
    assert page.ask("document.querySelectorAll('.plot').length") == 0
    assert page.errors() == []


def test_paper_gets_plots_of_its_own_width(browser: Any, tmp_path: Path) -> None:
    page = OpenPage(browser, synthetic_view(), tmp_path, DESKTOP)
    before = page.ask("document.querySelector('#plot-power_total svg').getBoundingClientRect().width")
    page.ask("window.dispatchEvent(new Event('beforeprint'))")
    assert page.ask("document.querySelector('#plot-power_total svg').getBoundingClientRect().width") < 700 < before
    page.ask("window.dispatchEvent(new Event('afterprint'))")
    assert page.ask("document.querySelector('#plot-power_total svg').getBoundingClientRect().width") == before


def test_a_year_of_a_whole_city_opens_and_answers_a_click(browser: Any, tmp_path: Path) -> None:
    page = OpenPage(browser, synthetic_view(sites=70, days=365), tmp_path, DESKTOP)
    assert (tmp_path / "report.html").stat().st_size < 6e6
    assert page.undrawn() == []
    page.switch("zh")
    assert "运营班次有保障" in page.visible_text()
    assert "水电" in page.ask("document.querySelector('#plot-generation .legend').textContent")
    assert page.errors() == []


def test_markup_in_every_name_of_a_real_day_runs_nowhere(browser: Any, tmp_path: Path) -> None:
    page = OpenPage(browser, attacked(view_of_a_day()), tmp_path, DESKTOP)
    page.ask("document.querySelectorAll('details').forEach((entry) => { entry.open = true; })")
    page.switch("zh")
    assert page.undrawn() == []
    assert page.ask("document.querySelectorAll('b, img').length") == 0
    chosen = page.ask("document.querySelector('.choice[data-plot=levels] option').textContent")
    assert chosen.startswith('"><img src=x onerror="window.attacked=1"><b>')
    assert page.ask("window.attacked === undefined")
    assert page.errors() == []


def test_a_choice_changes_the_figure_and_keeps_its_language(browser: Any, tmp_path: Path) -> None:
    page = OpenPage(browser, view_of_a_day(), tmp_path, DESKTOP, "zh")
    assert page.undrawn() == []
    options = page.ask("[...document.querySelectorAll('.choice[data-plot=places] option')].map((one) => one.text)")
    assert options == ["昆明", "丽江"]
    longitudes = (
        "document.getElementById('plot-places').data.flatMap((trace) => [...trace.x]).filter((x) => x !== null)"
    )
    before = page.ask(f"Math.min(...{longitudes})")
    page.ask(
        "(() => { const one = document.querySelector('.choice[data-plot=places]'); one.value = '1'; "
        "one.dispatchEvent(new Event('change')); })()"
    )
    assert page.ask(f"Math.max(...{longitudes})") < 101 < before
    page.switch("en")
    assert page.ask("document.querySelector('.choice[data-plot=places]').selectedOptions[0].text") == "Lijiang"
    assert page.errors() == []


@pytest.mark.parametrize("key", ["power_total", "flow", "service", "places"])
def test_each_figure_can_be_taken_away_as_picture_and_table(browser: Any, tmp_path: Path, key: str) -> None:
    browser.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(tmp_path)})
    page = OpenPage(browser, view_of_a_day(), tmp_path, DESKTOP)
    name = f"{view_of_a_day().run_id}-{key}"
    for form in ("svg", "png", "csv"):
        browser.find_element("css selector", f".takeaway button[data-plot={key}][value={form}]").send_keys("\n")
        file = tmp_path / f"{name}.{form}"
        wait_for(lambda file=file: file.exists() and file.stat().st_size > 0)
    assert (tmp_path / f"{name}.svg").read_text(encoding="utf-8").startswith("<svg")
    assert (tmp_path / f"{name}.png").read_bytes().startswith(b"\x89PNG")
    rows = (tmp_path / f"{name}.csv").read_text(encoding="utf-8-sig").splitlines()
    assert len(rows) > 2
    assert all(row.count(",") >= 2 for row in rows)
    assert page.errors() == []


def wait_for(holds: Callable[[], bool], most_s: float = 20.0) -> None:
    """Wait until something outside the browser is so."""
    until = time.monotonic() + most_s
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.05)
