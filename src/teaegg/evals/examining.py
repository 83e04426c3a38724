"""Sitting an exam: every item is asked once, and what was said is kept as it comes.

So an exam that was cut off goes on where it stood, nothing is paid twice, and it can be scored again
without asking again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence

from teaegg.core.errors import ModelError
from teaegg.core.exams import ExamItem, Response
from teaegg.evals.targets.base import Target

Keep = Callable[[Sequence[Response]], Awaitable[None]]
"""Makes responses durable."""
Tell = Callable[[int, int], None]
"""Hears how many items are answered, and of how many."""


async def sit_exam(
    items: Sequence[ExamItem],
    target: Target,
    known: Mapping[str, Response],
    keep: Keep,
    *,
    ahead: int = 4,
    tell: Tell = lambda done, total: None,
) -> dict[str, Response]:
    """Item hash → response. Only items without one in `known` (by hash) are asked. The target is handed
    items without their key. While `ahead` responses are not kept yet it is not heard further: so many
    a kill may lose.

    Whatever came is kept, even when the target breaks off or the call is cancelled: responses that
    come while others are being kept are kept together. Raises what `target` and `keep` raise, and
    ModelError when the target ends without having answered all.
    """
    asked = {item.hash: item for item in items}
    answered = {name: known[name] for name in asked if name in known}
    left = {name: item for name, item in asked.items() if name not in answered}
    tell(len(answered), len(asked))
    if not left:
        return answered

    async def take(batch: Sequence[Response]) -> None:
        await keep(batch)
        answered.update({response.item: response for response in batch})
        tell(len(answered), len(asked))

    await _ask(target, list(left.values()), take, ahead)
    if missing := [item.id for name, item in left.items() if name not in answered]:
        raise ModelError(
            f"{target.name} ended without an answer to {len(missing)} items: "
            f"{', '.join(missing[:5])}.",
            remedy="What was answered is kept; the same command asks the rest.",
        )
    return answered


def without_key(item: ExamItem) -> ExamItem:
    """The item as an examinee may see it: not what is right, what a draft must say, or which of the
    passages hold the answer. Its hash is another one."""
    passages = tuple(passage.model_copy(update={"gold": False}) for passage in item.passages)
    return item.model_copy(update={"right": (), "rubric": (), "passages": passages})


async def _ask(target: Target, items: Sequence[ExamItem], take: Keep, ahead: int) -> None:
    """Hand over what comes in batches: each is what came while the one before was taken."""
    shown = [without_key(item) for item in items]
    names = {blind.hash: item.hash for blind, item in zip(shown, items, strict=True)}
    came: list[Response] = []
    news, taken = asyncio.Event(), asyncio.Event()

    async def hear() -> None:
        async for response in target.respond(shown):
            came.append(response.model_copy(update={"item": names[response.item]}))
            news.set()
            while len(came) >= ahead:
                taken.clear()
                await taken.wait()

    async def take_all() -> None:
        batch = list(came)
        await take(batch)
        # Only now: what is cut off while it is being taken is taken again.
        del came[: len(batch)]
        taken.set()

    hearing = asyncio.create_task(hear())
    hearing.add_done_callback(lambda _: news.set())
    try:
        while not (hearing.done() and not came):
            await news.wait()
            news.clear()
            if came:
                await take_all()
        await hearing
    finally:
        hearing.cancel()
        await asyncio.gather(hearing, return_exceptions=True)
        if came:
            await take_all()
