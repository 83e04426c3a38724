"""Answers, documents and events as JSON-ready data: one shape for the command line and the API."""

from __future__ import annotations

from typing import Any, assert_never

from teaegg.access.expert_policy import ExpertExplanation
from teaegg.core.answers import Answer, Evidence, Sentence
from teaegg.core.documents import Document, Passage
from teaegg.core.versions import VersionNote
from teaegg.retrieval.events import AnswerEvent, AnswerReady, EvidenceFound, SentenceReady
from teaegg.retrieval.query import Language
from teaegg.retrieval.search import SearchResult
from teaegg.retrieval.tracing import citation_record, version_record
from teaegg.store.codec import location_record
from teaegg.store.exams.feedback import Feedback, Judged
from teaegg.store.experts.records import ExpertRecord
from teaegg.store.releases.verdicts import Verdict

_SCORE_DIGITS = 4
_LANGUAGES: tuple[Language, ...] = ("zh", "en")


def answer_record(answer: Answer, *, conversation: str = "") -> dict[str, Any]:
    """What `ask --json` prints and `POST /api/ask` returns; `timings` are milliseconds by stage."""
    record: dict[str, Any] = {
        "verdict": answer.verdict,
        "answer": answer.text,
        "sentences": [sentence_record(sentence) for sentence in answer.sentences],
        "nearest": [citation_record(citation) for citation in answer.nearest],
        "reason": answer.reason,
        "notes": list(answer.notes),
        "versions": {name: shown_version(note) for name, note in answer.versions.items()},
        "mode": answer.mode,
        "expert": answer.expert,
        "confidence": round(answer.confidence, _SCORE_DIGITS),
        "trace": answer.trace,
        "timings": {stage: round(ms, 2) for stage, ms in answer.timings_ms.items()},
    }
    return {**record, "conversation": conversation} if conversation else record


def sentence_record(sentence: Sentence) -> dict[str, Any]:
    """One sentence with the citations that prove it."""
    return {
        "text": sentence.text,
        "citations": [citation_record(citation) for citation in sentence.citations],
    }


def event_record(event: AnswerEvent, *, conversation: str = "") -> dict[str, Any]:
    """An event with its name under `event`: `evidence`, `sentence` or `answer`."""
    match event:
        case EvidenceFound():
            return {
                "event": "evidence",
                "understood": event.understood,
                "evidence": [evidence_record(item) for item in event.evidence],
            }
        case SentenceReady():
            return {"event": "sentence", **sentence_record(event.sentence)}
        case AnswerReady():
            return {"event": "answer", **answer_record(event.answer, conversation=conversation)}
        case unreachable:
            assert_never(unreachable)


def search_record(result: SearchResult) -> dict[str, Any]:
    """What `search --json` prints and `GET /api/search` returns, best passage first."""
    return {
        "question": result.query.text,
        "results": [
            {
                **evidence_record(item),
                "version": shown_version(result.versions.get(item.passage.document)),
            }
            for item in result.evidence
        ],
        "timings": {stage: round(ms, 2) for stage, ms in result.timings_ms.items()},
    }


def evidence_record(item: Evidence) -> dict[str, Any]:
    """A passage with its scores; a score is null where that search did not find it."""
    return {
        **passage_record(item.passage),
        "score": round(item.score, _SCORE_DIGITS),
        "text_score": _rounded(item.text_score),
        "vector_score": _rounded(item.vector_score),
        "exact": item.exact,
    }


def shown_version(note: VersionNote | None) -> dict[str, Any] | None:
    """Why a document does not apply today, in both languages; null when it does, as far as is known.

    `mark` is short enough to stand beside a citation, `said` is a sentence.
    """
    if note is None:
        return None
    return {
        **version_record(note),
        "mark": {language: note.mark_in(language) for language in _LANGUAGES},
        "said": {language: note.said_in(language) for language in _LANGUAGES},
    }


def passage_record(passage: Passage) -> dict[str, Any]:
    """`text` equals the document's canonical text from `start` to `end`."""
    return {
        "passage": passage.id,
        "document": passage.document,
        "title": passage.title,
        "collection": passage.collection,
        "location": location_record(passage.location),
        "text": passage.text,
        "start": passage.start,
        "end": passage.end,
    }


def understood_record(passage: Passage, without_vector: frozenset[str]) -> dict[str, Any]:
    """A passage with its number in the document and whether its vector is made."""
    return {
        **passage_record(passage),
        "number": passage.ordinal + 1,
        "vector": passage.id not in without_vector,
    }


def document_record(document: Document) -> dict[str, Any]:
    """What a reader may know of a document; `reason` says why a quarantined one was not read."""
    return {
        "document": document.id,
        "title": document.title,
        "collection": document.collection,
        "source": document.source,
        "media_type": document.media_type,
        "version": document.version,
        "state": document.state,
        "restricted": document.restricted,
        "size_bytes": document.size_bytes,
        "passages": document.passages,
        "learned_at": document.learned_at.isoformat(),
        "reason": document.reason,
        "notes": list(document.notes),
    }


def shown_expert(record: ExpertRecord) -> dict[str, Any]:
    """What whoever may use an expert is told of it."""
    return {
        "name": record.expert.scene,
        "title": record.title or record.expert.scene,
        "expert": record.id,
        "state": record.state,
        "registered_at": record.registered_at.isoformat(),
    }


def explained_expert(told: ExpertExplanation) -> dict[str, Any]:
    """Why somebody may use an expert, or why not."""
    return {
        "user": told.user,
        "expert": told.expert,
        "scene": told.scene,
        "verdict": told.verdict,
        "reasons": [{"en": reason.en, "zh": reason.zh} for reason in told.reasons],
    }


def shown_verdict(verdict: Verdict) -> dict[str, Any]:
    """What the gate said, with all its figures."""
    return {
        "verdict": verdict.id,
        "expert": verdict.expert,
        "baseline": verdict.baseline,
        "passes": verdict.passes,
        "policy": verdict.policy,
        "exams": [
            {"exam": sat.exam, "candidate": sat.candidate, "baseline": sat.baseline}
            for sat in verdict.exams
        ],
        "by": verdict.by,
        "at": verdict.at.isoformat(),
        "found": dict(verdict.record),
    }


def feedback_record(feedback: Feedback) -> dict[str, Any]:
    """What somebody thought of an answer."""
    return {
        "trace": feedback.trace,
        "user": feedback.user,
        "helpful": feedback.helpful,
        "comment": feedback.comment,
        "corrected": feedback.corrected,
        "at": feedback.at.isoformat(),
    }


def judged_record(judged: Judged) -> dict[str, Any]:
    """The same beside the question and the answer; `scene` is "" where no expert answered."""
    return {
        **feedback_record(judged.feedback),
        "question": judged.question,
        "answer": judged.answer,
        "scene": judged.scene,
    }


def _rounded(score: float | None) -> float | None:
    return None if score is None else round(score, _SCORE_DIGITS)
