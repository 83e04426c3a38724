"""A sitting as a log of Inspect (UK AI Security Institute, `inspect_ai`), version 2 of its JSON form.

Inspect's own viewer and `read_eval_log` read it. Nothing of Inspect is needed to write it.
"""

from __future__ import annotations

import json
from datetime import datetime
from statistics import fmean
from typing import Any

from teaegg import __version__
from teaegg.core.exams import LETTERS, ExamItem, Response
from teaegg.evals.logs.base import LoggedSitting
from teaegg.evals.scorers.base import Score

_SCORER = "teaegg"
_VERSION = 2


def inspect_log(logged: LoggedSitting) -> str:
    """The whole log. Items to which nothing was said are missing, and the log is then "cancelled"."""
    sitting, exam = logged.sitting, logged.exam
    answered = [item for item in exam.items if item.hash in logged.responses]
    log = {
        "version": _VERSION,
        "status": "success" if len(answered) == len(exam.items) else "cancelled",
        "eval": {
            "eval_id": sitting.id[:22],
            "run_id": sitting.id[:22],
            "created": _time(sitting.started_at),
            "task": exam.name,
            "task_id": exam.hash[:22],
            "task_version": logged.version,
            "task_attribs": {"title": exam.title, "scene": exam.scene},
            "task_args": dict(sitting.settings),
            "dataset": {
                "name": exam.name,
                "samples": len(exam.items),
                "sample_ids": [item.id for item in exam.items],
            },
            "model": sitting.target,
            "model_args": {"fingerprint": sitting.fingerprint, "expert": sitting.expert},
            "config": {},
            "packages": {"teaegg": __version__},
        },
        "plan": {"name": "plan", "steps": [], "config": {}},
        "results": _results(logged, len(answered)),
        "stats": {
            "started_at": _time(sitting.started_at),
            "completed_at": _time(sitting.finished_at or sitting.started_at),
            "model_usage": _usage_by_model(logged),
        },
        "samples": [
            _sample(item, logged.responses[item.hash], logged.scores.get(item.hash), sitting.target)
            for item in answered
        ],
    }
    return json.dumps(log, ensure_ascii=False, indent=1) + "\n"


def _results(logged: LoggedSitting, answered: int) -> dict[str, Any]:
    values = [score.value for score in logged.scores.values()]
    mean = {"name": "mean", "value": fmean(values) if values else 0.0, "params": {}}
    scores = {
        "name": _SCORER,
        "scorer": _SCORER,
        "scored_samples": len(values),
        "unscored_samples": answered - len(values),
        "params": {},
        "metrics": {"mean": mean},
    }
    return {
        "total_samples": len(logged.exam.items),
        "completed_samples": answered,
        "scores": [scores] if values else [],
    }


def _sample(item: ExamItem, response: Response, score: Score | None, target: str) -> dict[str, Any]:
    said = _said(item, response)
    replies = response.replies or (said,)
    messages = [
        turn
        for question, reply in zip(item.questions, replies, strict=False)
        for turn in (
            {"role": "user", "content": question, "source": "input"},
            {"role": "assistant", "content": reply, "source": "generate", "model": target},
        )
    ]
    sample: dict[str, Any] = {
        "id": item.id,
        "epoch": 1,
        "input": item.questions[0] if len(item.questions) == 1 else messages[0::2],
        "choices": list(item.options) or None,
        "target": list(item.right),
        "messages": messages,
        "output": {
            "model": target,
            "choices": [{"message": messages[-1], "stop_reason": "stop"}],
            "usage": _usage(response),
            "time": response.seconds,
        },
        "scores": {_SCORER: _score(score, said)} if score else {},
        "metadata": {
            "form": item.form,
            "area": item.area,
            "document": item.document,
            "hash": item.hash,
            "options_nats": list(response.options),
            "citations": [quoted.model_dump(mode="json") for quoted in response.citations],
            "evidence": list(response.evidence),
            "refused": response.refused,
            "first_seconds": response.first_seconds,
            "price": response.price,
            "trace": response.trace,
        },
        "store": {},
        "events": [],
        "model_usage": {target: _usage(response)},
    }
    return {**sample, "total_time": response.seconds} if response.seconds else sample


def _said(item: ExamItem, response: Response) -> str:
    """Where options were read nothing was said: then the letter of the likeliest."""
    if response.text or not response.options:
        return response.text
    return LETTERS[max(range(len(item.options)), key=response.options.__getitem__)]


def _score(score: Score, said: str) -> dict[str, Any]:
    return {
        "value": score.value,
        "answer": said,
        "explanation": score.why,
        "metadata": {"parts": dict(score.parts)},
    }


def _usage(response: Response) -> dict[str, int]:
    prompt, answer = response.prompt_tokens, response.answer_tokens
    return {"input_tokens": prompt, "output_tokens": answer, "total_tokens": prompt + answer}


def _usage_by_model(logged: LoggedSitting) -> dict[str, dict[str, int]]:
    counted = [_usage(response) for response in logged.responses.values()]
    names = ("input_tokens", "output_tokens", "total_tokens")
    return {logged.sitting.target: {name: sum(one[name] for one in counted) for name in names}}


def _time(at: datetime) -> str:
    return at.isoformat(timespec="seconds")
