"""Question to answer with proof: search, judge, quote or compose, verify, and keep the trace."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field

from teaegg.core.actors import Actor, VisibleSet
from teaegg.core.answers import Answer, AnswerMode, Citation, Evidence, Sentence, Verdict
from teaegg.core.clock import Clock
from teaegg.core.ids import random_id
from teaegg.core.settings import AnswerSettings, SearchSettings
from teaegg.core.versions import VersionNote
from teaegg.models.base import ChatModel, Embedder
from teaegg.retrieval.compose import ComposedSentence, Composer, compose_messages
from teaegg.retrieval.events import AnswerEvent, AnswerReady, EvidenceFound, SentenceReady
from teaegg.retrieval.quote import Quoter, Ranking
from teaegg.retrieval.reading import Reader, ReadingExpert
from teaegg.retrieval.search import Searcher, SearchResult
from teaegg.retrieval.tracing import trace_record
from teaegg.retrieval.wording import NO_ANSWER, REFUSED, answer_text, version_remark
from teaegg.store.index import PassageIndex
from teaegg.store.traces import TraceRecords

_NEAREST = 3


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as asked and as understood, by whom, and what they may know of.

    `expert` answers it in mode "expert", and is None in the others.
    """

    question: str
    understood: str
    actor: Actor
    visible: VisibleSet
    mode: AnswerMode
    collections: frozenset[str] = frozenset()
    expert: ReadingExpert | None = None


@dataclass(slots=True)
class _Work:
    """What has come of one question so far."""

    asked: Asked
    found: SearchResult
    ranking: Ranking
    prompt: str = ""
    sentences: list[Sentence] = field(default_factory=list)
    dropped: list[dict[str, object]] = field(default_factory=list)
    timings_ms: dict[str, float] = field(default_factory=dict)


