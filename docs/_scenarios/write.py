"""Write docs/scenarios/ and docs/zh/scenarios/ from the templates beside this file and the program's own answers.

Usage: python docs/_scenarios/write.py [PAGE]..., such as `kunming_buses`. Every command of a shell block that ends in
`# NAME` is a run of that name. `{NAME:SUBJECT/METRIC}` stands for a figure of it, and a line
`{table SUBJECT: METRIC METRIC; SUBJECT: METRIC}` for a table of figures with a column for each run; a dash stands where
a run has no such subject. A line `{study FILE SUBJECT: METRIC METRIC}` stands for a table with a row for each run of a
study; the first, second, ... run of a variant is called `VARIANT_1`, `VARIANT_2`, ... The subject `statement` is what
`fleetsim economics` says of a kilometre.

A template in `zh/` has words of its own; its lines `{commands}`, `{table}` and `{study}` stand for those of the English
one, in their order.
"""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from fleetsim import pipeline
from fleetsim.economics.prices import PRICES_FILE, load_prices
from fleetsim.economics.statement import statement
from fleetsim.report.numerals import quantity
from fleetsim.report.words import Language, metric_words
from fleetsim.spec import Text
from fleetsim.study.plan import Configuration, load_plan

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
COMMAND = re.compile(r"^(fleetsim run .*?) +# (\w+)$", flags=re.MULTILINE)
FIGURE = re.compile(r"\{(\w+):(\w+)/(\w+)\}")
TABLE = re.compile(r"^\{table (.*)\}$|^\{study (\S+) (\w+): (.*)\}$", flags=re.MULTILINE)
SHARED = re.compile(r"^\{(commands|table|study)\}$", flags=re.MULTILINE)
NOTE = "<!-- Written by docs/_scenarios/write.py from the program's answers; edits here are lost. -->"
OTHER: dict[Language, str] = {"en": "[中文](../zh/scenarios/{}.md)", "zh": "[English](../../scenarios/{}.md)"}
FOLDERS: dict[Language, Path] = {"en": HERE.parent / "scenarios", "zh": HERE.parent / "zh" / "scenarios"}

WHOLE = {
    "running_cny_per_km": Text(en="Cost of running", zh="运行费用"),
    "vehicles_cny_per_km": Text(en="Purchase of the vehicles", zh="购车费用"),
    "sites_cny_per_km": Text(en="Building and keeping the sites", zh="场站建设与维护费用"),
    "cny_per_km": Text(en="All told", zh="全部费用"),
}
"""What `fleetsim economics` says of a kilometre all told."""
VARIED = Text(en="variant | set", zh="方案 | 设置")

Figures = Mapping[tuple[str, str], tuple[float, str]]
"""Value and unit by subject and metric."""
Study = Mapping[str, tuple[Configuration, Figures]]
"""The runs of a study by name, with their figures."""


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
    return answers(ROOT / file, overrides)


def answers(file: Path, overrides: Sequence[str]) -> Figures:
    """All metrics of a scenario with settings, and under the subject `statement` what a kilometre costs all told."""
    records = pipeline.simulate(pipeline.load(file, overrides=overrides)).records
    metrics = records.tables["metrics"]
    rows = zip(*(metrics[name] for name in ("subject", "metric", "value", "unit")), strict=True)
    whole = statement(records, load_prices(ROOT / PRICES_FILE, ROOT)).whole
    told = {("statement", name): (float(getattr(whole, name)), "CNY/km") for name in WHOLE}
    return {(subject, metric): (float(value), unit) for subject, metric, value, unit in rows} | told


def studied(file: str) -> Study:
    """The runs of a study by name, with their figures."""
    plan, found = load_plan(ROOT / file), dict[str, tuple[Configuration, Figures]]()
    for one in plan.configurations:
        number = sum(other.variant == one.variant for other, _ in found.values()) + 1
        found[f"{one.variant}_{number}"] = one, answers(plan.path, one.settings)
    return found


def changed(one: Configuration) -> str:
    """What the axes set in a run, once for each last word of a key."""
    last = {key.split(".")[-1]: value for key, value in one.point.items()}
    return ", ".join(f"`{key}: {value}`" for key, value in last.items())


def heading(metric: str, language: Language) -> str:
    """The name of a metric."""
    words = metric_words(metric)
    return getattr(words.name if words else WHOLE[metric], language)


def template(name: str, language: Language) -> str:
    """The template of a page, commands and tables included."""
    english = (HERE / f"{name}.md").read_text(encoding="utf-8")
    if language == "en":
        return english
    blocks = re.findall(r"^```sh\n.*?^```$", english, flags=re.MULTILINE | re.DOTALL)
    tables = [found[0] for found in TABLE.finditer(english)]
    left = {"commands": blocks, "table": [one for one in tables if one.startswith("{table")],
            "study": [one for one in tables if one.startswith("{study")]}  # fmt: skip
    text = (HERE / language / f"{name}.md").read_text(encoding="utf-8")
    return SHARED.sub(lambda found: left[found[1]].pop(0), text)


def pages(name: str) -> dict[Language, str]:
    """The page of a template in each language."""
    english = template(name, "en")
    runs = {run: figures(command) for run, command in commands(english).items()}
    studies = {found[2]: studied(found[2]) for found in TABLE.finditer(english) if found[2]}
    found = dict[Language, str]()
    for language in FOLDERS:
        title, _, rest = filled(template(name, language), language, runs, studies).partition("\n")
        found[language] = "\n".join((head(title, name, language), rest))
    return found


def head(title: str, name: str, language: Language) -> str:
    """The first lines of a page."""
    return f"{title}\n\n{NOTE}\n\n{OTHER[language].format(name)}"


def filled(text: str, language: Language, runs: Mapping[str, Figures], studies: Mapping[str, Study]) -> str:
    """A template with every figure filled in."""
    every = {**runs, **{run: found for rows in studies.values() for run, (_, found) in rows.items()}}

    def figure(run: str, subject: str, metric: str) -> str:
        return quantity(*every[run][subject, metric], language)

    def table(asked: str) -> str:
        rows = [f"| | {' | '.join(runs)} |", f"|---|{'---|' * len(runs)}"]
        for part in asked.split(";"):
            subject, _, metrics = part.strip().partition(":")
            for metric in metrics.split():
                cells = [figure(run, subject, metric) if (subject, metric) in runs[run] else "-" for run in runs]
                rows.append(f"| {heading(metric, language)} (`{subject}`, `{metric}`) | {' | '.join(cells)} |")
        return "\n".join(rows)

    def study(file: str, subject: str, metrics: str) -> str:
        names = metrics.split()
        heads = " | ".join(heading(metric, language) for metric in names)
        rows = [f"| {getattr(VARIED, language)} | {heads} |", f"|---|---|{'---|' * len(names)}"]
        for run, (one, _) in studies[file].items():
            cells = " | ".join(figure(run, subject, metric) for metric in names)
            rows.append(f"| `{one.variant}` | {changed(one)} | {cells} |")
        return "\n".join(rows)

    text = TABLE.sub(lambda found: table(found[1]) if found[1] else study(found[2], found[3], found[4]), text)
    return FIGURE.sub(lambda found: figure(found[1], found[2], found[3]), text)


def main() -> None:
    """Write the pages named, or all."""
    for name in sys.argv[1:] or sorted(file.stem for file in HERE.glob("*.md")):
        for language, text in pages(name).items():
            (FOLDERS[language] / f"{name}.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
