"""The workspace: the one object behind every door. A door parses, calls a method here, shapes the reply."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from teaegg.access.service import Access
from teaegg.app.exams.examinees import Doors
from teaegg.app.exams.examining import Examining
from teaegg.app.exams.origins import ItemOrigins
from teaegg.app.exams.register import Exams
from teaegg.app.experts.beside import Beside, within
from teaegg.app.experts.datasets import Datasets
from teaegg.app.experts.distilling import Distilling
from teaegg.app.experts.packs import Packs
from teaegg.app.experts.planning import Planning
from teaegg.app.experts.rebasing import Rebasing
from teaegg.app.experts.register import Experts
from teaegg.app.experts.releasing import Releases
from teaegg.app.glossary import Glossary
from teaegg.app.quality.opinions import Opinions
from teaegg.app.quality.readiness import Readying
from teaegg.app.quality.traces import ReadableTraces
from teaegg.app.sources import Sources
from teaegg.core.actors import Actor
from teaegg.core.answers import AskedMode
from teaegg.core.documents import Document, ParsedDocument, Passage
from teaegg.core.errors import InvalidRequestError, NotFoundError
from teaegg.core.settings import Settings
from teaegg.core.versions import VersionNote
from teaegg.ingest.learning.learner import Learner
from teaegg.ingest.vectors import VectorFiller
from teaegg.models.base import ChatModel, Embedder
from teaegg.retrieval.answering import Answerer, Asked
from teaegg.retrieval.events import AnswerEvent, AnswerReady
from teaegg.retrieval.search import Searcher, SearchResult
from teaegg.serving.conversations import Conversations
from teaegg.store.blobs import BlobStore
from teaegg.store.codec import decode_parsed
from teaegg.store.documents import DocumentRecords
from teaegg.store.index import PassageIndex

_MAX_QUESTION_CHARACTERS = 4000
_QUIET_SECONDS = 5.0
_QUIET_LOOKS = 100


@dataclass(frozen=True, slots=True)
class Parts:
    """What a workspace answers with; `app.wiring` puts it together."""

    settings: Settings
    access: Access
    glossary: Glossary
    index: PassageIndex
    documents: DocumentRecords
    blobs: BlobStore
    traces: ReadableTraces
    opinions: Opinions
    conversations: Conversations
    searcher: Searcher
    answerer: Answerer
    learner: Learner
    sources: Sources
    vectors: VectorFiller
    chat: ChatModel
    embedder: Embedder


@dataclass(frozen=True, slots=True)
class Making:
    """All that makes experts of documents, examines them and lets them answer. `examining` is made for
    the doors through which exams come in: the workspace's own; `packs` for it, whose reports they carry."""

    datasets: Datasets
    experts: Experts
    distilling: Distilling
    rebasing: Rebasing
    packs: Callable[[Examining], Packs]
    planning: Planning
    exams: Exams
    examining: Callable[[Doors], Examining]
    exam_items: ItemOrigins
    releases: Releases
    beside: Beside
    readying: Readying


