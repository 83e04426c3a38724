"""Rows as other trainers want them: LLaMA-Factory, TRL and ms-swift read the files unchanged."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from teaegg.core.errors import InvalidRequestError
from teaegg.distill.exchange.importing import Problem
from teaegg.distill.rows import Row, Turn
from teaegg.store.lines import write_text

ExportForm = Literal["alpaca", "sharegpt", "messages", "completion", "preference"]
"""`alpaca`, `sharegpt`: LLaMA-Factory (and ms-swift). `messages`: TRL, ms-swift and OpenAI.
`completion`: TRL's prompt/completion, where only the answer is learned. `preference`: TRL's
prompt/chosen/rejected. With `pairs` the first three have the better and the worse answer too."""

DATASET_INFO = "dataset_info.json"

_FROM = {"system": "system", "user": "human", "assistant": "gpt"}
_ENDINGS = (".jsonl", ".json")


@dataclass(frozen=True, slots=True)
class Exported:
    """`info` is the description that LLaMA-Factory reads, where one was written."""

    rows: int
    left_out: tuple[Problem, ...]
    info: Path | None = None


def export_rows(
    rows: Iterable[Row], form: ExportForm, out: Path, *, pairs: bool = False
) -> Exported:
    """Write the rows to `out`: JSON lines (.jsonl) or one JSON list (.json).

    With `pairs`, and in the form `preference`, rows without a worse answer are left out. For
    LLaMA-Factory the file is entered into dataset_info.json beside it, under its name.
    Raises InvalidRequestError when no row can be written or the ending is another, StorageError.
    """
    if out.suffix not in _ENDINGS:
        raise InvalidRequestError(
            f"{out} ends in neither .jsonl nor .json.", remedy="The trainers tell files by that."
        )
    pairs = pairs or form == "preference"
    records, left_out = [], []
    for row in rows:
        problem = _problem(row, form, pairs=pairs)
        if problem:
            left_out.append(Problem(row.id, problem))
        else:
            records.append(_WRITERS[form](row, pairs))
    if not records:
        why = left_out[0].what if left_out else "There are none."
        raise InvalidRequestError(f"No row can be exported. {why}", remedy="Choose another form.")
    write_text(out, _text(records, out.suffix))
    return Exported(len(records), tuple(left_out), _describe(out, form, pairs=pairs))


def _problem(row: Row, form: ExportForm, *, pairs: bool) -> str:
    if pairs and not row.rejected:
        return "It has no worse answer."
    return "" if form not in ("alpaca", "sharegpt") or _alternates(row) else _NOT_IN_TURN


_NOT_IN_TURN = "Its turns are not question and answer in turn."


def _alternates(row: Row) -> bool:
    """LLaMA-Factory drops conversations that do not go user, assistant, user …"""
    roles = [turn.role for turn in _talk(row)]
    return roles == ["user", "assistant"] * (len(roles) // 2) + ["user"]


def _alpaca(row: Row, pairs: bool) -> dict[str, Any]:
    *earlier, last = _talk(row)
    history = [
        [question.content, answer.content]
        for question, answer in zip(earlier[::2], earlier[1::2], strict=True)
    ]
    asked = {"instruction": last.content, "input": ""}
    around = {"system": _system(row), "history": history}
    if pairs:
        return {**asked, "chosen": row.answer, "rejected": row.rejected, **around}
    return {**asked, "output": row.answer, **around}


def _sharegpt(row: Row, pairs: bool) -> dict[str, Any]:
    said = [_tagged(turn.role, turn.content) for turn in _talk(row)]
    answer = _tagged("assistant", row.answer)
    if pairs:
        worse = _tagged("assistant", row.rejected)
        return {"conversations": said, "chosen": answer, "rejected": worse, "system": _system(row)}
    return {"conversations": [*said, answer], "system": _system(row)}


def _messages(row: Row, pairs: bool) -> dict[str, Any]:
    record: dict[str, Any] = {"messages": [*_turns(row), _said(row.answer)]}
    return {**record, "rejected_response": row.rejected} if pairs else record


def _completion(row: Row, pairs: bool) -> dict[str, Any]:
    del pairs  # One signature for all forms; this one has no place for a worse answer.
    return {"prompt": _turns(row), "completion": [_said(row.answer)]}


def _preference(row: Row, pairs: bool) -> dict[str, Any]:
    del pairs  # Always.
    return {"prompt": _turns(row), "chosen": [_said(row.answer)], "rejected": [_said(row.rejected)]}


_WRITERS: Mapping[ExportForm, Callable[[Row, bool], dict[str, Any]]] = {
    "alpaca": _alpaca,
    "sharegpt": _sharegpt,
    "messages": _messages,
    "completion": _completion,
    "preference": _preference,
}


def _talk(row: Row) -> tuple[Turn, ...]:
    return row.turns[1:] if row.turns[0].role == "system" else row.turns


def _system(row: Row) -> str:
    return row.turns[0].content if row.turns[0].role == "system" else ""


def _turns(row: Row) -> list[dict[str, str]]:
    return [{"role": turn.role, "content": turn.content} for turn in row.turns]


def _said(answer: str) -> dict[str, str]:
    return {"role": "assistant", "content": answer}


def _tagged(role: str, content: str) -> dict[str, str]:
    return {"from": _FROM[role], "value": content}


def _text(records: list[dict[str, Any]], ending: str) -> str:
    if ending == ".json":
        return json.dumps(records, ensure_ascii=False, indent=1) + "\n"
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


def _describe(out: Path, form: ExportForm, *, pairs: bool) -> Path | None:
    """LLaMA-Factory finds a file by its entry in the description of its folder; others' stay."""
    if form not in ("alpaca", "sharegpt"):
        return None
    columns = {"prompt": "instruction", "query": "input", "history": "history"}
    answers = {"chosen": "chosen", "rejected": "rejected"} if pairs else {}
    if form == "sharegpt":
        columns = {"messages": "conversations"}
    elif not pairs:
        answers = {"response": "output"}
    entry: dict[str, Any] = {"file_name": out.name, "formatting": form}
    if pairs:
        entry["ranking"] = True
    entry["columns"] = {**columns, **answers, "system": "system"}
    path = out.with_name(DATASET_INFO)
    # Escaped: it is read in whatever encoding the reader's machine has.
    write_text(path, json.dumps({**_described(path), out.stem: entry}, indent=2) + "\n")
    return path


def _described(path: Path) -> dict[str, Any]:
    try:
        known = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    except (OSError, ValueError) as error:
        raise _no_description(path, str(error)) from error
    if not isinstance(known, dict):
        raise _no_description(path, "it is no JSON object")
    return known


def _no_description(path: Path, why: str) -> InvalidRequestError:
    return InvalidRequestError(
        f"{path} is no description of datasets: {why}.", remedy="Move it away, or export elsewhere."
    )
