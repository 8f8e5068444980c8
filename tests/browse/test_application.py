"""Browsing: what is there is shown, in both languages; nothing is written, injected or reached beyond the folder."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from urllib.request import urlopen

import pytest
from flask.testing import FlaskClient

from fleetsim.browse.application import ON_A_PAGE, application
from fleetsim.browse.server import listen
from fleetsim.errors import InputError
from fleetsim.results.catalogue import StudyRow, StudyRun
from fleetsim.results.listing import list_failure, open_catalogue, rebuild
from tests.recorded import save, small_records

ATTACK = """"><script>alert('x')</script>../../etc"""


@pytest.fixture
def results(tmp_path: Path) -> Path:
    folder = tmp_path / "results"
    for run_id in ("small-1", "small-2"):
        save(folder, small_records(), run_id)
        (folder / run_id / "report.html").write_text(f"<p>page of {run_id}</p>", encoding="utf-8")
    list_failure(folder, None, "torn-3", "torn", f"the depot burst {ATTACK}")
    rebuild(folder)
    return folder


@pytest.fixture
def client(results: Path) -> FlaskClient:
    return application(results).test_client()


def text(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.text


def test_the_list_shows_each_run_and_links_to_it(client):
    page = text(client, "/en/")
    assert page.count("small-1") >= 2
    assert 'href="/en/runs/small-2"' in page
    assert "3 runs" in page


def test_the_list_is_filtered_by_text_and_status(client):
    assert "small-1" not in text(client, "/en/?status=failed")
    assert "torn-3" not in text(client, "/en/?text=SMALL")
    assert "No run is like that." in text(client, "/en/?text=small&status=failed")


def test_a_long_list_comes_in_pages(results):
    for number in range(ON_A_PAGE):
        list_failure(results, None, f"more-{number:03}", "more", "")
    client = application(results).test_client()
    assert text(client, "/en/").count("<th><a") == ON_A_PAGE
    assert text(client, "/en/?page=2").count("<th><a") == 3
    assert text(client, "/en/?page=99").count("<th><a") == 3


def test_a_list_that_is_followed_asks_again_by_itself(client):
    assert 'http-equiv="refresh"' in text(client, "/en/?follow=yes")
    assert 'http-equiv="refresh"' not in text(client, "/en/")


def test_a_run_shows_its_metrics_by_scope_and_a_failed_one_its_error(client):
    page = text(client, "/en/runs/small-1")
    assert "Energy at the meter" in page
    assert '<td class="n">134</td><td>kWh</td>' in page
    assert "Energy at the meter" not in text(client, "/en/runs/small-1?scope=fleet")
    assert "the depot burst" in text(client, "/en/runs/torn-3")


def test_runs_are_compared_with_the_first(client):
    page = text(client, "/en/compare?run=small-1&run=small-2&scope=site")
    assert page.index("small-1") < page.index("small-2")
    assert "Tick two or more" in text(client, "/en/compare?run=small-1&run=nobody")


def test_a_study_is_followed_run_by_run(results, client):
    assert "No study yet" in text(client, "/en/studies")
    settings = json.dumps({"sites.north.chargers.0.count": f"4 {ATTACK}"})
    members = [StudyRun("chargers", f"key{n}", n, f"small-{n}", "valley", n, settings) for n in (1, 2)]
    with open_catalogue(results, None) as catalogue:
        catalogue.record_study(StudyRow("chargers", "batch", "running", "2026-03-09T00:00:00"), members)
    page = text(client, "/en/studies?follow=yes")
    assert 'http-equiv="refresh"' in page
    assert '<td class="n">2</td><td class="n">0</td>' in page
    page = text(client, "/zh/studies/chargers")
    assert "运行中" in page
    assert "sites.north.chargers.0.count = 4" in page
    assert "<script" not in page
    assert page.count('name="run"') == 2
    assert client.get("/en/studies/nobody").status_code == 404


def test_metrics_are_handed_out_as_csv(client):
    rows = text(client, "/runs/small-1/metrics.csv").splitlines()
    assert rows[0] == "run_id,scope,subject,metric,value,unit,definition"
    assert len(rows) == 3


def test_both_languages_lead_to_each_other(client):
    assert client.get("/", headers={"Accept-Language": "zh-CN"}).location == "/zh/"
    page = text(client, "/zh/compare?run=small-1&run=small-2")
    assert "运行对比" in page
    assert 'href="/en/compare?run=small-1&amp;run=small-2"' in page


def test_markup_and_path_tricks_stay_text(results, client):
    with open_catalogue(results, None) as catalogue:
        assert any(ATTACK in (row.error or "") for row in catalogue.runs())
    for path in ("/en/", "/en/runs/torn-3", f"/en/?text={ATTACK}", f"/en/compare?run={ATTACK}"):
        assert "<script" not in text(client, path)
    tricks = ("/runs/../report.html", "/runs/..%2f..%2fetc/report.html", "/en/runs/%3Cscript%3E", "/xx/", f"/{ATTACK}")
    for trick in tricks:
        answer = client.get(trick)
        assert answer.status_code == 404
        assert "<script" not in answer.text


def test_the_page_of_a_run_is_shut_off_from_the_application(client):
    with client.get("/runs/small-1/report.html") as answer:
        assert answer.text == "<p>page of small-1</p>"
        policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox")
    assert "allow-same-origin" not in policy


def test_a_page_that_leads_out_of_the_folder_is_not_served(results, client, tmp_path):
    secret = tmp_path / "secret.html"
    secret.write_text("secret", encoding="utf-8")
    page = results / "small-1" / "report.html"
    page.unlink()
    page.symlink_to(secret)
    assert client.get("/runs/small-1/report.html").status_code == 404


def test_it_answers_only_whom_it_is_for_and_only_to_read(client):
    assert client.get("/en/", headers={"Host": "evil.example"}).status_code == 403
    assert client.get("/en/", headers={"Host": "127.0.0.1:8765"}).status_code == 200
    assert client.get("/en/", headers={"Host": "[::1]:8765"}).status_code == 200
    assert {client.open("/en/", method=method).status_code for method in ("POST", "PUT", "DELETE")} == {405}
    assert "script-src" not in client.get("/en/").headers["Content-Security-Policy"]


def test_a_catalogue_that_cannot_be_read_is_said(tmp_path):
    client = application(tmp_path, "sqlite:////nowhere/at/all.db").test_client()
    answer = client.get("/en/")
    assert answer.status_code == 503
    assert "--store" in answer.text


def test_it_listens_on_a_free_port_and_says_when_one_is_taken(results):
    with listen(application(results), "127.0.0.1", 0) as server:
        threading.Thread(target=server.run, daemon=True).start()
        with urlopen(f"http://127.0.0.1:{server.effective_port}/en/") as answer:
            assert b"small-1" in answer.read()
        with pytest.raises(InputError, match="another with --host and --port"):
            listen(application(results), "127.0.0.1", int(server.effective_port)).__enter__()


def test_a_comparison_is_drawn_shut_off_from_the_application(client, results):
    study = StudyRow("made", "batch", "done", "2026-03-09")
    members = [StudyRun("made", name, n, name, f"v{n}", 1, "{}") for n, name in enumerate(("small-1", "small-2"))]
    with open_catalogue(results, None) as catalogue:
        catalogue.record_study(study, members)
    assert "/en/studies/made/report.html" in text(client, "/en/studies/made")
    for path in ("/en/studies/made/report.html", "/zh/studies/made/report.html"):
        answer = client.get(path)
        assert answer.status_code == 200
        assert answer.headers["Content-Security-Policy"].startswith("sandbox allow-scripts")
        assert 'id="figures"' in answer.text
    assert "/en/compare/report.html?run=small-1" in text(client, "/en/compare?run=small-1&run=small-2")
    assert client.get("/en/studies/nowhere/report.html").status_code == 404
    assert client.get("/en/compare/report.html?run=small-1").status_code == 404
