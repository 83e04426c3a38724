"""One record in any of the usual forms → the turns, the answer, and the worse answer where there is one.

Forms as their makers document them: OpenAI messages, ShareGPT and Alpaca (LLaMA-Factory's data/README),
prompt/completion and prompt/chosen/rejected (TRL, "Dataset formats and types"), and the standard form
of ms-swift ("Custom dataset": messages with rejected_response).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from teaegg.core.errors import InvalidRequestError
from teaegg.distill.exchange.columns import Part, recognised
from teaegg.models.base import Message
from teaegg.retrieval.query import language_of
from teaegg.retrieval.reading_prompt import ShownPassage, reading_messages

Role = Literal["system", "user", "assistant"]

_ROLES: dict[str, Role] = {
    **dict.fromkeys(("system", "developer"), "system"),
    **dict.fromkeys(("user", "human", "customer", "用户", "客户"), "user"),
    **dict.fromkeys(
        ("assistant", "gpt", "bot", "chatgpt", "chatglm", "model", "agent", "客服", "助手"),
        "assistant",
    ),
}
_LISTS = ("messages", "conversations", "conversation")


@dataclass(frozen=True, slots=True)
class Draft:
    """What a record says; `rejected` is empty where it names no worse answer."""

    turns: tuple[Message, ...]
    answer: str
    rejected: str = ""


def draft_of(fields: Mapping[str, Any], named: Mapping[Part, str], instructions: str) -> Draft:
    """Raises InvalidRequestError, which says what is wrong with the record. `named` are columns that
    a person named; `instructions` stand before the passage where a record brings one and says
    nothing else."""
    if not named:
        for key in _LISTS:
            if isinstance(fields.get(key), list):
                return _talk(fields, fields[key])
        if isinstance(fields.get("prompt"), list) or isinstance(fields.get("chosen"), list):
            return _preference_talk(fields)
    return _columns(fields, named, instructions)


def _talk(fields: Mapping[str, Any], raw: Sequence[Any]) -> Draft:
    """A conversation whose last turn is the answer, unless `chosen` is."""
    turns = _with_system(fields, _messages(raw))
    worse = _one_text(fields.get("rejected") or fields.get("rejected_response"), "rejected")
    if fields.get("chosen"):
        return _checked(turns, _one_text(fields["chosen"], "chosen"), worse)
    if not turns or turns[-1].role != "assistant":
        raise _wrong("its last turn is not an answer")
    return _checked(turns[:-1], turns[-1].content, worse)


def _preference_talk(fields: Mapping[str, Any]) -> Draft:
    """TRL's conversational forms; without `prompt` it is what both answers begin with."""
    ended = fields.get("completion") or fields.get("chosen")
    chosen = _messages(ended if isinstance(ended, list) else [])
    rejected = _messages(fields.get("rejected") or [])
    if not chosen or chosen[-1].role != "assistant":
        raise _wrong("it has no answer in completion or chosen")
    before = _messages(fields.get("prompt") or []) or chosen[:-1]
    return _checked(
        _with_system(fields, before), chosen[-1].content, rejected[-1].content if rejected else ""
    )


def _columns(fields: Mapping[str, Any], named: Mapping[Part, str], instructions: str) -> Draft:
    columns = recognised((str(name) for name in fields), named)
    said = {part: _text(fields.get(column)) for part, column in columns.items()}
    if not said.get("question", "").strip():
        raise _wrong(_lacks("question", columns, fields))
    if not said.get("answer", "").strip():
        raise _wrong(_lacks("answer", columns, fields))
    question = "\n".join(
        part for part in (said["question"], said.get("detail", "")) if part.strip()
    )
    earlier = tuple(_history(fields.get("history")))
    system = said.get("system", "")
    if context := said.get("context", "").strip():
        turns = reading_messages(
            question,
            [ShownPassage(context)],
            language=language_of(question),
            instructions=system or instructions,
            earlier=earlier,
        )
    else:
        turns = (*_system(system), *earlier, Message("user", question))
    return _checked(turns, said["answer"], said.get("rejected", ""))


