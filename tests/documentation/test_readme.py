"""What the README tells a newcomer to type exists."""

from __future__ import annotations

import re
import shlex

import click
import pytest

from fleetsim.cli import main

READMES = ("README.md", "README.zh.md")


def commands(text: str) -> list[str]:
    """Lines of the shell blocks, comments aside."""
    blocks = re.findall(r"```sh\n(.*?)```", text, flags=re.DOTALL)
    lines = (line.split(" #")[0].strip() for block in blocks for line in block.splitlines())
    return [line for line in lines if line and not line.startswith("#")]


@pytest.mark.parametrize("readme", READMES)
def test_the_first_two_commands_are_make_run_and_make_test(readme, root):
    assert commands((root / readme).read_text(encoding="utf-8"))[:2] == ["make run", "make test"]


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
        parsed = command.make_context(words[1], words[2:], parent=click.Context(main))
        scenario = parsed.params.get("scenario")
        if scenario is not None and scenario.parts[0] == "configs":
            assert (root / scenario).is_file(), line
    assert seen


@pytest.mark.parametrize("readme", READMES)
def test_every_make_target_named_exists(readme, root):
    makefile = (root / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"`make (\w+)", (root / readme).read_text(encoding="utf-8")))
    assert targets <= set(re.findall(r"^(\w+):", makefile, flags=re.MULTILINE))


@pytest.mark.parametrize("page", [*READMES, "CHANGELOG.md", "docs/index.md"])
def test_links_to_files_lead_somewhere(page, root):
    path = root / page
    for target in re.findall(r"\]\(([^)#:]+)\)", path.read_text(encoding="utf-8")):
        assert (path.parent / target).exists(), target
