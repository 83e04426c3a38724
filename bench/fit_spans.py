"""Fit the weights that rank sentences and judge answerability; write them and report the other half.

Data: cmrc2018 and xquad (Chinese and English), both CC BY-SA 4.0, halved by a hash of the passage's
id: fitted on one half, reported on the other. Negative examples for answerability: the right
passage taken away (`near`), and only its answering sentences taken away (`cut`).

usage: python -m bench.fit_spans [--write] [--limit N]
"""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from bench.data import ROOT, half_of, rows, spread
from bench.measuring import Progress, arguments, home_folder, report
from teaegg.core.actors import VisibleSet
from teaegg.core.documents import Passage
from teaegg.core.settings import AnswerSettings
from teaegg.models.nano import NanoEmbedder
from teaegg.retrieval.query import understand
from teaegg.retrieval.ranking.fusion import fuse
from teaegg.retrieval.spans.answerability import ANSWER_FEATURES, answer_features
from teaegg.retrieval.spans.content import content_terms
from teaegg.retrieval.spans.evidence import Question, Source, Span, read_question, read_spans
from teaegg.retrieval.spans.features import SPAN_FEATURES, lexical_features, with_cosines
from teaegg.retrieval.spans.model import SHORTLIST, SpanModel, fill_budget
from teaegg.retrieval.spans.sentences import split_sentences
from teaegg.store.index import Hit
from teaegg.store.lance.index import open_lance_index

Floats = NDArray[np.float64]
Kind = Literal["present", "near", "cut"]
KINDS: tuple[Kind, ...] = ("present", "near", "cut")
WEIGHTS = ROOT / "src" / "teaegg" / "retrieval" / "spans" / "weights.json"
EVIDENCE = 6
BUDGET = AnswerSettings().quote_characters
FREQUENCY_CAP = 1000
ANSWERED_WHEN_THERE = 0.90
"""The threshold is set where this share of the fitting half's answerable questions is answered."""
_COSINES = [i for i, name in enumerate(SPAN_FEATURES) if name.startswith("cosine")]


@dataclass
class Example:
    """One question over one kind of evidence; `right` marks the rows that hold the answer."""

    corpus: str
    half: int
    kind: Kind
    question: Question
    spans: list[Span]
    features: Floats
    right: NDArray[np.bool_]
    answers: list[str]
    shortlist: list[Span] = field(default_factory=list)
    listed: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    listed_right: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, dtype=bool))


def corpora(limit: int) -> list[tuple[str, dict[str, str], list[dict[str, Any]]]]:
    """(name, passage id → text, questions with id, passage, question, answers)."""
    cmrc = {row["doc_id"]: row["text"] for row in rows("cmrc2018/passages.jsonl")}
    found = [("cmrc", cmrc, spread(rows("cmrc2018/questions.jsonl"), limit))]
    for language in ("zh", "en"):
        texts = {row["doc_id"]: row[f"text_{language}"] for row in rows("xquad/passages.jsonl")}
        questions = [
            {**row, "question": row[f"question_{language}"], "answers": row[f"answers_{language}"]}
            for row in spread(rows("xquad/questions.jsonl"), limit)
        ]
        found.append((f"xquad-{language}", texts, questions))
    return found


async def examples(
    home: Path, name: str, texts: dict[str, str], questions: Sequence[dict[str, Any]]
) -> AsyncIterator[Example]:
    """Every question over all three kinds of evidence, retrieved by the product's own index."""
    index = await open_lance_index(str(home / name), dimensions=384)
    passages = {
        key: ("collection:a", [Passage(f"{key}-0", key, "v", "a", "", 0, text, 0, len(text))])
        for key, text in texts.items()
    }
    await index.replace(passages)
    await index.optimize()
    everything = VisibleSet(everything=True)
    progress = Progress(len(questions), name)
    for row in questions:
        query = understand(row["question"], [])
        hits = await index.text_search(query.terms, visible=everything, limit=EVIDENCE + 1)
        frequencies = await index.frequencies(
            content_terms(query.text), visible=everything, cap=FREQUENCY_CAP
        )
        question = read_question(query.text, frequencies, len(texts))
        answers = [answer.strip(" 。，；！？.,;\n") for answer in row["answers"]]
        for kind in KINDS:
            kept = [hit for hit in hits if kind != "near" or hit.passage.document != row["doc_id"]]
            cut = answers if kind == "cut" else []
            yield _example(
                name, kind, question, query, kept[:EVIDENCE], row["doc_id"], answers, cut
            )
        progress.step()


