"""A report as one page of HTML that needs nothing else: no network, no server, no other file."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markdown_it import MarkdownIt
from markupsafe import Markup

from teaegg.core.scenes import Language
from teaegg.evals.gate.reasons import explain
from teaegg.evals.gate.verdict import GateVerdict
from teaegg.evals.report import figures, numbers, plots
from teaegg.evals.report.base import ExamReport
from teaegg.evals.report.entries import entries
from teaegg.evals.report.sentences import cautions, in_short
from teaegg.evals.report.wording import WORDING, Wording

_FOLDER = Path(__file__).with_name("templates")
_LARGEST_HEADING = 2
"""The page has a title already: the gate's own headings stand one lower."""


def html(report: ExamReport, language: Language) -> str:
    """The whole report. What documents, examinees and people wrote is shown as text, never obeyed."""
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    where = _no_items if report.withheld else _items_where
    environment.globals.update(numbers=numbers, items_where=where)
    script = (_FOLDER / "filter.js").read_text(encoding="utf-8")
    return environment.get_template("report.html").render(
        _view(report, WORDING[language]),
        language=language,
        verdict=_verdict(report.verdict, language),
        style=Markup((_FOLDER / "report.css").read_text(encoding="utf-8")),  # noqa: S704 - our own file
        script=Markup(script),  # noqa: S704 - our own file
        script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
    )


def _view(report: ExamReport, say: Wording) -> Mapping[str, Any]:
    """What the templates show, by the names that they use."""
    results = figures.results(report)
    scores = plots.score_scale(report, results)
    ends = [end for pair in report.compared for end in (pair.difference.low, pair.difference.high)]
    risk_curves, risks = plots.curves(report)
    prices = [result.price and 1000 * result.price for result in results]
    counted = figures.counted_items(report.exam, report.signed, report.contaminated)
    return {
        "say": say,
        "counts_as": "signed" if {item.hash for item in counted} & report.signed else "unsigned",
        "report": report,
        "exam": report.exam,
        "items": () if report.withheld else tuple(entries(report, say)),
        "documents": len({item.document or item.hash for item in report.exam.items}),
        "signed": sum(item.hash in report.signed for item in report.exam.items),
        "results": results,
        "prices": prices,
        "in_short": tuple(in_short(report, results, say)),
        "cautions": tuple(cautions(report, results, say)),
        "scores": scores,
        "mark": plots.mark,
        "whole": plots.Scale(0, 100),
        "differences": plots.difference_scale(ends) if ends else None,
        "counts": tuple(figures.pair_counts(report, pair) for pair in report.compared),
        "place": {result.name: place for place, result in enumerate(results)},
        "by_form": figures.groups(report, lambda item: item.form),
        "by_area": figures.groups(report, lambda item: item.area),
        "apart": figures.apart(report),
        "curves": risk_curves,
        "risks": risks,
        "planes": [
            (title, plane)
            for title, measured in (
                (say["seconds"], [result.seconds for result in results]),
                (say["price"].format(currency=report.currency), prices),
            )
            if (plane := plots.plane(results, measured, scores))
        ],
    }


def _items_where(**wanted: str | int) -> str:
    """The link to the items that a figure stands for; `filter.js` reads it."""
    return "#items?" + urlencode(wanted)


def _no_items(**wanted: str | int) -> str:
    """Where it is said that they are not enclosed."""
    return "#items"


def _verdict(verdict: GateVerdict | None, language: Language) -> Markup | None:
    if verdict is None:
        return None
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = parser.parse(explain(verdict, language))
    for token in tokens:
        if token.tag in ("h1", "h2", "h3"):
            token.tag = f"h{int(token.tag[1]) + _LARGEST_HEADING - 1}"
    # The parser escapes whatever is not Markdown.
    return Markup(parser.renderer.render(tokens, parser.options, {}))  # noqa: S704
