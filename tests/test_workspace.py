"""Workspaces are found, refused and made."""

from __future__ import annotations

from pathlib import Path

import pytest

from fleetsim.errors import InputError, RunError
from fleetsim.workspace import find_workspace, init, packaged_inputs


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for folder in ("profiles", "grid", "configs/deep/deeper"):
        (tmp_path / "root" / folder).mkdir(parents=True)
    return tmp_path / "root"


def test_the_root_is_the_nearest_folder_above_the_scenario_that_holds_the_inputs(root: Path) -> None:
    assert find_workspace(root / "configs" / "deep" / "deeper" / "a.yaml") == root
    assert find_workspace(root / "a.yaml") == root


def test_a_relative_path_is_looked_up_from_here(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root / "configs")

    assert find_workspace(Path("deep/a.yaml")) == root


def test_a_given_workspace_wins(root: Path, tmp_path: Path) -> None:
    assert find_workspace(tmp_path / "elsewhere.yaml", root) == root


def test_no_workspace_above_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        find_workspace(tmp_path / "a.yaml")

    assert str(caught.value) == (
        f"{tmp_path}/a.yaml: not in a workspace: no folder above it holds profiles/ and grid/; "
        "name one with --workspace DIR or make one with fleetsim init DIR"
    )


def test_a_given_folder_that_is_no_workspace_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        find_workspace(tmp_path / "a.yaml", tmp_path)

    assert str(caught.value) == (
        f"--workspace: found {tmp_path}; must be a folder that holds profiles/ and grid/ (fleetsim init DIR makes one)"
    )


def test_the_packaged_inputs_are_a_workspace_with_scenarios() -> None:
    inputs = packaged_inputs()

    assert (inputs / "profiles" / "vehicles.yaml").is_file()
    assert list((inputs / "configs").glob("*.yaml"))


def test_a_new_workspace_holds_every_packaged_input_and_an_ignored_results_folder(tmp_path: Path) -> None:
    target = tmp_path / "new" / "space"

    files = init(target)

    assert {target / file for file in files} == {path for path in target.rglob("*") if path.is_file()}
    for folder in ("profiles", "grid", "configs"):
        for source in (packaged_inputs() / folder).rglob("*.yaml"):
            copy = target / source.relative_to(packaged_inputs())
            assert copy.read_bytes() == source.read_bytes()
    assert (target / "results" / ".gitignore").read_text() == "*\n!.gitignore\n"
    assert find_workspace(target / "configs" / "a.yaml") == target


def test_other_files_in_the_target_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")

    init(tmp_path)

    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "grid").mkdir()
    (tmp_path / "results").mkdir()

    with pytest.raises(InputError, match=r"found grid/, results/; must be a folder without these; nothing was written"):
        init(tmp_path)

    assert sorted(path.name for path in tmp_path.iterdir()) == ["grid", "results"]


def test_a_file_is_no_target(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(InputError, match="this is a file; a folder is needed"):
        init(tmp_path / "file")
    with pytest.raises(InputError, match="cannot be made: Not a directory"):
        init(tmp_path / "file" / "below")


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("fleetsim.workspace.shutil.copytree", full)

    with pytest.raises(RunError, match=r"could not be made in .*: No space left on device"):
        init(tmp_path / "new" / "space")

    assert list(tmp_path.iterdir()) == []
