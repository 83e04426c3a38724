"""Which items of an exam were taught: by their words, and by what they mean.

By words: at least 70 % of an item's 8-grams stand in one row, the measure of Chowdhery et al. 2022 (PaLM,
section 8), with Chinese cut into characters. By meaning, for other words and another order: the nearest
rows by the embedding, where the answers agree as well or the questions are all but the same.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from teaegg.core.exams import ExamItem
from teaegg.core.quantities.numerals import to_half_width
from teaegg.core.spelling.scripts import simplified
from teaegg.models.base import Embedder, Vectors

_GRAM = 8
_SHARE = 0.7
_LEAST_GRAMS = 5
"""Below so many, a turn of phrase that many questions share would tell: there the whole question must
be the same."""
_SAME_QUESTION = 0.985
_LIKE_QUESTION = 0.95
_SAME_ANSWER = 0.6
"""Cosines of multilingual-e5-small, by 31 pairs of questions in other words or order that were written
for it (0.949 and more, all but five above 0.96; order alone 0.995 and more), and the share of the shorter
answer's tokens that stand in the other. How rarely other questions are taken for the same: docs/evals.md."""
_PAIRS_PER_ITEM = 3
_EMBEDDED_PER_ITEM = 3
_LEAST_SHARED = 0.15
_TOKEN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]|[^\W_\u3400-\u9fff\uf900-\ufaff]+(?:\.\d+)?")

_LETTER = re.compile("[a-z]")

Likeness = Literal["words", "meaning"]
Tokens = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Taught:
    """What something learned from: `name` says where it stands, `question` is all that was asked."""

    name: str
    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Overlap:
    """`item` says the same as `taught`: `share` of its words, or the cosine of what both mean."""

    item: ExamItem
    taught: Taught
    by: Likeness
    share: float


def contaminated_items(overlaps: Iterable[Overlap]) -> frozenset[str]:
    """Hashes of the items that were taught: scores of them prove nothing."""
    return frozenset(overlap.item.hash for overlap in overlaps)


async def overlaps(
    items: Sequence[ExamItem], taught: Sequence[Taught], embedder: Embedder | None
) -> tuple[Overlap, ...]:
    """At most three pairs of each item in the order of `items`, the likest first; by words only where
    there is no `embedder`. A pair that is found by its words is not told again by its meaning."""
    found = list(same_words(items, taught))
    if embedder is not None:
        known = {(each.item.hash, each.taught.name) for each in found}
        alike = await same_meaning(items, taught, embedder)
        found += [each for each in alike if (each.item.hash, each.taught.name) not in known]
    by_item: dict[str, list[Overlap]] = defaultdict(list)
    for each in sorted(found, key=lambda each: (each.by != "words", -each.share)):
        if len(by_item[each.item.hash]) < _PAIRS_PER_ITEM:
            by_item[each.item.hash].append(each)
    return tuple(each for item in items for each in by_item[item.hash])


def same_words(items: Sequence[ExamItem], taught: Sequence[Taught]) -> Iterator[Overlap]:
    """Pairs whose words are the same. Linear in the length of both."""
    views = [(item, view) for item in items for view in _views(item)]
    holding: dict[str, list[int]] = defaultdict(list)
    whole: dict[Tokens, list[int]] = defaultdict(list)
    sizes: dict[int, int] = {}
    for at, (_, view) in enumerate(views):
        pieces = _grams(view)
        if len(pieces) < _LEAST_GRAMS:
            if view:
                whole[view].append(at)
            continue
        sizes[at] = len(pieces)
        for piece in pieces:
            holding[piece].append(at)
    for text in taught:
        asked = tokens(text.question)
        hits = Counter(
            at for piece in _grams(asked + tokens(text.answer)) for at in holding.get(piece, ())
        )
        shares = {at: hits[at] / sizes[at] for at in hits} | dict.fromkeys(
            whole.get(asked, ()), 1.0
        )
        best: dict[str, tuple[float, ExamItem]] = {}
        for at, share in shares.items():
            item = views[at][0]
            if share >= _SHARE and share > best.get(item.hash, (0.0, item))[0]:
                best[item.hash] = (share, item)
        yield from (Overlap(item, text, "words", share) for share, item in best.values())


