"""The OpenAI-compatible door: an unchanged client asks TeaEgg as if it were a model."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import numpy as np
from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from teaegg.app.api import openai_shapes as shapes
from teaegg.app.api.errors import openai_error_body
from teaegg.app.api.event_stream import frame, stream
from teaegg.app.api.identity import TheActor, TheSecond, TheWorkspace
from teaegg.app.workspace import Workspace
from teaegg.core.actors import Actor
from teaegg.core.answers import Sentence
from teaegg.core.errors import NotFoundError
from teaegg.core.ids import random_id
from teaegg.retrieval.events import AnswerReady, SentenceReady
from teaegg.retrieval.query import language_of
from teaegg.retrieval.wording import answer_text
from teaegg.serving.followups import understand_followup

router = APIRouter(prefix="/v1", tags=["openai"])
_DONE = "data: [DONE]\n\n"


@router.get("/models")
async def models(actor: TheActor, created: TheSecond) -> dict[str, Any]:
    return shapes.model_list(created)


@router.post("/chat/completions")
async def chat_completions(
    request: shapes.ChatRequest, actor: TheActor, workspace: TheWorkspace, created: TheSecond
) -> Response:
    """The last user message is the question; earlier ones tell what it refers to."""
    _require_model(request.model, request.model in shapes.CHAT_MODELS)
    *earlier, question = request.questions()
    understood = understand_followup(question, _understood(earlier))
    if request.stream:
        return await stream(
            _chunks(workspace, actor, understood, request.model, created),
            on_error=openai_error_body,
            event="",
        )
    mode = shapes.CHAT_MODELS[request.model]
    async for event in workspace.ask(actor, understood, mode=mode):
        if isinstance(event, AnswerReady):
            return JSONResponse(shapes.completion(event.answer, request.model, created))
    raise AssertionError("workspace.ask always ends with AnswerReady")


@router.post("/embeddings")
async def embeddings(
    request: shapes.EmbeddingRequest, actor: TheActor, workspace: TheWorkspace
) -> dict[str, Any]:
    """Unit vectors. The embedder treats questions and passages differently; the model name tells."""
    as_questions = request.model == shapes.QUESTION_EMBEDDING_MODEL
    _require_model(request.model, as_questions or request.model == shapes.EMBEDDING_MODEL)
    texts = request.texts()
    if as_questions:
        vectors = np.stack([await workspace.embedder.embed_question(text) for text in texts])
    else:
        vectors = await workspace.embedder.embed_passages(texts)
    return shapes.embedding_list(vectors, request.model, request.encoding_format)


async def _chunks(
    workspace: Workspace, actor: Actor, question: str, model: str, created: int
) -> AsyncIterator[str]:
    """Role, one chunk per sentence, the proof, and the end mark of the protocol."""
    identity = random_id("chatcmpl-")
    mode = shapes.CHAT_MODELS[model]
    language = language_of(question)
    sentences: list[Sentence] = []
    said = ""
    async for event in workspace.ask(actor, question, mode=mode):
        if isinstance(event, SentenceReady):
            sentences.append(event.sentence)
            whole = answer_text(sentences, language, mode or workspace.settings.answers.mode)
            delta = shapes.sentence_delta(whole[len(said) :], event.sentence)
            said = whole
            yield frame(shapes.chunk(identity, model, created, delta))
        elif isinstance(event, AnswerReady):
            # A refusal after some sentences is said on a line of its own.
            answer = event.answer
            whole = shapes.spoken(answer)
            rest = whole[len(said) :] if whole.startswith(said) else f"\n{whole}"
            last, reason = shapes.last_delta(rest, answer)
            yield frame(shapes.chunk(identity, model, created, last, reason))
            yield _DONE
        else:
            opening = {"role": "assistant", "content": ""}
            yield frame(shapes.chunk(identity, model, created, opening))


def _understood(earlier: list[str]) -> list[str]:
    """Each earlier question in the light of those before it."""
    known: list[str] = []
    for question in earlier:
        known.append(understand_followup(question, known))
    return known


def _require_model(name: str, is_known: bool) -> None:
    if not is_known:
        raise NotFoundError(f"There is no model {name[:80]!r}.", remedy="See GET /v1/models.")
