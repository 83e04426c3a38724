"""From questions to rows: the right passage among distractors, in the one form of prompt an expert sees.

After RAFT (Zhang et al. 2024): passages that a search would also have found stand beside the right one,
and some rows lack it, so that "the documents do not say" is learned. The answer is always words of a
passage, one finding a line.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from teaegg.core.documents import Passage
from teaegg.core.ids import text_hash
from teaegg.core.scenes import Scene
from teaegg.core.spelling.widths import text_width
from teaegg.distill.data.checking.personal import masked, personal_data
from teaegg.distill.data.checking.verify import plain
from teaegg.distill.data.corpus import Corpus
from teaegg.distill.data.general import hidden_orders, replay_texts
from teaegg.distill.data.records import Asked, Rejected
from teaegg.distill.rows import Row, Turn
from teaegg.distill.teachers.replies import Pieces
from teaegg.models.base import Message
from teaegg.retrieval.query import Language, language_of
from teaegg.retrieval.reading_prompt import ShownPassage, not_said, reading_messages

_LOOKED_AT = 24
MOST_CHARACTERS = 1800
"""Of all passages of a prompt together, in Chinese characters: a row stays near 2,000 tokens."""
_SHORTEST_TELLING = 2
"""Answers of fewer characters stand in passages by chance; for them only the right one is kept out."""

NO_PIECES: Pieces = {}


@dataclass(frozen=True, slots=True)
class Shelf:
    """The passages that may be shown, by id, and the group of each document (see `SplitDocument`)."""

    passages: Mapping[str, Passage]
    groups: Mapping[str, str]


class Shaper:
    """Makes rows of one side: nothing of the other is ever shown."""

    def __init__(
        self,
        scene: Scene,
        corpus: Corpus,
        shelf: Shelf,
        *,
        seed: int,
        pieces: Pieces = NO_PIECES,
    ) -> None:
        self._scene = scene
        self._corpus = corpus
        self._shelf = shelf
        self._names = sorted(shelf.passages)
        self._seed = seed
        self._pieces = pieces

    async def row(self, item: Asked) -> Row | Rejected:
        """The row of an item, or why there is none."""
        generator = random.Random(f"{self._seed} {item.id}")  # noqa: S311 -- an order, not a secret
        if item.kind == "replay":
            return self._row(item, item.answer, self._general(item, generator), ())
        right = [self._shelf.passages.get(proof.passage) for proof in item.proofs]
        if any(passage is None for passage in right):
            return _reject(item, "its passage is not there any more")
        known = list(dict.fromkeys(passage for passage in right if passage is not None))
        without = item.kind in ("unanswerable", "out_of_scope")
        others = await self._distractors(item, known, generator)
        passages = others if without else [*known, *others]
        if not passages:
            return _reject(item, "there is no other passage to show")
        generator.shuffle(passages)
        shown = [self._shown(passage) for passage in passages]
        if item.kind == "adversarial":
            shown = _with_hidden_order(shown, language_of(item.question), generator)
        answer = not_said(language_of(item.question)) if without else item.answer
        if not without and not _all_shown(answer, shown):
            return _reject(item, "its answer holds personal data that is not shown")
        documents = [passage.document for passage in (*passages, *known)]
        return self._row(item, answer, shown, tuple(dict.fromkeys(documents)))

    def _row(
        self,
        item: Asked,
        answer: str,
        shown: Sequence[ShownPassage],
        documents: tuple[str, ...],
    ) -> Row:
        earlier: tuple[Message, ...] = ()
        if item.earlier is not None:
            asked, answered = (self._readable(text) for text in item.earlier)
            earlier = (Message("user", asked), Message("assistant", answered))
        messages = reading_messages(
            self._readable(item.question),
            shown,
            language=language_of(item.question),
            instructions=self._scene.style,
            earlier=earlier,
        )
        turns = tuple(map(Turn.of, messages))
        return Row(
            id=text_hash(f"{item.id}\x00{turns[-1].content}")[:16],
            kind=item.kind,
            turns=turns,
            answer=answer,
            documents=documents,
            rejected=self._readable(item.rejected),
            top_logprobs=self._pieces.get((item.question, answer), ()),
            teacher=item.teacher,
        )

    async def _distractors(
        self, item: Asked, right: Sequence[Passage], generator: random.Random
    ) -> list[Passage]:
        """Hard ones as the search ranks them, and a last one by chance: both are met in use."""
        wanted = max(1, self._scene.data.distractors - (len(right) - 1))
        ranked = await self._corpus.ranked(item.question, _LOOKED_AT)
        by_chance = [self._shelf.passages[name] for name in self._sample(generator)]
        width = sum(text_width(passage.text) for passage in right)
        chosen: list[Passage] = []
        for pool, room in ((ranked, wanted - (wanted > 1)), (by_chance, wanted)):
            for passage in pool:
                if len(chosen) >= room:
                    break
                wide = width + text_width(passage.text)
                if wide <= MOST_CHARACTERS and self._misleads(passage, item, right, chosen):
                    chosen.append(passage)
                    width = wide
        return chosen

    def _sample(self, generator: random.Random) -> list[str]:
        return generator.sample(self._names, min(_LOOKED_AT, len(self._names)))

    def _misleads(
        self, passage: Passage, item: Asked, right: Sequence[Passage], chosen: Sequence[Passage]
    ) -> bool:
        """Whether it may stand beside the right one: it is another text, of this side, that does not
        say the answer, and no other version of the same document."""
        if passage.id not in self._shelf.passages or passage in chosen or passage in right:
            return False
        if self._scene.data.personal_data == "drop" and personal_data(passage.text):
            return False
        group = self._shelf.groups.get(passage.document)
        if any(
            self._shelf.groups.get(own.document) == group and own.document != passage.document
            for own in right
        ):
            return False
        text = plain(passage.text)
        told = [plain(line) for line in item.lines]
        return not any(len(line) >= _SHORTEST_TELLING and line in text for line in told)

    def _shown(self, passage: Passage) -> ShownPassage:
        shown = ShownPassage.of(passage)
        return ShownPassage(self._readable(shown.text), self._readable(shown.place))

    def _readable(self, text: str) -> str:
        return masked(text) if self._scene.data.personal_data == "mask" else text

    def _general(self, item: Asked, generator: random.Random) -> list[ShownPassage]:
        """The passage of a general question among others of its language."""
        texts = replay_texts(language_of(item.question))
        own = texts[item.question]
        others = sorted({text for text in texts.values() if text != own})
        wanted = min(self._scene.data.distractors, len(others))
        shown = [own, *generator.sample(others, wanted)]
        generator.shuffle(shown)
        return [ShownPassage(text) for text in shown]


def _with_hidden_order(
    shown: Sequence[ShownPassage], language: Language, generator: random.Random
) -> list[ShownPassage]:
    """The same passages, one of which now also speaks to the model."""
    order = generator.choice(hidden_orders(language))
    at = generator.randrange(len(shown))
    lines = shown[at].text.split("\n")
    lines.insert(generator.randint(0, len(lines)), order)
    changed = replace(shown[at], text="\n".join(lines))
    return [*shown[:at], changed, *shown[at + 1 :]]


def _all_shown(answer: str, shown: Sequence[ShownPassage]) -> bool:
    text = "\n".join(item.text for item in shown)
    return all(line in text for line in answer.split("\n"))


def _reject(item: Asked, reason: str) -> Rejected:
    return Rejected(stage="rows", reason=reason, item=item)
