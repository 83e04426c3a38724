"""The only place where things are put together."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple

from teaegg.access.service import Access
from teaegg.app.configuration import secret_of
from teaegg.app.exams.examinees import Bases, Doors, Examinees
from teaegg.app.exams.examining import Examining
from teaegg.app.exams.option_readers import make_reader_of_options
from teaegg.app.exams.origins import ItemOrigins
from teaegg.app.exams.register import Exams
from teaegg.app.exams.teaching import Teaching
from teaegg.app.experts.beside import Beside
from teaegg.app.experts.datasets import Datasets
from teaegg.app.experts.distilling import Distilling
from teaegg.app.experts.held_out import HeldOutExams
from teaegg.app.experts.models import (
    HostedExperts,
    base_hash_of,
    make_expert_models,
    unknown_base,
)
from teaegg.app.experts.packs import Packs
from teaegg.app.experts.planning import Planning
from teaegg.app.experts.rebasing import JourneyOn, Rebasing
from teaegg.app.experts.register import ExpertParts, Experts
from teaegg.app.experts.releasing import ReleaseParts, Releases
from teaegg.app.experts.vouching import Vouching, VouchingParts
from teaegg.app.glossary import Glossary
from teaegg.app.quality.opinions import Opinions
from teaegg.app.quality.readiness import ReadinessSources, Readying
from teaegg.app.quality.traces import ReadableTraces
from teaegg.app.sources import Sources
from teaegg.app.workspace import Making, Parts, Workspace
from teaegg.core.clock import Clock, SystemClock
from teaegg.core.errors import StorageError, TeaEggError
from teaegg.core.settings import Settings
from teaegg.distill.examining import EngineExaminer
from teaegg.distill.export.factory import make_exporter
from teaegg.distill.journey import Journey
from teaegg.distill.lineage.forgetting import Forgetting
from teaegg.distill.packs.keyring import Keyring
from teaegg.distill.train.factory import make_trainer
from teaegg.ingest.learning.learner import Learner
from teaegg.ingest.vectors import VectorFiller
from teaegg.models.base import ChatModel, Embedder
from teaegg.models.factory import make_chat_model, make_embedder
from teaegg.retrieval.answering import Answerer
from teaegg.retrieval.reading import ExpertModels
from teaegg.retrieval.search import Searcher
from teaegg.retrieval.understanding.company_words import CompanyWords
from teaegg.serving.conversations import Conversations
from teaegg.store.blobs import BlobStore
from teaegg.store.database import Database, open_database
from teaegg.store.documents import DocumentRecords
from teaegg.store.exams.feedback import FeedbackRecords
from teaegg.store.exams.records import ExamRecords
from teaegg.store.exams.sittings import SittingRecords
from teaegg.store.experts.files import ExpertFiles
from teaegg.store.experts.lineage import LineageRecords
from teaegg.store.experts.records import ExpertRecords
from teaegg.store.glossary import GlossaryFile
from teaegg.store.index import PassageIndex
from teaegg.store.lance.index import open_lance_index
from teaegg.store.releases.canaries import CanaryRecords
from teaegg.store.releases.records import ReleaseRecords
from teaegg.store.releases.shadows import ShadowRecords
from teaegg.store.releases.verdicts import VerdictRecords
from teaegg.store.sources import SourceRecords
from teaegg.store.traces import ConversationRecords, TraceRecords

_LOG = logging.getLogger(__name__)


class Ways(NamedTuple):
    """To experts: `here` on the base in use, `on` any other."""

    here: Callable[[], Journey]
    on: JourneyOn


@asynccontextmanager
async def open_workspace(
    settings: Settings,
    *,
    clock: Clock | None = None,
    chat: ChatModel | None = None,
    embedder: Embedder | None = None,
    expert_models: ExpertModels | None = None,
    make_journey: Callable[[], Journey] | None = None,
    journey_on: JourneyOn | None = None,
) -> AsyncIterator[Workspace]:
    """A workspace over `settings.home`; models load at their first use.

    `clock`, `chat`, `embedder`, `expert_models`, `make_journey` (what trains experts) and `journey_on`
    (what trains them on another base) replace what the settings name, for tests and programs.
    Raises StorageError when the home folder cannot be used.
    """
    _make_home(settings)
    clock = clock or SystemClock()
    async with AsyncExitStack() as stack:
        given, chat = chat, chat or make_chat_model(settings.chat)
        stack.push_async_callback(chat.close)
        embedder = embedder or make_embedder(settings.embedding)
        stack.push_async_callback(embedder.close)
        database = await open_database(
            settings.storage.database_url or f"sqlite+aiosqlite:///{settings.home / 'records.db'}"
        )
        stack.push_async_callback(database.close)
        index = await open_lance_index(
            settings.storage.index_url or str(settings.home / "index"),
            dimensions=settings.embedding.dimensions,
        )
        if expert_models is None:
            expert_models = make_expert_models(settings.chat)
            stack.push_async_callback(expert_models.close)
        experts = _expert_parts(settings, database, expert_models)
        await _finish_forgetting(experts.forgetting)
        ways = Ways(
            make_journey or partial(_journey, settings, clock, settings.chat.local_file),
            journey_on or partial(_journey, settings, clock),
        )
        parts = _assemble(settings, database, index, chat, embedder, clock, experts)
        stack.push_async_callback(parts.learner.close)
        stack.push_async_callback(parts.sources.close)
        bases = _bases(settings, chat, None if given else expert_models)
        making = _making(parts, database, experts, ways, bases, clock)
        stack.push_async_callback(making.beside.close)
        yield Workspace(parts, making)


def _assemble(
    settings: Settings,
    database: Database,
    index: PassageIndex,
    chat: ChatModel,
    embedder: Embedder,
    clock: Clock,
    experts: ExpertParts,
) -> Parts:
    documents = DocumentRecords(database)
    blobs = BlobStore(settings.home / "blobs")
    traces = TraceRecords(database)
    glossary = GlossaryFile(Path(settings.search.glossary or settings.home / "glossary.csv"))
    access = Access(
        database, clock, session_hours=settings.server.session_hours, oidc=settings.oidc
    )
    learner = Learner(
        index,
        documents,
        blobs,
        settings.ingest,
        clock,
        after_forgetting=experts.forgetting.finish,
    )
    readable = ReadableTraces(traces, access, documents)
    searcher = Searcher(index, documents, embedder, CompanyWords(glossary), settings.search, clock)
    return Parts(
        settings=settings,
        access=access,
        glossary=Glossary(glossary, access, index),
        index=index,
        documents=documents,
        blobs=blobs,
        traces=readable,
        opinions=Opinions(FeedbackRecords(database), readable, clock),
        conversations=Conversations(ConversationRecords(database), clock),
        searcher=searcher,
        answerer=_answerer(settings, searcher, index, chat, embedder, traces, clock),
        learner=learner,
        sources=Sources(
            SourceRecords(database), documents, access, learner, settings.sources, clock, secret_of
        ),
        vectors=VectorFiller(index, documents, embedder, settings.embedding, clock),
        chat=chat,
        embedder=embedder,
    )


def _making(
    parts: Parts,
    database: Database,
    experts: ExpertParts,
    ways: Ways,
    bases: Bases,
    clock: Clock,
) -> Making:
    settings = parts.settings
    datasets = _datasets(parts, experts, clock)
    register = Experts(experts, parts.access, parts.documents, parts.learner, clock)
    exams = Exams(ExamRecords(database), clock)
    kept, teaching = _release_parts(database), Teaching(experts.lineage, settings.home)
    origins = ItemOrigins(exams, datasets, parts.access, parts.index, parts.traces, parts.embedder)

    def examining(doors: Doors) -> Examining:
        examinees = Examinees(settings, bases, register, doors, clock)
        return Examining(kept.sittings, exams, examinees, teaching, settings, clock)

    vouching = VouchingParts(kept.sittings, kept.verdicts, kept.releases, settings, clock)
    releases = Releases(kept, register, exams, teaching, settings.home, clock)
    held_out = HeldOutExams(origins, kept.sittings, clock)
    return Making(
        datasets=datasets,
        experts=register,
        distilling=Distilling(datasets, register, ways.here, held_out, clock),
        rebasing=Rebasing(
            register,
            ways.on,
            held_out,
            home=settings.home,
            running=settings.chat.local_file,
            clock=clock,
        ),
        packs=partial(_packs, vouching, register),
        planning=Planning(
            settings.home / "planning", datasets, register, settings, ways.here, clock
        ),
        exams=exams,
        examining=examining,
        exam_items=origins,
        releases=releases,
        beside=Beside(register, kept.canaries, kept.shadows, parts.answerer.answer, clock),
        readying=Readying(
            ReadinessSources(
                access=parts.access,
                documents=parts.documents,
                datasets=datasets,
                experts=register,
                exams=exams,
                feedback=FeedbackRecords(database),
                verdicts=kept.verdicts,
                policy=releases.policy,
            )
        ),
    )


def _datasets(parts: Parts, experts: ExpertParts, clock: Clock) -> Datasets:
    return Datasets(
        parts.settings.home / "datasets",
        parts.access,
        parts.documents,
        parts.index,
        parts.searcher,
        parts.settings.teacher,
        clock,
        experts.records,
    )


def _bases(settings: Settings, chat: ChatModel, lent: ExpertModels | None) -> Bases:
    """The bare base runs where experts run; else `chat` stands for it, behind whatever template."""
    if isinstance(lent, HostedExperts):
        return Bases(lent.base, lent.base_hash, partial(make_reader_of_options, settings.chat))
    return Bases(lambda template: chat, unknown_base, lambda expert: None)


def _packs(parts: VouchingParts, experts: Experts, examining: Examining) -> Packs:
    settings = parts.settings
    return Packs(
        experts,
        Keyring(settings.home / "keys"),
        Vouching(parts, examining),
        settings.home / "packing",
        settings.chat.local_file,
        base_hash_of(settings.chat),
        parts.clock,
    )


def _answerer(
    settings: Settings,
    searcher: Searcher,
    index: PassageIndex,
    chat: ChatModel,
    embedder: Embedder,
    traces: TraceRecords,
    clock: Clock,
) -> Answerer:
    return Answerer(
        searcher,
        index,
        chat,
        embedder,
        traces,
        search_settings=settings.search,
        answer_settings=settings.answers,
        clock=clock,
    )


def _expert_parts(settings: Settings, database: Database, models: ExpertModels) -> ExpertParts:
    lineage = LineageRecords(database)
    files = ExpertFiles(settings.home / "experts")
    return ExpertParts(
        records=ExpertRecords(database),
        lineage=lineage,
        files=files,
        forgetting=Forgetting(lineage, files, settings.home),
        models=models,
        base=settings.chat.local_file,
        base_hash=models.base_hash if isinstance(models, HostedExperts) else unknown_base,
    )


def _release_parts(database: Database) -> ReleaseParts:
    return ReleaseParts(
        releases=ReleaseRecords(database),
        verdicts=VerdictRecords(database),
        canaries=CanaryRecords(database),
        shadows=ShadowRecords(database),
        sittings=SittingRecords(database),
    )


async def _finish_forgetting(forgetting: Forgetting) -> None:
    """What a killed process has left to delete. A disk that refuses must not keep the rest shut."""
    try:
        await forgetting.finish()
    except TeaEggError as error:
        _LOG.error("Forgetting could not be finished: %s", error)


def _journey(settings: Settings, clock: Clock, base: Path | None) -> Journey:
    """The way to experts on `base` (None: the bundled one). Raises ModelError where what trains is not
    installed."""
    threads = settings.chat.threads
    return Journey(
        make_trainer(base, threads=threads),
        make_exporter(base, threads=threads),
        EngineExaminer(base, clock, threads=threads),
        base=base,
    )


def _make_home(settings: Settings) -> None:
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(
            f"The folder {settings.home} cannot be made: {error.strerror or error}.",
            remedy="Set TEAEGG_HOME to a folder you may write to.",
        ) from error
