"""The run_id follows the content and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from fleetsim.results import identity
from fleetsim.results.identity import identify, tree_sha256

INPUTS = {"profiles/a.yaml": "1" * 64, "grid/b.yaml": "2" * 64}


def test_a_run_id_is_the_name_and_twelve_digits_of_the_hash():
    found = identify("small", "days: 2", INPUTS)
    assert found.run_id == f"small-{found.sha256[:12]}"


def test_equal_content_is_the_same_run_in_whatever_order_the_inputs_were_read():
    assert identify("small", "days: 2", INPUTS) == identify("small", "days: 2", dict(reversed(INPUTS.items())))


def test_scenario_inputs_and_source_each_make_another_run(monkeypatch):
    runs = {identify("small", "days: 2", INPUTS).run_id}
    runs.add(identify("small", "days: 3", INPUTS).run_id)
    runs.add(identify("small", "days: 2", INPUTS | {"grid/b.yaml": "3" * 64}).run_id)
    monkeypatch.setattr(identity, "source_sha256", lambda: "changed")
    runs.add(identify("small", "days: 2", INPUTS).run_id)
    assert len(runs) == 4


@pytest.fixture
def package(tmp_path: Path) -> Path:
    (tmp_path / "sub" / "templates").mkdir(parents=True)
    for name in ("sub/a.py", "sub/words.yaml", "sub/templates/page.html.j2", "sub/templates/page.css"):
        (tmp_path / name).write_text("1")
    return tmp_path


@pytest.mark.parametrize(
    "name", ["sub/a.py", "sub/words.yaml", "sub/templates/page.html.j2", "sub/templates/page.css", "sub/new.csv"]
)
def test_the_source_hash_sees_the_contents_of_code_and_of_what_lies_beside_it(package: Path, name: str):
    before = tree_sha256(package)
    (package / name).write_text("2")
    assert tree_sha256(package) != before


def test_the_source_hash_sees_names(package: Path):
    before = tree_sha256(package)
    (package / "sub" / "a.py").rename(package / "sub" / "b.py")
    assert tree_sha256(package) != before


@pytest.mark.parametrize(
    "name", ["sub/a.pyc", "sub/__pycache__/a.cpython-311.pyc", ".DS_Store", "sub/.a.py.swp", "_workspace/grid/mix.yaml"]
)
def test_the_source_hash_ignores_what_is_no_source(package: Path, name: str):
    before = tree_sha256(package)
    (package / name).parent.mkdir(parents=True, exist_ok=True)
    (package / name).write_text("noise")
    assert tree_sha256(package) == before
