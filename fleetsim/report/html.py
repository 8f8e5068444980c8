"""What all pages are made with: texts in both languages, data for scripts, and a template with the library inside."""

from __future__ import annotations

import base64
import gzip
import json
import math
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from fleetsim.report.words import Language, both
from fleetsim.spec import Text

if TYPE_CHECKING:
    from jinja2 import Environment


def render_template(template: str, lang: Language, **values: Any) -> str:
    """A page as one text that opens offline; it opens in ``lang`` and carries both languages."""
    return (
        _environment()
        .get_template(template)
        .render(
            lang=lang,
            t=bilingual,
            w=lambda key, **marks: bilingual(both(key, **marks)),
            plotly=_packed_plotly(),
            **values,
        )
    )


@cache
def _environment() -> Environment:
    """The templates; each is compiled once in a process."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("fleetsim.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _packed_plotly() -> str:
    """The library that draws, as the page unpacks it: compressed to about a third, and safe inside a script element."""
    from plotly.offline import get_plotlyjs

    return base64.b64encode(gzip.compress(get_plotlyjs().encode("utf-8"), mtime=0)).decode("ascii")


def bilingual(text: Text) -> Markup:
    """A text in both languages, of which the page shows one; once where both are the same."""
    if text.en == text.zh:
        return escape(text.en)
    return Markup('<span lang="en">{}</span><span lang="zh">{}</span>').format(text.en, text.zh)


def each_language(make: Callable[[Language], str]) -> Text:
    """A text made once for each language."""
    return Text(en=make("en"), zh=make("zh"))


def script_json(content: Any) -> Markup:
    """JSON that can stand inside a script element: nothing in it can close the element or open a comment."""
    text = json.dumps(_finite(content), ensure_ascii=True, separators=(",", ":"), allow_nan=False)
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))


def _finite(content: Any) -> Any:
    """The content with ``null`` for numbers that JSON cannot carry."""
    if isinstance(content, dict):
        return {key: _finite(value) for key, value in content.items()}
    if isinstance(content, (list, tuple)):
        return [_finite(value) for value in content]
    return None if isinstance(content, float) and not math.isfinite(content) else content