async def same_meaning(
    items: Sequence[ExamItem], taught: Sequence[Taught], embedder: Embedder
) -> list[Overlap]:
    """Pairs that ask and answer the same in other words, by the embedding of the questions.

    Embedding takes nearly all of the time: of what was taught only the rows go into it that share most
    words with some item, weighed by how rare they are.
    """
    likely = _likely(items, taught)
    if not likely:
        return []
    learned = await _embedded([text.question for text in likely], embedder)
    asked = await _embedded([_asked(item) for item in items], embedder)
    found = []
    for at, near in enumerate(asked @ learned.T):
        for row in np.flatnonzero(near >= _LIKE_QUESTION):
            item, text, share = items[at], likely[row], float(near[row])
            if _means_the_same(item, text, share):
                found.append(Overlap(item, text, "meaning", min(share, 1.0)))
    return found


def tokens(text: str) -> Tokens:
    """Words and figures; of Chinese every character. Neither case, width, script nor marks count."""
    plain = simplified(to_half_width(text)).lower()
    # A single letter numbers an option here and not there.
    return tuple(word for word in _TOKEN.findall(plain) if not _LETTER.fullmatch(word))


def _views(item: ExamItem) -> Iterator[Tokens]:
    """What a row may hold of an item: all that is asked, or that and the right answer."""
    asked = tokens("\n".join(item.questions))
    if item.form == "choice":
        yield asked + tokens("\n".join(item.options))
        yield asked + tokens(item.options[item.right_place])
        return
    yield asked
    if item.right:
        yield asked + tokens(item.right[0])


def _grams(words: Tokens) -> set[str]:
    return {"\x00".join(words[at : at + _GRAM]) for at in range(len(words) - _GRAM + 1)}


def _asked(item: ExamItem) -> str:
    """Of a choice with the right option: "which of these is right" is asked everywhere."""
    answer = (item.options[item.right_place],) if item.form == "choice" else ()
    return "\n".join((*item.questions, *answer))


def _means_the_same(item: ExamItem, text: Taught, share: float) -> bool:
    if share >= _SAME_QUESTION:
        return True
    right = (item.options[item.right_place],) if item.form == "choice" else item.right
    return any(_agree(set(tokens(answer)), set(tokens(text.answer))) for answer in right)


def _agree(one: Collection[str], other: Collection[str]) -> bool:
    fewer, more = sorted((set(one), set(other)), key=len)
    return bool(fewer) and len(fewer & more) >= _SAME_ANSWER * len(fewer)


def _likely(items: Sequence[ExamItem], taught: Sequence[Taught]) -> list[Taught]:
    """For each item the few texts that share most with it, if they share enough."""
    holding: dict[str, list[int]] = defaultdict(list)
    for row, text in enumerate(taught):
        for word in set(tokens(text.question)):
            holding[word].append(row)
    weights = {word: math.log(1 + len(taught) / len(rows)) for word, rows in holding.items()}
    places = {word: np.array(rows) for word, rows in holding.items()}
    chosen: set[int] = set()
    for item in items:
        shared = np.zeros(len(taught))
        words = set(tokens(_asked(item)))
        for word in words & places.keys():
            shared[places[word]] += weights[word]
        enough = _LEAST_SHARED * sum(weights.get(word, math.log(1 + len(taught))) for word in words)
        best = np.argsort(shared)[::-1][:_EMBEDDED_PER_ITEM]
        chosen.update(int(row) for row in best if shared[row] > enough)
    return [taught[row] for row in sorted(chosen)]


async def _embedded(texts: Sequence[str], embedder: Embedder) -> Vectors:
    """A row for each text; equal texts are embedded once."""
    places: Mapping[str, int] = {text: at for at, text in enumerate(dict.fromkeys(texts))}
    vectors = await embedder.embed_passages(list(places))
    return vectors[[places[text] for text in texts]]
