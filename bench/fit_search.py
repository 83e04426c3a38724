"""Fit how passages are ranked: the weight of the vectors, and the reranker's weights.

Everything goes through the workspace as a user's question does: learned from files, searched with
the reranker off, so that the candidates are the product's own. Fitted on half 0 of each set,
reported on half 1 (see `bench.retrieval.sets`). RGB is non-commercial and the answers behind the
silver questions were made by a language model: neither is ever fitted on.

usage: python -m bench.fit_search [--write] [--limit N] [--sets SET...] [--home FOLDER]
"""

from __future__ import annotations

import json
import re
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from bench.data import ROOT, spread
from bench.measuring import Progress, arguments, home_folder, report
from bench.retrieval.metrics import Score, holds_gold, score, summary
from bench.retrieval.sets import SETS, Asked, RetrievalSet
from bench.retrieval.teaegg import Found, TeaEgg
from bench.retrieval.vectors import CachedEmbedder
from teaegg.core.settings import SearchSettings
from teaegg.retrieval.query import Query, understand
from teaegg.retrieval.ranking.features import FEATURES, Floats, features
from teaegg.retrieval.ranking.fitted import RankingWeights
from teaegg.retrieval.ranking.fusion import fuse
from teaegg.store.index import Hit

WEIGHTS = ROOT / "src" / "teaegg" / "retrieval" / "ranking" / "weights.json"
FITTED_ON = (
    "statutes",
    "xquad-zh",
    "xquad-en",
    "xquad-zh-to-en",
    "xquad-en-to-zh",
    "faq-tidb-zh",
)
"""cmrc2018 is left out: a set that no weight has seen."""
NEVER_FITTED_ON = frozenset({"rgb-zh", "rgb-en"})
SILVER = "consultation_silver"
VECTOR_WEIGHTS = [step / 20 for step in range(21)]
_DEPTH = 200
_STATUTES = 40
"""With what is about them a quarter of the text, and nine tenths of the questions."""
_PENALTY = 1.5
# Agreement with the question never counts against a passage. Without this the headings of statutes,
# which say little about their articles, would push down what a handbook has under the right heading.
_AGREEING = frozenset(
    (
        "fused",
        "text",
        "vector",
        "vector_best",
        "body",
        "heading",
        "characters",
        "document",
        "figures",
    )
)
_RANKS_COMPARED = 6
"""As many passages as are handed on as evidence."""


@dataclass
class Example:
    """One question with its candidates in fused order; `right` marks those that hold gold."""

    data: RetrievalSet
    asked: Asked
    query: Query
    found: list[Found]
    right: NDArray[np.bool_]

    @property
    def by_rule(self) -> bool:
        """Whether a named article or a code put passages first: no weight has a say in that."""
        return any(one.evidence.exact for one in self.found)


def statutes() -> RetrievalSet:
    """The statutes that answer most questions for their length, the questions they answer, and
    every document whose name holds the name of one of them.

    Those tell how to apply a law in its own words: without them, ranking statutes looks too easy.
    """
    whole = SETS["laws-zh"]()
    answers = Counter(name for asked in whole.questions for name in _answering(asked))
    density = {text.id: answers[text.id] / len(text.text) for text in whole.documents}
    chosen = set(sorted(density, key=lambda key: (-density[key], key))[:_STATUTES])
    names = {re.split(r"[-(（]", key)[0] for key in chosen}
    documents = tuple(
        text
        for text in whole.documents
        if text.id in chosen or any(name in text.id for name in names)
    )
    questions = tuple(asked for asked in whole.questions if _answering(asked) <= chosen)
    return replace(whole, name="statutes", documents=documents, questions=questions)


def _answering(asked: Asked) -> set[str]:
    return {gold.document for gold in asked.gold}


def examples(data: RetrievalSet, home: Path, limit: int) -> Iterator[Example]:
    """Questions of `data` with all that both searches found."""
    system = TeaEgg(home / data.name, CachedEmbedder(), SearchSettings(reranker="none"))
    system.learn(data)
    questions = spread([one for one in data.questions if one.text.strip()], limit)
    progress = Progress(len(questions), data.name)
    for asked in questions:
        found = system.found(asked.text, _DEPTH)
        right = np.array([holds_gold(asked, one.returned) for one in found], dtype=bool)
        yield Example(data, asked, understand(asked.text, []), found, right)
        progress.step()
    system.close()


def fused_with(example: Example, vector_weight: float) -> list[Found]:
    """The candidates as the product fuses them at this weight."""
    by_id = {one.evidence.passage.id: one for one in example.found}
    text, vector = [
        sorted(
            (Hit(item.passage, value) for item, value in scored if value is not None),
            key=lambda hit: -hit.score,
        )
        for scored in (
            [(one.evidence, one.evidence.text_score) for one in example.found],
            [(one.evidence, one.evidence.vector_score) for one in example.found],
        )
    ]
    fused = fuse(example.query, text, vector, vector_weight=vector_weight)
    return [by_id[item.passage.id]._replace(evidence=item) for item in fused]


def fitting(found: Iterable[Example]) -> list[Example]:
    """What may be fitted on: half 0, nothing silver, nothing that a rule decides."""
    return [
        example
        for example in found
        if example.asked.half == 0
        and example.asked.kind != SILVER
        and example.data.name not in NEVER_FITTED_ON
        and not example.by_rule
    ]