class Answerer:
    """All modes behind one interface; what leaves here has been verified."""

    def __init__(
        self,
        searcher: Searcher,
        index: PassageIndex,
        chat: ChatModel,
        embedder: Embedder,
        traces: TraceRecords,
        *,
        search_settings: SearchSettings,
        answer_settings: AnswerSettings,
        clock: Clock,
    ) -> None:
        self._searcher = searcher
        self._chat = chat
        self._embedder = embedder
        self._quoter = Quoter(index, chat, embedder, answer_settings, clock)
        self._composer = Composer(chat)
        self._reader = Reader(passages=answer_settings.expert_passages)
        self._traces = traces
        self._evidence_passages = search_settings.evidence_passages
        self._settings = answer_settings
        self._clock = clock

    async def answer(self, asked: Asked) -> AsyncIterator[AnswerEvent]:
        """Events in order; the last one is always `AnswerReady`, and its trace has been stored.

        Raises ModelError and StorageError; nothing unverified is ever yielded.
        """
        started = self._clock.monotonic_seconds()
        found = await self._searcher.search(
            asked.understood,
            visible=asked.visible,
            limit=self._evidence_passages,
            collections=asked.collections,
        )
        ranking = await self._quoter.rank(
            found.query, found.evidence, visible=asked.visible, vector=found.vector
        )
        work = _Work(asked, found, ranking, timings_ms={**found.timings_ms, **ranking.timings_ms})
        yield EvidenceFound(asked.understood, found.evidence)
        if ranking.confidence < self._settings.abstain_below or not found.evidence:
            answer = self._abstained(work)
        else:
            async for sentence in self._sentences(work):
                yield SentenceReady(sentence)
            answer = self._answered(work)
        work.timings_ms["total"] = (self._clock.monotonic_seconds() - started) * 1000
        await self._keep(work, answer)
        yield AnswerReady(answer)

    def _sentences(self, work: _Work) -> AsyncIterator[Sentence]:
        if work.asked.expert is not None:
            return self._read(work, work.asked.expert)
        return self._quoted(work) if work.asked.mode == "quote" else self._composed(work)

    async def _quoted(self, work: _Work) -> AsyncIterator[Sentence]:
        timings = work.timings_ms
        async for picked in self._quoter.pick(work.found.query, work.ranking, work.found.evidence):
            work.prompt = work.prompt or picked.prompt
            timings["prefill"] = timings.get("prefill", 0.0) + picked.prefill_ms
            timings["decode"] = timings.get("decode", 0.0) + picked.decode_ms
            sentence = Sentence(picked.citation.quote, (picked.citation,))
            work.sentences.append(sentence)
            yield sentence

    def _composed(self, work: _Work) -> AsyncIterator[Sentence]:
        messages = compose_messages(work.asked.understood, work.found.evidence)
        work.prompt = "\n".join(message.content for message in messages)
        written = self._composer.stream(work.asked.understood, work.found.evidence)
        return self._proved(work, written, "compose")

    def _read(self, work: _Work, reading: ReadingExpert) -> AsyncIterator[Sentence]:
        evidence = work.found.evidence
        messages = self._reader.messages(
            reading.expert, work.asked.understood, evidence, work.found.query.language
        )
        work.prompt = "\n".join(message.content for message in messages)
        written = self._reader.stream(reading, messages, evidence, work.ranking.spans)
        return self._proved(work, written, "expert")

    async def _proved(
        self, work: _Work, written: AsyncIterator[ComposedSentence], stage: str
    ) -> AsyncIterator[Sentence]:
        """What could be proved of what a model wrote; the rest is kept for the trace."""
        started = self._clock.monotonic_seconds()
        async for each in written:
            if each.sentence is None:
                work.dropped.append({"text": each.text, "reasons": list(each.reasons)})
                continue
            work.sentences.append(each.sentence)
            yield each.sentence
        work.timings_ms[stage] = (self._clock.monotonic_seconds() - started) * 1000

    def _abstained(self, work: _Work) -> Answer:
        language = work.found.query.language
        return self._finish(work, "abstained", NO_ANSWER[language])

    def _answered(self, work: _Work) -> Answer:
        language = work.found.query.language
        if work.sentences and len(work.dropped) <= len(work.sentences):
            return self._finish(
                work, "answered", answer_text(work.sentences, language, work.asked.mode)
            )
        if not work.dropped:
            return self._abstained(work)
        work.sentences.clear()
        return self._finish(work, "refused", REFUSED[language])

    def _finish(self, work: _Work, verdict: Verdict, text: str) -> Answer:
        answered = verdict == "answered"
        sentences = tuple(work.sentences) if answered else ()
        nearest = () if answered else _nearest(work.ranking, work.found.evidence)
        cited = [citation for sentence in sentences for citation in sentence.citations]
        return Answer(
            verdict=verdict,
            text=text,
            sentences=sentences,
            mode=work.asked.mode,
            confidence=work.ranking.confidence,
            trace=random_id("t"),
            reason="" if answered else text,
            nearest=nearest,
            timings_ms=work.timings_ms,
            notes=_notes(cited, work.found),
            versions=_versions([*cited, *nearest], work.found),
            expert=work.asked.expert.expert.id if work.asked.expert else "",
        )

    async def _keep(self, work: _Work, answer: Answer) -> None:
        asked_at = self._clock.now()
        record = trace_record(
            answer,
            question=work.asked.question,
            understood=work.asked.understood,
            user=work.asked.actor.name,
            asked_at=asked_at,
            evidence=work.found.evidence,
            ranking=work.ranking,
            prompt=work.prompt,
            degraded=work.found.degraded,
            dropped=work.dropped,
            models=self._models(work.asked.expert),
        )
        await self._traces.put(
            answer.trace, user=work.asked.actor.name, asked_at=asked_at, record=record
        )

    def _models(self, expert: ReadingExpert | None) -> Mapping[str, str]:
        chat = expert.chat if expert else self._chat
        told = {
            "chat": chat.name,
            "chat_fingerprint": chat.fingerprint,
            "embedding": self._embedder.name,
        }
        return {**told, "expert_state": expert.state} if expert else told


def _notes(cited: Sequence[Citation], found: SearchResult) -> tuple[str, ...]:
    """Which of the cited documents are not in force, each said once."""
    language = found.query.language
    titles = {citation.document: citation.title for citation in cited}
    return tuple(
        version_remark(titles[document], note.said_in(language), language)
        for document, note in _versions(cited, found).items()
    )


def _versions(shown: Sequence[Citation], found: SearchResult) -> dict[str, VersionNote]:
    documents = dict.fromkeys(citation.document for citation in shown)
    return {name: found.versions[name] for name in documents if name in found.versions}


def _nearest(ranking: Ranking, evidence: Sequence[Evidence]) -> tuple[Citation, ...]:
    """The best span of each of the first passages: what a person would read first."""
    nearest: list[Citation] = []
    for span in ranking.spans:
        citation = span.citation(evidence)
        if all(citation.passage != other.passage for other in nearest):
            nearest.append(citation)
        if len(nearest) == _NEAREST:
            break
    return tuple(nearest)
