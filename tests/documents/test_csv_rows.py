"""CSV files as spreadsheets and people write them."""

from __future__ import annotations

from pathlib import Path

import pytest

from fleetsim.documents import read_csv
from fleetsim.errors import Problem
from fleetsim.spec import Name, Spec
from fleetsim.units import DistanceKm


class Leg(Spec):
    name: Name
    distance_km: DistanceKm
    note: str = ""


def read(folder: Path, content: str | bytes) -> tuple[list[tuple[int, Leg]], list[str]]:
    problems: list[Problem] = []
    (folder / "a.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
    rows = read_csv(Leg, folder / "a.csv", folder, problems)
    return [(row.line, row.spec) for row in rows], [str(problem) for problem in problems]


@pytest.mark.parametrize(
    "content",
    [
        "name,distance_km\na,1.5\n",
        "distance_km, name\n 1.5 , a \n",
        "name,distance_km,note\r\na,1.5,\r\n",
        "\ufeffname,distance_km\na,1.5",
        '# a comment\n\n"name","distance_km"\n# another\n"a","1.5"\n\n',
    ],
)
def test_order_spaces_quotes_marks_and_comments_do_not_matter(tmp_path: Path, content: str) -> None:
    rows, problems = read(tmp_path, content)

    assert problems == []
    assert [spec for _, spec in rows] == [Leg(name="a", distance_km=1.5)]


def test_rows_know_their_line(tmp_path: Path) -> None:
    rows, _ = read(tmp_path, "# comment\nname,distance_km\na,1\n\nb,2\n")

    assert [line for line, _ in rows] == [3, 5]


@pytest.mark.parametrize(
    ("content", "messages"),
    [
        ("", ["a.csv: the file is empty"]),
        ("# nothing\n", ["a.csv: the file has no header: its first line must name the columns"]),
        ("name,distance_km\n", ["a.csv:1: the file has a header but no rows"]),
        (
            "name,distance\na,1\n",
            ["a.csv:1: distance: unknown column (did you mean distance_km?); allowed: name, distance_km, note"],
        ),
        ("name\na\n", ["a.csv:1: distance_km: this column is missing; found: name"]),
        ("name,distance_km,name\na,1,b\n", ["a.csv:1: name: this column stands twice"]),
        ("name;distance_km\na;1\n", ["a.csv:1: found semicolons; columns must be separated by commas"]),
        (
            "name,distance_km\na,1,200\n",
            ["a.csv:2: found 3 cells; must be 2 as in the header; a number must not contain a comma"],
        ),
        ("name,distance_km\na\n", ["a.csv:2: found 1 cells; must be 2 as in the header"]),
        (
            'name,distance_km\na,"1,200"\nb,-1\nc,\n',
            [
                "a.csv:2: distance_km: found '1,200'; must be a plain number without a comma, "
                "at least 0 and at most 2000 km",
                "a.csv:3: distance_km: found -1; must be at least 0 and at most 2000 km",
                "a.csv:4: distance_km: this key is missing; it must be a number, at least 0 and at most 2000 km",
            ],
        ),
        (
            "name,distance_km\n公交,1\n".encode("gbk"),  # as Excel saves "CSV" on a Chinese Windows
            [
                "a.csv:2: found byte 0xb9; the file must be text in UTF-8: "
                'save it again as UTF-8 (in Excel as "CSV UTF-8")'
            ],
        ),
        ('name,distance_km\n"a,1\n', ["a.csv: not valid CSV: unexpected end of data"]),
    ],
)
def test_a_faulty_file_says_what_and_where(tmp_path: Path, content: str | bytes, messages: list[str]) -> None:
    _, problems = read(tmp_path, content)

    assert problems == messages


def test_metres_for_kilometres_are_suspected(tmp_path: Path) -> None:
    _, problems = read(tmp_path, "name,distance_km\na,9700\n")

    assert problems == ["a.csv:2: distance_km: found 9700; must be at least 0 and at most 2000 km (was it given in m?)"]