def best_vector_weight(found: Sequence[Example]) -> tuple[float, dict[float, float]]:
    """The weight with the highest mean reciprocal rank, each set counting the same, and all of them."""
    quality = {}
    for weight in VECTOR_WEIGHTS:
        ranks = defaultdict(list)
        for example in found:
            order = fused_with(example, weight)
            ranks[example.data.name].append(_reciprocal_rank(example, order))
        quality[weight] = round(statistics.fmean(map(statistics.fmean, ranks.values())), 4)
    return max(quality, key=lambda weight: quality[weight]), quality


def _reciprocal_rank(example: Example, order: Sequence[Found]) -> float:
    places = (at for at, one in enumerate(order, 1) if holds_gold(example.asked, one.returned))
    return 1 / next(places, float("inf"))


def fit_weights(found: Sequence[Example]) -> RankingWeights:
    """Weights that give the right candidates the most probability (listwise softmax; Cao et al.,
    "Learning to rank", ICML 2007), each set counting the same."""
    kept = [example for example in found if example.right.any() and not example.right.all()]
    rows = [features(e.query, [one.evidence for one in e.found]) for e in kept]
    stacked = np.concatenate(rows)
    scale = stacked.std(axis=0) + 1e-6
    stacked = stacked / scale
    sizes = [len(group) for group in rows]
    starts = np.r_[0, np.cumsum(sizes)[:-1]]
    member = np.repeat(np.arange(len(rows)), sizes)
    right = np.concatenate([example.right for example in kept])
    share = _shares(kept)

    def loss(weights: Floats) -> tuple[float, Floats]:
        raw = stacked @ weights
        raised = np.exp(raw - np.maximum.reduceat(raw, starts)[member])
        everything = np.add.reduceat(raised, starts)
        good = np.add.reduceat(raised * right, starts)
        gradient = (raised / everything[member] - raised * right / good[member]) * share[member]
        value = -float((share * np.log(good / everything)).sum())
        return value + _PENALTY * float(weights @ weights), (
            stacked.T @ gradient + 2 * _PENALTY * weights
        )

    bounds = [(0, None) if name in _AGREEING else (None, None) for name in FEATURES]
    start = np.zeros(len(FEATURES))
    fitted = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x / scale
    falls = [_falls(example, group @ fitted) for example, group in zip(kept, rows, strict=True)]
    raw, fused = (float(np.sum(part)) for part in zip(*falls, strict=True))
    return RankingWeights(fitted, raw / max(fused, 1e-9))


def _shares(found: Sequence[Example]) -> Floats:
    """A weight for each example, so that a set of many questions does not drown the others."""
    names = [example.data.name for example in found]
    mean = len(names) / len(set(names))
    return np.array([mean / names.count(name) for name in names])


def _falls(example: Example, raw: Floats) -> tuple[float, float]:
    """How far the scores fall over the evidence: raw ones, and the logarithm of the fused ones."""
    fused = np.array([max(one.evidence.score, 1e-3) for one in example.found])
    upper_raw, upper_fused = (np.sort(s)[::-1][:_RANKS_COMPARED] for s in (raw, np.log(fused)))
    return float((upper_raw[0] - upper_raw).sum()), float((upper_fused[0] - upper_fused).sum())


def reranked(example: Example, model: RankingWeights) -> list[Found]:
    """As the product returns them: exact hits stay in front."""
    scores = model.scores(features(example.query, [one.evidence for one in example.found]))
    order = np.argsort(-scores, kind="stable")
    exact = [one for one in example.found if one.evidence.exact]
    return [*exact, *(example.found[row] for row in order if not example.found[row].evidence.exact)]


def figures(found: Sequence[Example], model: RankingWeights) -> dict[str, Any]:
    """Per set, and per kind where there are kinds, of the reported half: fused and reranked."""
    groups = defaultdict(list)
    for example in found:
        if example.asked.half == 1:
            groups[example.data.name].append(example)
            if example.asked.kind:
                groups[f"{example.data.name}/{example.asked.kind}"].append(example)
    return {
        name: {
            "fused": summary([_score(e, e.found) for e in group]),
            "reranked": summary([_score(e, reranked(e, model)) for e in group]),
        }
        for name, group in groups.items()
    }


def _score(example: Example, order: Sequence[Found]) -> Score:
    return score(example.data, example.asked, [one.returned for one in order])


def main() -> None:
    parser = arguments(__doc__ or "")
    parser.add_argument("--write", action="store_true", help=f"write {WEIGHTS.name}")
    parser.add_argument("--sets", nargs="+", choices=[*SETS, "statutes"], default=FITTED_ON)
    options = parser.parse_args()
    found: list[Example] = []
    with home_folder(options.home) as home:
        for name in options.sets:
            found += examples(SETS.get(name, statutes)(), home, options.limit)
    vector_weight, tried = best_vector_weight(fitting(found))
    for example in found:
        if not example.by_rule:
            example.found = fused_with(example, vector_weight)
            example.right = np.array(
                [holds_gold(example.asked, one.returned) for one in example.found], dtype=bool
            )
    model = fit_weights(fitting(found))
    fitted = {"vector_weight": vector_weight, "mean_reciprocal_rank_by_weight": tried}
    report("fit_search", {**fitted, **as_record(model), "held_out": figures(found, model)})
    if options.write:
        WEIGHTS.write_text(json.dumps(as_record(model), indent=1) + "\n", encoding="utf-8")


def as_record(model: RankingWeights) -> dict[str, Any]:
    """The weights by feature name, as `RankingWeights.from_record` reads them."""
    named = {name: round(float(w), 4) for name, w in zip(FEATURES, model.weights, strict=True)}
    return {"weights": named, "temperature": round(model.temperature, 4)}


if __name__ == "__main__":
    main()
