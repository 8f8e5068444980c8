"""The application: a list of runs, one run, several compared; each page in English and Chinese."""

from __future__ import annotations

import csv
import io
import math
from pathlib import Path
from typing import Any

from flask import Flask, Response, abort, redirect, render_template, request, send_file, url_for
from jinja2 import StrictUndefined
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from fleetsim.browse.guard import PAGE_POLICY, guard
from fleetsim.browse.shelf import Shelf
from fleetsim.browse.tables import HEADLINES, listed, matching, members_listed, side_by_side
from fleetsim.comparison.differences import compare as compare_configurations
from fleetsim.errors import FleetsimError
from fleetsim.report.comparison_page import comparison_page
from fleetsim.report.words import LANGUAGES, Language, in_language, metric_words, word
from fleetsim.results.schema import SCOPES

ON_A_PAGE = 100
MOST_COMPARED = 8
STATUSES = ("done", "failed")
FOLLOW_S = 5
"""Seconds after which a list that is followed is asked for again."""


def application(results: Path, store: str | None = None, *, loopback: bool = True) -> Flask:
    """The WSGI application over a results folder and its catalogue; it answers GET and nothing else."""
    app = Flask("fleetsim.browse", static_folder=None)
    app.jinja_env.autoescape = True
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    guard(app, loopback=loopback)
    shelf = Shelf(results, store)

    @app.get("/")
    def enter() -> AnyResponse:
        best = request.accept_languages.best_match(LANGUAGES) or "en"
        return redirect(url_for("runs", lang=best))

    @app.get("/style.css")
    def style() -> Response:
        return Response(render_template("style.css"), mimetype="text/css")

    @app.get("/<lang>/")
    def runs(lang: str) -> str:
        text, status = request.args.get("text", ""), request.args.get("status", "")
        found = matching(shelf.runs(), text=text, status=status)
        pages = max(1, math.ceil(len(found) / ON_A_PAGE))
        page = min(max(1, request.args.get("page", 1, type=int)), pages)
        shown = found[(page - 1) * ON_A_PAGE : page * ON_A_PAGE]
        metrics = shelf.metrics([row.run_id for row in shown], "run", HEADLINES)
        return _render(
            "runs.html.j2",
            lang,
            lines=listed(shown, metrics, _language(lang)),
            heads=[_metric_name(name, _language(lang)) for name in HEADLINES],
            found=len(found),
            page=page,
            pages=pages,
            asked={"text": text, "status": status},
            statuses=STATUSES,
            **_followed(),
        )

    @app.get("/<lang>/runs/<run_id>")
    def one_run(lang: str, run_id: str) -> str:
        row = shelf.run(run_id)
        if row is None:
            abort(404)
        scope = _scope()
        lines = side_by_side([run_id], shelf.metrics([run_id], scope), _language(lang))
        return _render("run.html.j2", lang, row=row, lines=lines, scope=scope, has_page=shelf.page(run_id) is not None)

    @app.get("/<lang>/studies")
    def studies(lang: str) -> str:
        return _render("studies.html.j2", lang, studies=shelf.studies(), **_followed())

    @app.get("/<lang>/studies/<name>")
    def one_study(lang: str, name: str) -> str:
        found = shelf.study(name)
        if found is None:
            abort(404)
        study, members = found
        metrics = shelf.metrics([member.run_id for member, _ in members], "run", HEADLINES)
        return _render(
            "study.html.j2",
            lang,
            study=study,
            lines=members_listed(members, metrics, _language(lang)),
            heads=[_metric_name(name, _language(lang)) for name in HEADLINES],
            **_followed(),
        )

    @app.get("/<lang>/compare")
    def compare(lang: str) -> str:
        asked = list(dict.fromkeys(request.args.getlist("run")))[:MOST_COMPARED]
        rows = [row for row in map(shelf.run, asked) if row is not None]
        run_ids, scope = [row.run_id for row in rows], _scope()
        lines = side_by_side(run_ids, shelf.metrics(run_ids, scope), _language(lang))
        return _render("compare.html.j2", lang, rows=rows, lines=lines, scope=scope)

    @app.get("/<lang>/studies/<name>/report.html")
    def study_page(lang: str, name: str) -> Response:
        if shelf.study(name) is None:
            abort(404)
        return _figures(
            comparison_page(compare_configurations(study=name, results=results, store=store), _language(lang))
        )

    @app.get("/<lang>/compare/report.html")
    def compare_page(lang: str) -> Response:
        asked = request.args.getlist("run")
        found = [row.run_id for row in map(shelf.run, asked) if row is not None]
        if len(found) < 2:
            abort(404)
        return _figures(comparison_page(compare_configurations(*found, results=results, store=store), _language(lang)))

    @app.get("/runs/<run_id>/report.html")
    def page(run_id: str) -> Response:
        file = shelf.page(run_id)
        if file is None:
            abort(404)
        response = send_file(file, mimetype="text/html")
        response.headers["Content-Security-Policy"] = PAGE_POLICY
        return response

    @app.get("/runs/<run_id>/metrics.csv")
    def metrics(run_id: str) -> Response:
        if shelf.run(run_id) is None:
            abort(404)
        out = io.StringIO()
        write = csv.writer(out, lineterminator="\n")
        write.writerow(["run_id", "scope", "subject", "metric", "value", "unit", "definition"])
        for scope in SCOPES:
            rows = shelf.metrics([run_id], scope).get(run_id, [])
            write.writerows([run_id, *("" if cell is None else cell for cell in row)] for row in rows)
        return Response(out.getvalue(), mimetype="text/csv")

    @app.errorhandler(HTTPException)
    def refused(error: HTTPException) -> tuple[str, int]:
        code = error.code or 500
        lang = request.path.split("/")[1]
        return _render("error.html.j2", lang if lang in LANGUAGES else "en", code=code), code

    @app.errorhandler(FleetsimError)
    def failed(error: FleetsimError) -> tuple[str, int]:
        lang = request.path.split("/")[1]
        return _render("error.html.j2", lang if lang in LANGUAGES else "en", code=503, reason=str(error)), 503

    return app


def _figures(page: str) -> Response:
    """A page that draws its figures by script."""
    response = Response(page, mimetype="text/html")
    response.headers["Content-Security-Policy"] = PAGE_POLICY
    return response


def _render(template: str, lang: str, **values: Any) -> str:
    language = _language(lang)
    values.setdefault("reason", "")

    def other(target: Language) -> str:
        """The same page in another language."""
        if request.endpoint is None or "lang" not in (request.view_args or {}):
            return url_for("runs", lang=target)
        asked = {key: request.args.getlist(key) for key in request.args}
        return url_for(request.endpoint, **{**asked, **(request.view_args or {}), "lang": target})

    return render_template(
        template,
        lang=language,
        languages=LANGUAGES,
        other=other,
        w=lambda key, **marks: word(key, language, **marks),
        scopes=[(scope, word(f"table.scope.{scope}", language)) for scope in SCOPES],
        **values,
    )


def _followed() -> dict[str, Any]:
    """Whether the page asks for itself again, and after how many seconds."""
    return {"follow": request.args.get("follow") == "yes", "follow_s": FOLLOW_S}


def _language(lang: str) -> Language:
    if lang not in LANGUAGES:
        abort(404)
    return "zh" if lang == "zh" else "en"


def _scope() -> str:
    scope = request.args.get("scope", "run")
    return scope if scope in SCOPES else "run"


def _metric_name(metric: str, lang: Language) -> str:
    words = metric_words(metric)
    return in_language(words.name, lang) if words else metric
