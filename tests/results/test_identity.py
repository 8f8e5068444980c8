"""The run_id follows the content and nothing else."""

from __future__ import annotations

from pathlib import Path

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


def test_the_source_hash_sees_names_and_contents_of_python_files_only(tmp_path: Path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.py").write_text("x = 1")
    first = tree_sha256(tmp_path)
    (tmp_path / "sub" / "a.pyc").write_text("noise")
    assert tree_sha256(tmp_path) == first
    (tmp_path / "sub" / "a.py").rename(tmp_path / "sub" / "b.py")
    renamed = tree_sha256(tmp_path)
    (tmp_path / "sub" / "b.py").write_text("x = 2")
    assert len({first, renamed, tree_sha256(tmp_path)}) == 3
