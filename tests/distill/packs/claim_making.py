"""Claims for tests: of an exam that was sat for real, and of any that a pack may hold."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from hypothesis import strategies as st
from tests.evals.exam_reports import a_report
from tests.expert_making import NOW

from teaegg.core.ids import text_hash
from teaegg.core.settings import Settings
from teaegg.distill.packs.claims import (
    GUARD_RULES,
    SCENE,
    VERDICT,
    AnsweringRules,
    Approval,
    ClaimedExam,
    ClaimedVerdict,
    Claims,
    ReportDetail,
    SatFigures,
)
from teaegg.distill.packs.reporting import reported

VERSION = text_hash("exam")
_SHARES = st.floats(0, 1)
_LINES = st.text(
    st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="\u2028\u2029"), max_size=40
)
_HASHES = st.text(max_size=4).map(text_hash)
_TIMES = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))


def told(detail: ReportDetail = "figures") -> tuple[Claims, Mapping[str, bytes]]:
    """A released expert's claims and their files."""
    exam, files = reported(a_report(), VERSION, detail)
    gate = ClaimedVerdict(
        verdict=text_hash("verdict"),
        passes=True,
        baseline="",
        policy=text_hash("policy"),
        at=NOW,
        approval=Approval(number=1, at=NOW, by="wang", why="考试通过"),
    )
    claims = Claims(exam=exam, gate=gate, answering=AnsweringRules.of(Settings()))
    return claims, {**files, VERDICT: b"{}", SCENE: b"name: tax\n"}


def any_claims() -> st.SearchStrategy[Claims]:
    """Whatever a manifest may claim."""
    sat = st.builds(SatFigures, name=_LINES, fingerprint=_LINES, asked=_LINES, score=_SHARES)
    points = st.floats(-1, 1)
    exam = st.builds(
        ClaimedExam,
        exam=_HASHES,
        name=_LINES,
        title=_LINES,
        items=st.integers(0, 10**6),
        counted=st.integers(0, 10**6),
        signed=st.integers(0, 10**6),
        pass_mark=_SHARES,
        candidate=sat,
        baseline=st.none() | sat,
        gain=st.none() | st.tuples(points, points, points),
        detail=st.sampled_from(("figures", "items")),
    )
    approval = st.builds(Approval, number=st.integers(1, 99), at=_TIMES, by=_LINES, why=_LINES)
    gate = st.builds(
        ClaimedVerdict,
        verdict=_HASHES,
        passes=st.booleans(),
        baseline=_LINES,
        policy=_LINES,
        at=_TIMES,
        approval=st.none() | approval,
    )
    rules = st.builds(
        AnsweringRules,
        version=st.just(1),
        abstain_below=_SHARES,
        expert_passages=st.integers(1, 20),
        evidence_passages=st.integers(1, 50),
        candidates=st.integers(1, 1000),
        vector_weight=_SHARES,
        reranker=_LINES,
        everyday_words=st.booleans(),
        embedding=_LINES,
        guard=st.lists(st.sampled_from(GUARD_RULES), unique=True).map(tuple),
    )
    return st.builds(
        Claims,
        origin=_LINES,
        exam=st.none() | exam,
        gate=st.none() | gate,
        answering=st.none() | rules,
    )