def _example(
    name: str,
    kind: Kind,
    question: Question,
    query: Any,
    hits: Sequence[Hit],
    gold: str,
    answers: list[str],
    cut: list[str],
) -> Example:
    evidence = fuse(query, hits, [], vector_weight=0.0)
    sources = [
        Source(
            _without(item.passage.text, cut if item.passage.document == gold else []), item.score
        )
        for item in evidence
    ]
    spans = read_spans(question, sources)
    is_gold = [evidence[span.passage].passage.document == gold for span in spans]
    right = np.array(
        [own and any(a in s.text for a in answers) for own, s in zip(is_gold, spans, strict=True)],
        dtype=bool,
    )
    features = lexical_features(question, spans)
    return Example(name, half_of(gold), kind, question, spans, features, right, answers)


def _without(text: str, answers: list[str]) -> str:
    """`text` without the sentences that hold one of `answers`."""
    if not answers:
        return text
    pieces = (text[start:end] for start, end in split_sentences(text))
    kept = [piece for piece in pieces if not any(answer in piece for answer in answers)]
    return (" " if text.isascii() else "").join(kept)


class Cosines:
    """The embedder's cosines, each sentence embedded once."""

    def __init__(self) -> None:
        self._embedder = NanoEmbedder()
        self._vectors: dict[str, NDArray[np.float32]] = {}
        self._questions: dict[str, NDArray[np.float32]] = {}

    async def fill(self, example: Example, lexical: Floats) -> None:
        """Enter the shortlist's cosines, as the product does in its second stage."""
        order = np.argsort(-(example.features @ lexical), kind="stable")[:SHORTLIST]
        rows_kept = sorted(int(row) for row in order)
        example.shortlist = [example.spans[row] for row in rows_kept]
        missing = [s.text for s in example.shortlist if s.text not in self._vectors]
        if missing:
            vectors = await self._embedder.embed_passages(missing)
            self._vectors.update(zip(missing, vectors, strict=True))
        question = example.question.text
        if question not in self._questions:
            self._questions[question] = await self._embedder.embed_question(question)
        asked = self._questions[question]
        cosines = np.array(
            [float(self._vectors[s.text] @ asked) for s in example.shortlist], dtype=np.float64
        )
        for span, cosine in zip(example.shortlist, cosines, strict=True):
            span.cosine = float(cosine)
        example.listed = with_cosines(example.features[rows_kept], cosines)
        example.listed_right = example.right[rows_kept]


def fit_ranking(groups: Sequence[tuple[Floats, NDArray[np.bool_]]], used: Sequence[int]) -> Floats:
    """Weights that give the right rows of each group the most probability (listwise softmax)."""
    groups = [(features[:, used], right) for features, right in groups if right.any()]
    stacked = np.concatenate([features for features, _ in groups])
    mean, scale = stacked.mean(axis=0), stacked.std(axis=0) + 1e-6
    stacked = (stacked - mean) / scale
    sizes = [len(right) for _, right in groups]
    starts = np.r_[0, np.cumsum(sizes)[:-1]]
    member = np.repeat(np.arange(len(groups)), sizes)
    right = np.concatenate([flags for _, flags in groups])

    def loss(weights: Floats) -> tuple[float, Floats]:
        scores = stacked @ weights
        raised = np.exp(scores - np.maximum.reduceat(scores, starts)[member])
        everything = np.add.reduceat(raised, starts)
        good = np.add.reduceat(raised * right, starts)
        gradient = raised / everything[member] - raised * right / good[member]
        value = -float(np.log(good / everything).sum()) + 1.5 * float(weights @ weights)
        return value, stacked.T @ gradient + 3.0 * weights

    fitted = minimize(loss, np.zeros(len(used)), jac=True, method="L-BFGS-B").x
    weights = np.zeros(len(SPAN_FEATURES))
    weights[list(used)] = fitted / scale
    return weights


