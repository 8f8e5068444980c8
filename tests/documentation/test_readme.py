"""What the README tells a newcomer to type exists."""

from __future__ import annotations

import re
import shlex

import pytest

from fleetsim.cli import main
from tests.conftest import ROOT

READMES = ("README.md", "README.zh.md")


def commands(text: str) -> list[str]:
    """Lines of the shell blocks, comments aside."""
    blocks = re.findall(r"```sh\n(.*?)```", text, flags=re.DOTALL)
    lines = (line.split(" #")[0].strip() for block in blocks for line in block.splitlines())
    return [line for line in lines if line and not line.startswith("#")]


@pytest.mark.parametrize("readme", READMES)
def test_the_first_two_commands_are_make_run_and_make_test(readme, root):
    first, second = commands((root / readme).read_text(encoding="utf-8"))[:2]
    assert first.removesuffix(" LANGUAGE=zh") == "make run"
    assert second == "make test"


@pytest.mark.parametrize("readme", READMES)
def test_every_fleetsim_command_parses_and_every_file_it_names_is_there(readme, root):
    seen = 0
    for line in commands((root / readme).read_text(encoding="utf-8")):
        words = shlex.split(line.split(" > ")[0])
        if "fleetsim" not in words[0]:
            continue
        seen += 1
        context = main.make_context("fleetsim", words[1:2], resilient_parsing=True)
        command = main.get_command(context, words[1])
        assert command is not None, line
        parsed = command.make_context(words[1], words[2:], parent=context)
        scenario = parsed.params.get("scenario")
        if scenario is not None and scenario.parts[0] == "configs":
            assert (root / scenario).is_file(), line
    assert seen


def test_both_readmes_say_the_same_commands_and_headings(root):
    english, chinese = ((root / readme).read_text(encoding="utf-8") for readme in READMES)
    plain = [re.sub(r" (--lang zh|LANGUAGE=zh)", "", line) for line in commands(chinese)]
    assert plain == [line.replace(" --lang zh", "") for line in commands(english)]
    assert [line.split()[0] for line in re.findall(r"^#+ .*$", english, flags=re.MULTILINE)] == [
        line.split()[0] for line in re.findall(r"^#+ .*$", chinese, flags=re.MULTILINE)
    ]


@pytest.mark.parametrize("readme", READMES)
def test_every_make_target_named_exists(readme, root):
    makefile = (root / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"`make (\w+)", (root / readme).read_text(encoding="utf-8")))
    assert targets <= set(re.findall(r"^(\w+):", makefile, flags=re.MULTILINE))


WRITTEN = sorted(page.relative_to(ROOT) for page in (ROOT / "docs").rglob("*.md"))
PAGES = [*READMES, "CHANGELOG.md", *(str(page) for page in WRITTEN if not page.parts[1].startswith("_"))]
"""What readers read: the words from which pages are written lie in folders with an underscore."""


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_to_files_and_headings_that_there_are(page, root):
    path = root / page
    for target, heading in re.findall(r"\]\(([^)#:]*)#?([^)#:]*)\)", path.read_text(encoding="utf-8")):
        file = path.parent / target if target else path
        assert file.exists(), target
        if heading:
            headings = re.findall(r"^#+ (.*)$", file.read_text(encoding="utf-8"), flags=re.MULTILINE)
            assert heading in {re.sub(r"[^\w -]", "", text).lower().replace(" ", "-") for text in headings}, heading


@pytest.mark.parametrize("index", ["docs/index.md", "docs/zh/index.md"])
def test_the_table_of_contents_has_every_page(index, root):
    path = root / index
    listed = set(re.findall(r"\]\(([^)#:]+\.md)\)", path.read_text(encoding="utf-8")))
    assert {page.name for page in path.parent.glob("*.md")} - {"index.md"} <= listed
