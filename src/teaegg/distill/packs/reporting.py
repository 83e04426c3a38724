"""The exam report that travels with an expert: as files that people open, and in figures for the manifest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from teaegg.distill.packs.claims import (
    ClaimedExam,
    ReportDetail,
    SatFigures,
    report_file,
    report_forms,
)
from teaegg.distill.packs.fields import LONGEST_LINE, one_line
from teaegg.evals.report.base import Examinee, ExamReport
from teaegg.evals.report.figures import Result, counted_items, results
from teaegg.evals.report.page import html
from teaegg.evals.report.tables import markdown


def reported(
    report: ExamReport, version: str, detail: ReportDetail
) -> tuple[ClaimedExam, Mapping[str, bytes]]:
    """Of the first examinee beside the second, if there is one; and name in the pack → content.

    `version` is the id of the exam's version. The report in figures is always there, the one with the
    items beside it where `detail` asks for it: whoever passes the expert on can take that one out.
    """
    files = _files(replace(report, withheld=True), "figures")
    if detail == "items":
        files |= _files(report, "items")
    exam = report.exam
    shown = [
        _figures(result, examinee)
        for result, examinee in zip(results(report), report.examinees, strict=True)
    ]
    gains = [pair.difference for pair in report.compared]
    claim = ClaimedExam(
        exam=version,
        name=exam.name,
        title=one_line(exam.title, LONGEST_LINE),
        items=len(exam.items),
        counted=len(counted_items(exam, report.signed, report.contaminated)),
        signed=len(report.signed & {item.hash for item in exam.items}),
        pass_mark=exam.pass_mark,
        candidate=shown[0],
        baseline=shown[1] if shown[1:] else None,
        gain=(gains[0].mean, gains[0].low, gains[0].high) if gains else None,
        detail=detail,
    )
    return claim, files


def _files(report: ExamReport, detail: ReportDetail) -> dict[str, bytes]:
    write = {"html": html, "md": markdown}
    return {
        report_file(detail, language, form): write[form](report, language).encode()
        for language, form in report_forms()
    }


def _figures(result: Result, examinee: Examinee) -> SatFigures:
    score = result.score
    return SatFigures(
        name=one_line(result.name, LONGEST_LINE),
        fingerprint=one_line(examinee.fingerprint, LONGEST_LINE),
        asked=one_line(examinee.asked, LONGEST_LINE),
        score=score.mean if score else None,
        low=score.low if score else None,
        high=score.high if score else None,
    )
