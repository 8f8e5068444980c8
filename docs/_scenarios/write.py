"""Write docs/scenarios/ from the templates beside this file and the program's own answers.

Usage: python docs/_scenarios/write.py [PAGE]..., such as `kunming_buses`. Every command of a shell block that ends in
`# NAME` is a run of that name. `{NAME:SUBJECT/METRIC}` stands for a figure of it, and a line
`{table SUBJECT: METRIC METRIC; SUBJECT: METRIC}` for a table of figures with a column for each run; a dash stands where
a run has no such subject.
"""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path

from fleetsim import pipeline
from fleetsim.report.numerals import quantity
from fleetsim.report.words import metric_words

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
COMMAND = re.compile(r"^(fleetsim run .*?) +# (\w+)$", flags=re.MULTILINE)
FIGURE = re.compile(r"\{(\w+):(\w+)/(\w+)\}")
TABLE = re.compile(r"^\{table (.*)\}$", flags=re.MULTILINE)
NOTE = "<!-- Written by docs/_scenarios/write.py from the program's answers; edits here are lost. -->\n"

Figures = Mapping[tuple[str, str], tuple[float, str]]
"""Value and unit by subject and metric."""


def commands(text: str) -> dict[str, str]:
    """The runs of a page by name: its commands, continued lines joined."""
    return {name: command for command, name in COMMAND.findall(re.sub(r" *\\\n *", " ", text))}


def scenario_of(command: str) -> tuple[str, list[str]]:
    """File and overrides of `fleetsim run FILE --set KEY=VALUE ...`."""
    _, _, file, *rest = shlex.split(command)
    if rest[::2] != ["--set"] * (len(rest) // 2) or len(rest) % 2:
        raise ValueError(f"not a run with --set alone: {command}")
    return file, rest[1::2]


def figures(command: str) -> Figures:
    """All metrics of a run."""
    file, overrides = scenario_of(command)
    metrics = pipeline.simulate(pipeline.load(ROOT / file, overrides=overrides)).records.tables["metrics"]
    rows = zip(*(metrics[name] for name in ("subject", "metric", "value", "unit")), strict=True)
    return {(subject, metric): (float(value), unit) for subject, metric, value, unit in rows}


def page(name: str) -> str:
    """The page of a template."""
    text = (HERE / f"{name}.md").read_text(encoding="utf-8")
    runs = {run: figures(command) for run, command in commands(text).items()}

    def figure(run: str, subject: str, metric: str) -> str:
        return quantity(*runs[run][subject, metric], "en")

    def table(asked: str) -> str:
        rows = [f"| | {' | '.join(runs)} |", f"|---|{'---|' * len(runs)}"]
        for part in asked.split(";"):
            subject, _, metrics = part.strip().partition(":")
            for metric in metrics.split():
                words = metric_words(metric)
                label = words.name.en if words else metric
                cells = " | ".join(
                    figure(run, subject, metric) if (subject, metric) in runs[run] else "-" for run in runs
                )
                rows.append(f"| {label} (`{subject}`, `{metric}`) | {cells} |")
        return "\n".join(rows)

    text = TABLE.sub(lambda found: table(found[1]), text)
    text = FIGURE.sub(lambda found: figure(found[1], found[2], found[3]), text)
    title, _, rest = text.partition("\n")
    return f"{title}\n\n{NOTE}{rest}"


def main() -> None:
    """Write the pages named, or all."""
    for name in sys.argv[1:] or sorted(file.stem for file in HERE.glob("*.md")):
        (HERE.parent / "scenarios" / f"{name}.md").write_text(page(name), encoding="utf-8")


if __name__ == "__main__":
    main()
