"""What the signer of a pack says of its expert: how it did in an exam, what the gate found, who let it
answer, and under which thresholds it answered.

All of it is told, nothing is proven: it never stands for an exam, a verdict or an approval of the home
that reads it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Final, Literal, get_args

from pydantic import AwareDatetime, Field

from teaegg.core.scenes import Language
from teaegg.core.settings import Settings
from teaegg.distill.packs.fields import Count, Line, Part, Sha256, Share

RULES_VERSION: Final = 1
SCENE, VERDICT, _REPORT, _GATE = "scene.yaml", "gate/verdict.json", "report/", "gate/"
_LANGUAGES: tuple[Language, ...] = get_args(Language)

ReportDetail = Literal["figures", "items"]
"""`figures`: no word of what was asked and said; `items`: beside them every item, which quotes documents."""

GuardRule = Literal["only_quotes", "whole_sentences", "no_instructions", "mostly_proved"]
"""What an expert's lines go through before anybody sees them. `only_quotes`: a line that does not stand in
the passages it was shown is dropped; `whole_sentences`: words that would say the opposite of the sentence
they were cut out of are given with it; `no_instructions`: stretches that speak to the model are neither
shown to it nor quoted; `mostly_proved`: where more lines were dropped than proved, there is no answer."""
GUARD_RULES: tuple[GuardRule, ...] = get_args(GuardRule)


class AnsweringRules(Part):
    """The thresholds of the home that packed the expert, as they were set there then, and the guard rules
    of its TeaEgg, which nobody can switch off.

    An expert answers under those of the home where it is asked, so these are for comparing. A rule that
    this version does not know comes with a later `version`.
    """

    version: Literal[1]
    abstain_below: Share
    expert_passages: Annotated[int, Field(ge=1)]
    evidence_passages: Annotated[int, Field(ge=1)]
    candidates: Annotated[int, Field(ge=1)]
    vector_weight: Share
    reranker: Line
    everyday_words: bool
    embedding: Line
    guard: tuple[GuardRule, ...]

    @classmethod
    def of(cls, settings: Settings) -> AnsweringRules:
        """Those of this home."""
        search, embedding = settings.search, settings.embedding
        return cls(
            version=RULES_VERSION,
            abstain_below=settings.answers.abstain_below,
            expert_passages=settings.answers.expert_passages,
            evidence_passages=search.evidence_passages,
            candidates=search.candidates,
            vector_weight=search.vector_weight,
            reranker=search.reranker,
            everyday_words=search.everyday_words,
            # Both engines of this process run the same bundled model.
            embedding=embedding.model if embedding.engine == "openai" else "bundled",
            guard=GUARD_RULES,
        )

    def thresholds(self) -> Iterator[tuple[str, str]]:
        """(name, value) of each but the guard rules, as settings call them."""
        for name, value in self.model_dump(exclude={"version", "guard"}).items():
            yield name, str(value)


class SatFigures(Part):
    """Who sat, and the mean score with its 95 % interval over the items that count (None: none of them)."""

    name: Line
    fingerprint: Line
    asked: Line = ""
    score: Share | None = None
    low: Share | None = None
    high: Share | None = None


class ClaimedExam(Part):
    """The newest exam of its scene that the expert sat to the end. `exam` is the id of its version;
    `counted` of its `items` count, `signed` were reviewed by a person. `gain` is candidate minus
    baseline with its interval, where there is a baseline."""

    exam: Sha256
    name: Line
    title: Line
    items: Count
    counted: Count
    signed: Count
    pass_mark: Share
    candidate: SatFigures
    baseline: SatFigures | None = None
    gain: tuple[float, float, float] | None = None
    detail: ReportDetail

    def files(self) -> tuple[str, ...]:
        """Names in the pack of its report."""
        told = report_files("figures")
        return (*told, *report_files("items")) if self.detail == "items" else told

    def in_figures(self) -> ClaimedExam:
        """Without the report that shows the items."""
        return self.model_copy(update={"detail": "figures"})


class Approval(Part):
    """A person let it answer: the `number`th release of its scene. `by` and `why` are empty in a pack
    that anybody may open."""

    number: Annotated[int, Field(ge=1)]
    at: AwareDatetime
    by: Line = ""
    why: Line = ""


class ClaimedVerdict(Part):
    """What the gate had said when it was released; of an expert that never was, what it said last.

    `baseline` is the id of the expert it was compared with, "" for the bare base; `policy` the hash of
    what was demanded.
    """

    verdict: Sha256
    passes: bool
    baseline: Line
    policy: Line
    at: AwareDatetime
    approval: Approval | None = None


class Claims(Part):
    """`origin` is the public key of whoever said this first, where an expert that came in a pack is
    packed again; "": the signer of this very pack."""

    origin: Line = ""
    exam: ClaimedExam | None = None
    gate: ClaimedVerdict | None = None
    answering: AnsweringRules | None = None

    def files(self) -> tuple[str, ...]:
        """Names of the files that a pack with these claims must hold."""
        exam = self.exam.files() if self.exam else ()
        return (*exam, VERDICT) if self.gate else exam

    def unnamed(self) -> Claims:
        """Without who approved, and why."""
        if self.gate is None or self.gate.approval is None:
            return self
        approval = self.gate.approval.model_copy(update={"by": "", "why": ""})
        gate = self.gate.model_copy(update={"approval": approval})
        return self.model_copy(update={"gate": gate})

    def in_figures(self) -> Claims:
        """Without the report that shows the items."""
        exam = self.exam.in_figures() if self.exam else None
        return self.model_copy(update={"exam": exam})


def report_files(detail: ReportDetail) -> tuple[str, ...]:
    """Names in the pack, by language a page and the same as Markdown."""
    return tuple(report_file(detail, language, form) for language, form in report_forms())


def report_forms() -> tuple[tuple[Language, Literal["html", "md"]], ...]:
    """(language, ending) of the files that a report is written as."""
    forms: tuple[Literal["html", "md"], ...] = ("html", "md")
    return tuple((language, form) for language in _LANGUAGES for form in forms)


def report_file(detail: ReportDetail, language: Language, form: str) -> str:
    return f"{_REPORT}{detail}.{language}.{form}"


def is_claim_file(name: str) -> bool:
    """Whether a file of a pack is what its signer says of the expert, not the expert itself."""
    return name == SCENE or name.startswith((_REPORT, _GATE))
