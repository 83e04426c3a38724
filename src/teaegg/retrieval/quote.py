"""The quote mode: rank the sentences of the evidence, let the model pick under a grammar, cite.

The model can emit only spans that stand verbatim in the evidence: the options are cut out of the
passages here, and the engine decodes under a grammar (or schema) whose only values they are. So
fabrication is impossible by construction, however small the model is.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from teaegg.core.actors import VisibleSet
from teaegg.core.answers import Citation, Evidence
from teaegg.core.clock import Clock
from teaegg.core.settings import AnswerSettings
from teaegg.guard.instructions import closed_stretches
from teaegg.models.base import ChatModel, Embedder, Vectors
from teaegg.retrieval.query import Language, Query
from teaegg.retrieval.sentence_vectors import SentenceVectors
from teaegg.retrieval.spans.answerability import (
    ANSWER_FEATURES,
    answer_features,
    probabilities,
)
from teaegg.retrieval.spans.evidence import (
    Floats,
    Source,
    Span,
    read_question,
    read_spans,
)
from teaegg.retrieval.spans.features import lexical_features, with_cosines
from teaegg.retrieval.spans.model import SpanModel, fill_budget, fitted_model
from teaegg.retrieval.spans.sentences import split_sentences
from teaegg.store.index import PassageIndex

_FREQUENCY_CAP = 1000
_WHOLE_ROW_CHARACTERS = 400
_PROMPTS: dict[Language, str] = {
    "zh": "资料：\n{options}\n\n问题：{question}\n资料中回答这个问题的原文：\n",
    "en": "Documents:\n{options}\n\nQuestion: {question}\nThe sentence that answers it:\n",
}


@dataclass(frozen=True, slots=True)
class ScoredSpan:
    """A sentence of the evidence: `text` is `evidence[evidence].passage.text[start:end]`.

    `belief` is its probability of being the answer, given that one of the shortlist is.
    """

    evidence: int
    start: int
    end: int
    text: str
    score: float
    belief: float

    def citation(self, evidence: Sequence[Evidence]) -> Citation:
        """The span as a citation in the coordinates of its document's canonical text."""
        return Citation.of(evidence[self.evidence].passage, self.start, self.end)


@dataclass(frozen=True, slots=True)
class Ranking:
    """Sentences best first, those that fill the budget, and whether they answer at all.

    `confidence` is the calibrated probability that the evidence answers; `answerability` the named
    features behind it.
    """

    spans: tuple[ScoredSpan, ...]
    offered: tuple[int, ...]
    confidence: float
    answerability: Mapping[str, float]
    timings_ms: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Picked:
    """One span the model picked, what it was asked, and what it cost in milliseconds."""

    citation: Citation
    prompt: str
    prefill_ms: float
    decode_ms: float


_NOTHING = Ranking((), (), 0.0, {})


class Quoter:
    """Ranks sentences by the fitted model and has the language model pick among the best."""

    def __init__(
        self,
        index: PassageIndex,
        chat: ChatModel,
        embedder: Embedder,
        settings: AnswerSettings,
        clock: Clock,
        model: SpanModel | None = None,
    ) -> None:
        self._index = index
        self._chat = chat
        self._embedder = embedder
        self._sentences = SentenceVectors(embedder)
        self._settings = settings
        self._clock = clock
        self._model = model or fitted_model()

    async def rank(
        self,
        query: Query,
        evidence: Sequence[Evidence],
        *,
        visible: VisibleSet,
        vector: Vectors | None = None,
    ) -> Ranking:
        """Judge every sentence of `evidence`; `visible` bounds the statistics of the terms too.

        `vector` is the question's where the search has made it already. Raises ModelError.
        """
        started = self._clock.monotonic_seconds()
        frequencies = await self._index.frequencies(
            query.terms, visible=visible, cap=_FREQUENCY_CAP
        )
        question = read_question(query.text, frequencies, await self._index.count(visible=visible))
        spans = read_spans(question, [_source(item) for item in evidence])
        if not spans:
            return _NOTHING
        lexical = lexical_features(question, spans)
        rows = self._model.shortlist(lexical)
        shortlist = [spans[row] for row in rows]
        cosines = await self._cosines(query.text, vector, shortlist)
        features = with_cosines(lexical[rows], cosines)
        scores = self._model.scores(features)
        judged = answer_features(question, spans, shortlist, features, scores)
        belief = probabilities(scores)
        order = np.argsort(-scores, kind="stable")
        position = {int(row): rank for rank, row in enumerate(order)}
        offered = fill_budget(shortlist, scores, self._settings.quote_characters)
        return Ranking(
            spans=tuple(
                _scored(shortlist[row], float(scores[row]), float(belief[row])) for row in order
            ),
            offered=tuple(position[row] for row in offered[: self._settings.spans_offered]),
            confidence=self._model.confidence(judged),
            answerability=dict(zip(ANSWER_FEATURES, map(float, judged), strict=True)),
            timings_ms={"rank": (self._clock.monotonic_seconds() - started) * 1000},
        )

    async def pick(
        self, query: Query, ranking: Ranking, evidence: Sequence[Evidence]
    ) -> AsyncIterator[Picked]:
        """The offered spans in the order in which the model picks them. Raises ModelError.

        It decides wherever the scores leave doubt; a span that is far more probable than all others
        is the only sentence of the grammar, and nothing needs to be decoded.
        """
        offered = _distinct([ranking.spans[rank] for rank in ranking.offered])
        listed = "\n".join(span.text for span in offered)
        prompt = _PROMPTS[query.language].format(options=listed, question=query.text)
        while offered:
            best = max(span.belief for span in offered)
            open_spans = [s for s in offered if s.belief * self._settings.doubt_ratio >= best]
            choice = await self._chat.choose(prompt, [span.text for span in open_spans], picks=1)
            chosen = open_spans[choice.picked[0]]
            yield Picked(chosen.citation(evidence), prompt, choice.prefill_ms, choice.decode_ms)
            offered.remove(chosen)
            prompt = f"{prompt}{chosen.text}\n"

    async def _cosines(
        self, question: str, vector: Vectors | None, shortlist: Sequence[Span]
    ) -> Floats:
        asked = await self._embedder.embed_question(question) if vector is None else vector
        vectors = await self._sentences.of([span.text for span in shortlist])
        cosines = (vectors @ asked).astype(np.float64)
        for span, cosine in zip(shortlist, cosines, strict=True):
            span.cosine = float(cosine)
        return cosines


def _source(item: Evidence) -> Source:
    passage = item.passage
    is_row = passage.location.row is not None and "\n" not in passage.text
    return Source(
        text=_without_orders(passage.text),
        score=item.score,
        heading=" ".join((passage.title, *passage.location.path)),
        whole=is_row and len(passage.text) <= _WHOLE_ROW_CHARACTERS,
    )


def _without_orders(text: str) -> str:
    """Sentences that give orders to a model, blanked: they are no answer, and places must not move."""
    for begin, stop in closed_stretches(text):
        for start, end in split_sentences(text):
            if start < stop and begin < end:
                text = text[:start] + " " * (end - start) + text[end:]
    return text


def _scored(span: Span, score: float, belief: float) -> ScoredSpan:
    return ScoredSpan(span.passage, span.start, span.end, span.text, score, belief)


def _distinct(spans: Sequence[ScoredSpan]) -> list[ScoredSpan]:
    """The same words may stand in two documents: as an option they are one, the better ranked."""
    return list({span.text: span for span in reversed(spans)}.values())[::-1]