def _lacks(part: Part, columns: Mapping[Part, str], fields: Mapping[str, Any]) -> str:
    if part in columns:
        return f"its {part} ({columns[part]}) is empty"
    names = ", ".join(repr(str(name)) for name in fields)
    return f"none of its columns is known as the {part}: {names or 'it has none'}"


def _history(raw: Any) -> Iterable[Message]:
    """Alpaca's pairs of earlier questions and answers."""
    for pair in raw if isinstance(raw, list) else []:
        if not (
            isinstance(pair, list) and len(pair) == 2 and all(isinstance(p, str) for p in pair)
        ):
            raise _wrong("its history is not a list of pairs of texts")
        yield Message("user", pair[0])
        yield Message("assistant", pair[1])


def _with_system(fields: Mapping[str, Any], turns: Sequence[Message]) -> tuple[Message, ...]:
    system = _system(_text(fields.get("system")))
    return (*system, *turns) if not turns or turns[0].role != "system" else tuple(turns)


def _system(text: str) -> tuple[Message, ...]:
    return (Message("system", text),) if text.strip() else ()


def _messages(raw: Any) -> tuple[Message, ...]:
    if not isinstance(raw, list):
        raise _wrong("its turns are not a list")
    return tuple(message for turn in raw for message in _turn(turn))


def _turn(raw: Any) -> Iterable[Message]:
    """One turn; ms-swift's ShareGPT form puts a question and its answer into one object."""
    if not isinstance(raw, dict):
        raise _wrong("a turn is not an object")
    if "human" in raw and "assistant" in raw:
        yield Message("user", _text(raw["human"]))
        yield Message("assistant", _text(raw["assistant"]))
        return
    said = str(raw.get("role", raw.get("from", "")))
    role = _ROLES.get(said.strip().lower())
    if role is None:
        raise _wrong(f"a turn is of the role {said!r}; known are system, user and assistant")
    yield Message(role, _text(raw.get("content", raw.get("value"))))


def _one_text(raw: Any, name: str) -> str:
    """An answer as a text, as a turn, or as a list of turns whose last it is."""
    if isinstance(raw, dict):
        raw = [raw]
    if isinstance(raw, list):
        turns = _messages(raw)
        if not turns:
            raise _wrong(f"its {name} is an empty list")
        return turns[-1].content
    return _text(raw)


def _text(raw: Any) -> str:
    """Texts and lists of text parts; numbers as they stand. Half of a surrogate pair is replaced."""
    if raw is None:
        return ""
    if isinstance(raw, str):
        return raw.encode("utf-8", "replace").decode()
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        return str(raw)
    if isinstance(raw, list):
        return "\n".join(_part(part) for part in raw)
    raise _wrong(f"a text was expected, not {type(raw).__name__}")


def _part(raw: Any) -> str:
    if isinstance(raw, dict) and raw.get("type", "text") == "text":
        return _text(raw.get("text"))
    if isinstance(raw, str):
        return _text(raw)
    raise _wrong("it holds something other than text; pictures and sounds are not learned from")


def _checked(turns: Sequence[Message], answer: str, rejected: str) -> Draft:
    if not turns or turns[-1].role != "user":
        raise _wrong("no question stands before its answer")
    if any(not turn.content.strip() for turn in turns):
        raise _wrong("a turn is empty")
    if any(turn.role == "system" for turn in turns[1:]):
        raise _wrong("a system turn stands in the middle")
    if not answer.strip():
        raise _wrong("its answer is empty")
    if rejected and rejected.strip() == answer.strip():
        raise _wrong("the better and the worse answer are the same")
    return Draft(tuple(turns), answer, rejected if rejected.strip() else "")


def _wrong(what: str) -> InvalidRequestError:
    return InvalidRequestError(f"{what[:1].upper()}{what[1:]}.")
