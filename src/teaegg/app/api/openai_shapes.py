"""The shapes of OpenAI's API that TeaEgg speaks: what it reads, what it writes."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from teaegg.app.records import sentence_record, shown_version
from teaegg.core.answers import Answer, AskedMode, Sentence
from teaegg.core.errors import InvalidRequestError
from teaegg.models.base import Vectors
from teaegg.retrieval.tracing import citation_record
from teaegg.store.experts.records import ExpertRecord

CHAT_MODELS: dict[str, AskedMode | None] = {
    "teaegg": None,
    "teaegg-quote": "quote",
    "teaegg-compose": "compose",
}
EMBEDDING_MODEL = "teaegg-embedding"
QUESTION_EMBEDDING_MODEL = "teaegg-embedding-question"
MODELS = (*CHAT_MODELS, EMBEDDING_MODEL, QUESTION_EMBEDDING_MODEL)
_MAX_INPUTS = 512
_MAX_INPUT_CHARACTERS = 200_000
# Clients tell refusals by this reason of the protocol.
_FINISH_REASONS = {"answered": "stop", "abstained": "stop", "refused": "content_filter"}


class ContentPart(BaseModel):
    """A piece of a message; only text is understood."""

    type: str
    text: str = ""


class ChatMessage(BaseModel):
    """One message; further fields of the protocol are accepted and ignored."""

    model_config = ConfigDict(extra="ignore")
    role: str
    content: str | list[ContentPart] | None = None

    def text(self) -> str:
        if self.content is None or isinstance(self.content, str):
            return self.content or ""
        if any(part.type != "text" for part in self.content):
            raise InvalidRequestError(
                "A message holds something other than text.", remedy="Send text only."
            )
        return "\n".join(part.text for part in self.content)


class ChatRequest(BaseModel):
    """Sampling fields (temperature and the like) have nothing to act on and are ignored."""

    model_config = ConfigDict(extra="ignore")
    model: str
    messages: list[ChatMessage] = Field(min_length=1, max_length=1000)
    stream: bool = False

    def questions(self) -> list[str]:
        """What the user said, oldest first; the last one is the question."""
        asked = [message.text().strip() for message in self.messages if message.role == "user"]
        if not asked or not asked[-1]:
            raise InvalidRequestError(
                "There is no message of the role user.", remedy="Put the question in the last one."
            )
        return asked


class EmbeddingRequest(BaseModel):
    model_config = ConfigDict(extra="ignore")
    model: str
    input: str | list[str]
    encoding_format: Literal["float", "base64"] = "float"

    def texts(self) -> list[str]:
        texts = [self.input] if isinstance(self.input, str) else self.input
        if not texts or any(not text.strip() for text in texts):
            raise InvalidRequestError("An input text is empty.", remedy="Leave empty texts out.")
        if len(texts) > _MAX_INPUTS or sum(map(len, texts)) > _MAX_INPUT_CHARACTERS:
            raise InvalidRequestError(
                f"At most {_MAX_INPUTS} texts and {_MAX_INPUT_CHARACTERS} characters at a time.",
                remedy="Send them in several requests.",
            )
        return texts


def model_list(experts: Sequence[ExpertRecord], created: int) -> dict[str, Any]:
    """The house's models, then the experts by scene: their names lead to the release of the day."""
    own = ({"id": name, "created": created, "owned_by": "teaegg"} for name in MODELS)
    trained = (
        {
            "id": record.expert.scene,
            "created": int(record.registered_at.timestamp()),
            "owned_by": "teaegg",
            "title": record.title,
            "expert": record.id,
        }
        for record in experts
        if record.expert.scene not in MODELS
    )
    return {"object": "list", "data": [{**model, "object": "model"} for model in (*own, *trained)]}


def completion(answer: Answer, model: str, created: int) -> dict[str, Any]:
    """The proof stands beside the content: `verdict`, `trace` and `citations` of the message."""
    content = spoken(answer)
    message = {"role": "assistant", "content": content, "refusal": None, **_proof(answer)}
    choice = {
        "index": 0,
        "message": message,
        "finish_reason": _FINISH_REASONS[answer.verdict],
        "logprobs": None,
    }
    return {
        "id": f"chatcmpl-{answer.trace}",
        "object": "chat.completion",
        "created": created,
        "model": model,
        "choices": [choice],
    }


def spoken(answer: Answer) -> str:
    """The answer, and below it which cited documents are not in force: most clients show no more."""
    return "\n\n".join(part for part in (answer.text, "\n".join(answer.notes)) if part)


def chunk(
    identity: str, model: str, created: int, delta: dict[str, Any], finish_reason: str | None = None
) -> dict[str, Any]:
    return {
        "id": identity,
        "object": "chat.completion.chunk",
        "created": created,
        "model": model,
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish_reason, "logprobs": None}],
    }


def sentence_delta(content: str, sentence: Sentence) -> dict[str, Any]:
    """The next words, with the citations that prove them."""
    return {"content": content, "citations": sentence_record(sentence)["citations"]}


def last_delta(content: str, answer: Answer) -> tuple[dict[str, Any], str]:
    """(what is left to say with the whole proof, finish reason)."""
    said: dict[str, Any] = {"content": content} if content else {}
    return {**said, **_proof(answer)}, _FINISH_REASONS[answer.verdict]


def embedding_list(vectors: Vectors, model: str, encoding: str) -> dict[str, Any]:
    """`vectors` of shape (texts, dimensions). Tokens are not counted, so `usage` is 0."""
    return {
        "object": "list",
        "model": model,
        "data": [
            {"object": "embedding", "index": index, "embedding": _encoded(row, encoding)}
            for index, row in enumerate(vectors)
        ],
        "usage": {"prompt_tokens": 0, "total_tokens": 0},
    }


def _encoded(row: Vectors, encoding: str) -> Sequence[float] | str:
    if encoding == "base64":
        return base64.b64encode(row.astype(np.dtype("<f4")).tobytes()).decode()
    return [float(value) for value in row]


def _proof(answer: Answer) -> dict[str, Any]:
    return {
        "verdict": answer.verdict,
        "confidence": round(answer.confidence, 4),
        "trace": answer.trace,
        "expert": answer.expert,
        "citations": [
            citation_record(citation)
            for sentence in answer.sentences
            for citation in sentence.citations
        ],
        "nearest": [citation_record(citation) for citation in answer.nearest],
        "versions": {name: shown_version(note) for name, note in answer.versions.items()},
    }
