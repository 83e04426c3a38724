"""A sitting as JSON Lines: one object to an item, in the exam's order. The keys stand in `docs/evals.md`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from teaegg.evals.logs.base import LoggedSitting


def json_lines(logged: LoggedSitting) -> str:
    """One line for each item to which something was said; text with a line feed at its end."""
    return "".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in _lines(logged))


def _lines(logged: LoggedSitting) -> Iterator[dict[str, Any]]:
    sitting = logged.sitting
    for item in logged.exam.items:
        response = logged.responses.get(item.hash)
        if response is None:
            continue
        score = logged.scores.get(item.hash)
        yield {
            "exam": logged.exam.name,
            "version": logged.version,
            "sitting": sitting.id,
            "target": sitting.target,
            "item": item.id,
            "form": item.form,
            "area": item.area,
            "document": item.document,
            "signed": item.hash in logged.signed,
            "questions": list(item.questions),
            "options": list(item.options),
            "right": list(item.right),
            "response": response.model_dump(mode="json", exclude={"item"}),
            "score": score.value if score else None,
            "parts": dict(score.parts) if score else {},
            "why": score.why if score else "",
        }
