"""What people brought passes the checks of generated questions, and gives nothing of the exam away."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from teaegg.core.documents import Passage
from teaegg.core.scenes import Scene
from teaegg.distill.data.checking.clean import cleaned
from teaegg.distill.data.checking.near_copies import near_copies
from teaegg.distill.data.checking.verify import plain, verified
from teaegg.distill.data.records import Asked, Rejected
from teaegg.distill.data.stages import Made
from teaegg.distill.exchange.grounding import left_out
from teaegg.distill.rows import Row
from teaegg.retrieval.reading_prompt import read_prompt

_SAME_QUESTION = 0.8
"""Jaccard similarity of character 3-grams of two questions from which they ask the same."""
_GRAM = 3


def checked(
    tied: Made[Asked],
    passages: Mapping[str, Passage],
    scene: Scene,
    *,
    exam_texts: Mapping[str, str],
    exam: Iterable[Row],
) -> Made[Asked]:
    """Of the rows that were tied to passages those worth learning, and all others with the reason."""
    proved = verified(tied.records, passages)
    clean = cleaned(proved.records, passages, scene, exam_texts=exam_texts)
    asked = {f"exam {row.id}": read_prompt(row.turns[-1].content)[1] for row in exam}
    same = same_questions(asked, clean.records)
    kept = [_with_worse_answer(item) for item in clean.records if item.id not in same]
    rejected = (
        *tied.rejected,
        *(left_out(each.item, each.reason, each.detail) for each in proved.rejected),
        *(left_out(each.item, each.reason, each.detail) for each in clean.rejected),
        *(
            left_out(item, "the exam asks the same", same[item.id])
            for item in clean.records
            if item.id in same
        ),
    )
    return Made(kept, rejected)


def giving_way(items: Sequence[Asked], brought: Sequence[Asked]) -> Made[Asked]:
    """Generated questions without those that people asked themselves: theirs are the better wording."""
    same = same_questions({item.id: item.question for item in brought}, items)
    return Made(
        [item for item in items if item.id not in same],
        [
            Rejected(
                stage="balanced",
                reason="an imported row asks the same",
                detail=same[item.id],
                item=item,
            )
            for item in items
            if item.id in same
        ],
    )


def same_questions(known: Mapping[str, str], items: Sequence[Asked]) -> dict[str, str]:
    """Item → the question of `known` (by name) that it repeats. Follow-ups mean what was said before,
    so that theirs are never the same."""
    own = {item.id: item.question for item in items if not item.earlier and item.id not in known}
    pairs = near_copies({**known, **own}, _SAME_QUESTION, characters=_GRAM)
    return {later: known[earlier] for earlier, later in pairs if earlier in known and later in own}


def _with_worse_answer(item: Asked) -> Asked:
    """A draft that says what the passage says is no worse answer."""
    worse = "" if plain(item.rejected) == plain(item.answer) else item.rejected
    return item.model_copy(update={"rejected": worse})
