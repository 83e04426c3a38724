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
from teaegg.core.answers import AnswerMode, Sentence
from teaegg.core.errors import NotFoundError
from teaegg.core.ids import random_id
from teaegg.retrieval.events import AnswerEvent, AnswerReady, SentenceReady
from teaegg.retrieval.query import language_of
from teaegg.retrieval.wording import answer_text
from teaegg.serving.followups import understand_followup

router = APIRouter(prefix="/v1", tags=["openai"])
_DONE = "data: [DONE]\n\n"


@router.get("/models")
async def models(actor: TheActor, workspace: TheWorkspace, created: TheSecond) -> dict[str, Any]:
    """The house's models, and the released experts that the actor may use."""
    return shapes.model_list(await workspace.experts.access.released(actor), created)


@router.post("/chat/completions")
async def chat_completions(
    request: shapes.ChatRequest, actor: TheActor, workspace: TheWorkspace, created: TheSecond
) -> Response:
    """The last user message is the question; earlier ones tell what it refers to.

    A model that is none of the house's is an expert: a scene's current release, or one by its id.
    """
    await _require_chat_model(workspace, actor, request.model)
    *earlier, question = request.questions()
    understood = understand_followup(question, _understood(earlier))
    if request.stream:
        return await stream(
            _chunks(workspace, actor, understood, request.model, created),
            on_error=openai_error_body,
            event="",
        )
    async for event in _events(workspace, actor, understood, request.model):
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
    mode: AnswerMode = "expert"
    if model in shapes.CHAT_MODELS:
        mode = shapes.CHAT_MODELS[model] or workspace.settings.answers.mode
    language = language_of(question)
    sentences: list[Sentence] = []
    said = ""
    async for event in _events(workspace, actor, question, model):
        if isinstance(event, SentenceReady):
            sentences.append(event.sentence)
            whole = answer_text(sentences, language, mode)
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


def _events(
    workspace: Workspace, actor: Actor, question: str, model: str
) -> AsyncIterator[AnswerEvent]:
    if model in shapes.CHAT_MODELS:
        return workspace.ask(actor, question, mode=shapes.CHAT_MODELS[model])
    return workspace.ask(actor, question, expert=model)


def _understood(earlier: list[str]) -> list[str]:
    """Each earlier question in the light of those before it."""
    known: list[str] = []
    for question in earlier:
        known.append(understand_followup(question, known))
    return known


async def _require_chat_model(workspace: Workspace, actor: Actor, name: str) -> None:
    """An expert of others raises what a name raises that nothing has."""
    if name in shapes.CHAT_MODELS:
        return
    try:
        await workspace.experts.access.find(actor, name)
    except NotFoundError:
        _require_model(name, False)


def _require_model(name: str, is_known: bool) -> None:
    if not is_known:
        raise NotFoundError(f"There is no model {name[:80]!r}.", remedy="See GET /v1/models.")
