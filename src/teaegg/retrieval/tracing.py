"""The full record of how an answer came about, as JSON-ready data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from teaegg.core.answers import Answer, Citation, Evidence
from teaegg.core.ids import text_hash
from teaegg.core.versions import VersionNote
from teaegg.retrieval.quote import Ranking
from teaegg.store.codec import location_record

_KEPT_SPANS = 12


def trace_record(
    answer: Answer,
    *,
    question: str,
    understood: str,
    user: str,
    asked_at: datetime,
    evidence: Sequence[Evidence],
    ranking: Ranking,
    prompt: str,
    degraded: str,
    dropped: Sequence[Mapping[str, object]],
    models: Mapping[str, str],
) -> dict[str, Any]:
    """Everything needed to judge the answer again without running it again."""
    return {
        "trace": answer.trace,
        "asked_at": asked_at.isoformat(),
        "user": user,
        "question": question,
        "understood": understood,
        "mode": answer.mode,
        "expert": answer.expert,
        "verdict": answer.verdict,
        "confidence": answer.confidence,
        "answer": answer.text,
        "sentences": [
            {"text": s.text, "citations": [citation_record(c) for c in s.citations]}
            for s in answer.sentences
        ],
        "dropped": list(dropped),
        "nearest": [citation_record(citation) for citation in answer.nearest],
        # The document that applies instead is not named: its reader may have lost it by the time
        # the record is opened, and nothing else in it tells of that document.
        "versions": {
            document: version_record(replace(note, title=""))
            for document, note in answer.versions.items()
        },
        "evidence": [_evidence_record(item) for item in evidence],
        "spans": [
            {
                "passage": evidence[s.evidence].passage.id,
                "start": s.start,
                "end": s.end,
                "score": s.score,
            }
            for s in ranking.spans[:_KEPT_SPANS]
        ],
        "answerability": dict(ranking.answerability),
        "prompt_hash": text_hash(prompt) if prompt else "",
        "degraded": degraded,
        "models": dict(models),
        "timings_ms": {stage: round(ms, 2) for stage, ms in answer.timings_ms.items()},
    }


def citation_record(citation: Citation) -> dict[str, Any]:
    """A citation as JSON: document, title, place, exact quote and its span."""
    return {
        "document": citation.document,
        "title": citation.title,
        "version": citation.version,
        "passage": citation.passage,
        "location": location_record(citation.location),
        "quote": citation.quote,
        "start": citation.start,
        "end": citation.end,
    }


def version_record(note: VersionNote) -> dict[str, Any]:
    """Why a document does not apply today: `status`, `day` as YYYY-MM-DD or null, `title`."""
    return {
        "status": note.status,
        "day": note.day.isoformat() if note.day else None,
        "title": note.title,
    }


def version_note(record: Mapping[str, Any]) -> VersionNote:
    """What `version_record` wrote."""
    day = record["day"]
    return VersionNote(record["status"], date.fromisoformat(day) if day else None, record["title"])


def _evidence_record(item: Evidence) -> dict[str, Any]:
    return {
        "passage": item.passage.id,
        "document": item.passage.document,
        "title": item.passage.title,
        "location": location_record(item.passage.location),
        "score": item.score,
        "text_score": item.text_score,
        "vector_score": item.vector_score,
        "exact": item.exact,
        "text_hash": text_hash(item.passage.text),
    }