class Workspace:
    """Everything TeaEgg can do, each method on behalf of an actor.

    What an actor may not see raises the same NotFoundError as what is not there.
    """

    def __init__(self, parts: Parts, making: Making) -> None:
        self._parts = parts
        self.settings = parts.settings
        self.access = parts.access
        self.glossary = parts.glossary
        self.conversations = parts.conversations
        self.opinions = parts.opinions
        self.learner = parts.learner
        self.sources = parts.sources
        self.datasets = making.datasets
        self.experts = making.experts
        self.distilling = making.distilling
        self.rebasing = making.rebasing
        self.planning = making.planning
        self.exams = making.exams
        doors = Doors(self.ask, self.search, self.documents, self.conversations)
        self.examining = making.examining(doors)
        self.packs = making.packs(self.examining)
        self.exam_items = making.exam_items
        self.releases = making.releases
        self.beside = making.beside
        self.readying = making.readying
        self.vectors = parts.vectors
        self.chat = parts.chat
        self.embedder = parts.embedder

    async def search(
        self,
        actor: Actor,
        question: str,
        *,
        limit: int = 10,
        collections: Iterable[str] = (),
    ) -> SearchResult:
        """The `limit` best passages for `question` among those the actor may read."""
        return await self._parts.searcher.search(
            _checked(question),
            visible=await self.access.visible(actor),
            limit=limit,
            collections=frozenset(collections),
        )

    async def ask(
        self,
        actor: Actor,
        question: str,
        *,
        mode: AskedMode | None = None,
        collections: Iterable[str] = (),
        conversation: str = "",
        expert: str = "",
        sandbox: bool = False,
    ) -> AsyncGenerator[AnswerEvent, None]:
        """Answer events, the last of them `AnswerReady`; in a conversation, follow-ups are understood.

        `expert` (a scene, or the id of an expert) answers instead of a mode; with `sandbox` also one
        that has not been released.
        """
        question = _checked(question)
        if expert and mode:
            raise InvalidRequestError(
                "An expert answers in its own way; a mode cannot be asked for beside it.",
                remedy="Name the expert or the mode.",
            )
        heard = await self.beside.heard(actor, expert, sandbox=sandbox) if expert else None
        reading = heard.reading if heard else None
        chosen = frozenset(collections)
        understood = question
        if conversation:
            understood = await self.conversations.understand(conversation, actor, question)
        asked = Asked(
            question=question,
            understood=understood,
            actor=actor,
            visible=await self.access.visible(actor),
            mode="expert" if reading else mode or self.settings.answers.mode,
            collections=within(reading, chosen),
            expert=reading,
        )
        with self.beside.somebody_asks():
            async for event in self._parts.answerer.answer(asked):
                if heard and isinstance(event, AnswerReady):
                    self.beside.answered(heard, asked, chosen, event.answer)
                if conversation and isinstance(event, AnswerReady):
                    await self.conversations.remember(
                        conversation, question, understood, event.answer.trace
                    )
                yield event

    async def until_quiet(self) -> None:
        """Wait while questions are open, but not for ever: background work must get on as well."""
        for _ in range(_QUIET_LOOKS):
            if not self.beside.open_questions:
                return
            await asyncio.sleep(_QUIET_SECONDS / _QUIET_LOOKS)

    async def trace(self, actor: Actor, trace: str) -> dict[str, Any]:
        """The full record of an answer; raises NotFoundError as `ReadableTraces.read`."""
        return await self._parts.traces.read(actor, trace)

    async def documents(
        self,
        actor: Actor,
        *,
        collection: str | None = None,
        limit: int | None = None,
        offset: int = 0,
    ) -> Sequence[Document]:
        """The documents that the actor may know of, by title."""
        return await self._parts.documents.list(
            visible=await self.access.visible(actor),
            collection=collection,
            limit=limit,
            offset=offset,
        )

    async def document(self, actor: Actor, document: str) -> Document:
        found = await self._parts.documents.get(document, visible=await self.access.visible(actor))
        if found is None:
            raise NotFoundError(
                f"There is no document {document[:80]!r}.", remedy="See `teaegg documents`."
            )
        return found

    async def original(self, actor: Actor, document: str) -> tuple[Document, bytes]:
        """The bytes as they were learned."""
        found = await self.document(actor, document)
        return found, await self._parts.blobs.get(found.version)

    async def parsed(self, actor: Actor, document: str) -> tuple[Document, ParsedDocument]:
        """What was understood of the document; its `text` is what character spans refer to."""
        found = await self.document(actor, document)
        if not found.parsed:
            raise NotFoundError(
                f"The document {found.title!r} could not be read: {found.reason}",
                remedy="Correct the file and learn it again.",
            )
        return found, decode_parsed(await self._parts.blobs.get(found.parsed))

    async def version_note(self, actor: Actor, document: str) -> VersionNote | None:
        """Why the document does not apply today; None when it does, as far as is known."""
        found = await self.document(actor, document)
        visible = await self.access.visible(actor)
        return await self._parts.searcher.version_note(found.id, visible=visible)

    async def passages(self, actor: Actor, document: str) -> list[Passage]:
        found = await self.document(actor, document)
        return await self._parts.index.passages_of(
            found.id, visible=await self.access.visible(actor)
        )

    async def without_vector(self, actor: Actor, document: str) -> frozenset[str]:
        """Ids of the document's passages that are found by full text only, for now."""
        found = await self.document(actor, document)
        missing = await self._parts.index.vectors_missing(
            found.id, visible=await self.access.visible(actor)
        )
        return frozenset(passage.id for passage in missing)

    async def progress(self, actor: Actor) -> dict[str, int]:
        """State → number of the actor's documents in it."""
        return await self._parts.documents.count_by_state(visible=await self.access.visible(actor))

    def upload_path(self, collection: str, name: str) -> Path:
        """Where an uploaded file is kept before it is learned; the name can lead nowhere else."""
        plain = Path(name.replace("\\", "/")).name.strip().lstrip(".")
        if not plain or "\x00" in plain:
            raise InvalidRequestError(f"{name[:80]!r} is no file name.", remedy="Rename the file.")
        return self.settings.home / "uploads" / collection / plain


def _checked(question: str) -> str:
    question = question.strip()
    if not question:
        raise InvalidRequestError("The question is empty.", remedy="Write what you want to know.")
    if len(question) > _MAX_QUESTION_CHARACTERS:
        raise InvalidRequestError(
            f"The question has {len(question)} characters, {_MAX_QUESTION_CHARACTERS} are allowed.",
            remedy="Ask in fewer words.",
        )
    return question
