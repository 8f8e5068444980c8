"""What lies in a results folder, as the application may see it: the runs, their metrics, their pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fleetsim.results.catalogue import MetricRow, RunRow, StudyRow, StudyRun
from fleetsim.results.listing import catalogued, open_catalogue
from fleetsim.workspace import PAGE_FILE


@dataclass(frozen=True, slots=True)
class Shelf:
    """A results folder and its catalogue, opened anew for each question, so that a running batch can be followed."""

    results: Path
    store: str | None = None

    def runs(self) -> list[RunRow]:
        """All runs, the newest first."""
        return catalogued(self.results, self.store)[::-1]

    def run(self, run_id: str) -> RunRow | None:
        """One run, if the catalogue lists it."""
        return next((row for row in self.runs() if row.run_id == run_id), None)

    def metrics(self, run_ids: Sequence[str], scope: str, names: Sequence[str] = ()) -> dict[str, list[MetricRow]]:
        """Metrics of one scope by run, all of them or those of some names."""
        with open_catalogue(self.results, self.store) as catalogue:
            return catalogue.metrics(run_ids, scope, names)

    def studies(self) -> list[tuple[StudyRow, int, int]]:
        """All studies, the newest first, each with the number of its runs that are done and that failed."""
        with open_catalogue(self.results, self.store) as catalogue:
            listed = []
            for study in catalogue.studies()[::-1]:
                ended = [status for _, status in catalogue.study_runs(study.study)]
                listed.append((study, ended.count("done"), ended.count("failed")))
            return listed

    def study(self, name: str) -> tuple[StudyRow, list[tuple[StudyRun, str]]] | None:
        """One study with its runs in the order of its plan, each with its status."""
        with open_catalogue(self.results, self.store) as catalogue:
            found = next((study for study in catalogue.studies() if study.study == name), None)
            return None if found is None else (found, catalogue.study_runs(name))

    def page(self, run_id: str) -> Path | None:
        """The page of a finished run of the catalogue. A name or a link that leads out of the folder finds nothing."""
        row = self.run(run_id)
        if row is None or row.status != "done":
            return None
        root, page = self.results.resolve(), (self.results / run_id / PAGE_FILE).resolve()
        return page if page.is_file() and page == root / run_id / PAGE_FILE else None