def fit_answerability(features: Floats, answerable: NDArray[np.bool_]) -> tuple[Floats, float]:
    """Logistic regression, both classes weighing the same; returns weights and bias."""
    mean, scale = features.mean(axis=0), features.std(axis=0) + 1e-6
    scaled = np.c_[(features - mean) / scale, np.ones(len(features))]
    sign = np.where(answerable, 1.0, -1.0)
    share = np.where(answerable, 1 / answerable.mean(), 1 / (1 - answerable.mean())) / 2

    def loss(weights: Floats) -> tuple[float, Floats]:
        margin = sign * (scaled @ weights)
        value = float((share * np.logaddexp(0, -margin)).sum()) + 1.5 * float(
            weights[:-1] @ weights[:-1]
        )
        slope = -sign * share / (1 + np.exp(margin))
        return value, scaled.T @ slope + 3.0 * np.r_[weights[:-1], 0.0]

    fitted = minimize(loss, np.zeros(scaled.shape[1]), jac=True, method="L-BFGS-B").x
    weights = fitted[:-1] / scale
    return weights, float(fitted[-1] - weights @ mean)


async def main() -> None:
    parser = arguments(__doc__ or "")
    parser.add_argument("--write", action="store_true", help=f"write {WEIGHTS.name}")
    options = parser.parse_args()
    found: list[Example] = []
    with home_folder(None) as home:
        for name, texts, questions in corpora(options.limit):
            found += [e async for e in examples(home, name, texts, questions) if e.spans]
    model, threshold = await fit(found)
    report("fit_spans", {"threshold": threshold, **judge(found, model, threshold)})
    if options.write:
        record = as_record(model, threshold)
        WEIGHTS.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


async def fit(found: Sequence[Example]) -> tuple[SpanModel, float]:
    fitting = [e for e in found if e.half == 0 and e.kind == "present"]
    lexical_columns = [i for i in range(len(SPAN_FEATURES)) if i not in _COSINES]
    lexical = fit_ranking([(e.features, e.right) for e in fitting], lexical_columns)
    cosines, progress = Cosines(), Progress(len(found), "cosines")
    for example in found:
        await cosines.fill(example, lexical)
        progress.step()
    full = fit_ranking([(e.listed, e.listed_right) for e in fitting], range(len(SPAN_FEATURES)))
    half = [e for e in found if e.half == 0]
    features = np.array([judged_features(e, full) for e in half])
    weights, bias = fit_answerability(features, np.array([e.kind == "present" for e in half]))
    model = SpanModel(lexical=lexical, full=full, answerable=weights, bias=bias)
    there = [model.confidence(judged_features(e, full)) for e in fitting]
    return model, float(np.quantile(there, 1 - ANSWERED_WHEN_THERE))


def judged_features(example: Example, full: Floats) -> Floats:
    scores = example.listed @ full
    return answer_features(
        example.question, example.spans, example.shortlist, example.listed, scores
    )


def judge(found: Sequence[Example], model: SpanModel, threshold: float) -> dict[str, Any]:
    """Per corpus of the reporting half: the answer quoted, and how often the threshold is right."""
    result: dict[str, Any] = {}
    for corpus in dict.fromkeys(example.corpus for example in found):
        own = [e for e in found if e.half == 1 and e.corpus == corpus]
        confident = {
            kind: [
                model.confidence(judged_features(e, model.full)) >= threshold
                for e in own
                if e.kind == kind
            ]
            for kind in KINDS
        }
        present = [e for e in own if e.kind == "present"]
        result[corpus] = {
            "questions": len(present),
            "gold_in_best_sentence": _share([_found(e, model, 1) for e in present]),
            "gold_in_quotes": _share([_found(e, model, BUDGET) for e in present]),
            "answered_when_there": _share(confident["present"]),
            "refused_when_passage_missing": 1 - _share(confident["near"]),
            "refused_when_sentence_missing": 1 - _share(confident["cut"]),
        }
    return result


def _found(example: Example, model: SpanModel, budget: int) -> bool:
    picked = fill_budget(example.shortlist, model.scores(example.listed), budget)
    return any(bool(example.listed_right[row]) for row in picked)


def _share(flags: Sequence[bool]) -> float:
    return round(sum(flags) / len(flags), 4) if flags else math.nan


def as_record(model: SpanModel, threshold: float) -> dict[str, dict[str, float]]:
    """The weights by feature name, as `SpanModel.from_record` reads them."""

    def named(names: Sequence[str], weights: Floats) -> dict[str, float]:
        return {name: round(float(w), 5) for name, w in zip(names, weights, strict=True)}

    return {
        "lexical": named(SPAN_FEATURES, model.lexical),
        "full": named(SPAN_FEATURES, model.full),
        "answerable": {
            **named(ANSWER_FEATURES, model.answerable),
            "bias": round(model.bias, 5),
            "threshold": round(threshold, 5),
        },
    }


if __name__ == "__main__":
    asyncio.run(main())
