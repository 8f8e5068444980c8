"""YAML as users write it: plain values, lines of keys, and files that are none."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from fleetsim.documents import read_value, read_yaml
from fleetsim.errors import InputError

NOT_UTF_8 = "the file must be text in UTF-8: save it again as UTF-8 (most editors offer it on saving)"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("10:30", "10:30"),
        ("no", "no"),
        ("on", "on"),
        ("true", True),
        ("010", 10),
        ("09", 9),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("1_000", "1_000"),
        ("1,200", "1,200"),
        ("2026-03-09", date(2026, 3, 9)),
        ("2026-02-30", "2026-02-30"),
        ("~", None),
        ("", None),
        ("[1, 2.5, a]", [1, 2.5, "a"]),
        ("{a: 1}", {"a": 1}),
    ],
)
def test_values_are_read_by_the_plain_rules(written: str, read: object) -> None:
    value = read_value(written, "--set")

    assert value == read
    assert type(value) is type(read)


def test_every_key_knows_its_line(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("a: 1\nb:\n  c:\n    - 1\n    - {d: 2}\n")

    document = read_yaml(tmp_path / "a.yaml", tmp_path)

    assert document.line(("a",)) == 1
    assert document.line(("b", "c")) == 3
    assert document.line(("b", "c", 1, "d")) == 5
    assert document.line(("b", "nothing", "of the kind")) == 2


def test_shared_blocks_may_be_named_and_changed(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("a: &block {x: 1, y: 2}\nb:\n  <<: *block\n  y: 3\n")

    document = read_yaml(tmp_path / "a.yaml", tmp_path)

    assert document.data["b"] == {"x": 1, "y": 3}
    assert document.line(("b", "y")) == 4


def test_a_byte_order_mark_is_accepted(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(b"\xef\xbb\xbfa: 1\n")

    assert read_yaml(tmp_path / "a.yaml", tmp_path).data == {"a": 1}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "a.yaml: the file is empty"),
        (b" \n\n", "a.yaml: the file is empty"),
        (b"a: 1\nb: 2\na: 3\n", "a.yaml:3: a: this key stands already in line 1"),
        (b"s:\n  a: 1\n  a: 3\n", "a.yaml:3: s.a: this key stands already in line 2"),
        (b"a:\n\tb: 1\n", "a.yaml:2: not valid YAML: a tab stands where YAML needs spaces"),
        (b"a: 1\nb: \xb0\n", f"a.yaml:2: found byte 0xb0; {NOT_UTF_8}"),
        ("a: 1".encode("utf-16"), f"a.yaml:1: found byte 0xff; {NOT_UTF_8}"),
        (b"a: [1, 2\n", "a.yaml:2: not valid YAML: expected ',' or ']', but got '<stream end>'"),
        (b"a: b: c\n", "a.yaml:1: not valid YAML: mapping values are not allowed here"),
        (b"a: &x [*x]\n", "a.yaml:1: an alias must not contain itself"),
        (
            b"a: !!python/name:os.system 1\n",
            "a.yaml:1: not valid YAML here: tags (words that begin with !) are not allowed",
        ),
        (
            b"a: 1\n---\nb: 2\n",
            "a.yaml:2: not valid YAML here: the file must hold one document, without a line of three dashes inside",
        ),
        (b"a: 1\nb: \x01\n", "a.yaml:2: not valid YAML: it has characters that do not print"),
        (b"a: " + b"[" * 20_000, "a.yaml: the blocks are nested too deep"),
    ],
)
def test_a_file_that_is_not_yaml_says_why_and_where(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "a.yaml").write_bytes(content)

    with pytest.raises(InputError) as caught:
        read_yaml(tmp_path / "a.yaml", tmp_path)

    assert str(caught.value) == message


def test_a_missing_file_and_a_folder_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "folder.yaml").mkdir()

    with pytest.raises(InputError, match=r"^none\.yaml: the file does not exist$"):
        read_yaml(tmp_path / "none.yaml", tmp_path)
    with pytest.raises(InputError, match=r"^folder\.yaml: this is a folder; a file is needed$"):
        read_yaml(tmp_path / "folder.yaml", tmp_path)
