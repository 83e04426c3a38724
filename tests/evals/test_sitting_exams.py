"""Every item is asked once, whatever comes in between; what was said is kept; keys stay hidden."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest

from teaegg.core.errors import ModelError, ModelUnavailableError
from teaegg.core.exams import ExamItem, ItemPassage, Response
from teaegg.evals.examining import sit_exam, without_key


def item(number: int) -> ExamItem:
    return ExamItem(id=f"i{number}", form="short", questions=(f"问题{number}",), right=("甲",))


ITEMS = tuple(item(number) for number in range(6))


class Examinee:
    """Says the question again; breaks off after `breaks_after` items; remembers what it was shown."""

    name = fingerprint = "examinee"

    def __init__(self, breaks_after: int = 99, error: Exception | None = None) -> None:
        self.shown: list[ExamItem] = []
        self._breaks_after = breaks_after
        self._error = error

    async def respond(self, items: Sequence[ExamItem]) -> AsyncIterator[Response]:
        for place, one in enumerate(items):
            if place == self._breaks_after:
                if self._error:
                    raise self._error
                return
            self.shown.append(one)
            await asyncio.sleep(0)
            yield Response(item=one.hash, text=one.questions[0])

    async def close(self) -> None:
        self.shown.clear()


class Keeper:
    def __init__(self) -> None:
        self.kept: dict[str, Response] = {}
        self.batches: list[int] = []

    async def __call__(self, responses: Sequence[Response]) -> None:
        self.batches.append(len(responses))
        await asyncio.sleep(0.005)
        assert all(one.item not in self.kept for one in responses), "an item was kept twice"
        self.kept |= {one.item: one for one in responses}


async def test_every_item_is_asked_once_and_kept_under_its_own_hash() -> None:
    keep, told = Keeper(), []
    said = await sit_exam(ITEMS, Examinee(), {}, keep, tell=lambda *at: told.append(at))
    assert set(said) == {one.hash for one in ITEMS} == set(keep.kept)
    assert said[ITEMS[3].hash].text == "问题3"
    assert told[0] == (0, 6) and told[-1] == (6, 6)
    assert len(keep.batches) < 6, "what came while a batch was written is one batch"


@pytest.mark.parametrize("ahead", [1, 2, 4])
async def test_who_answers_faster_than_a_disk_writes_is_heard_no_further(ahead: int) -> None:
    examinee, keep, unkept = Examinee(), Keeper(), []

    async def keep_slowly(responses: Sequence[Response]) -> None:
        await asyncio.sleep(0.02)
        unkept.append(len(examinee.shown) - len(keep.kept))
        await keep(responses)

    said = await sit_exam(ITEMS, examinee, {}, keep_slowly, ahead=ahead)
    assert set(said) == set(keep.kept) and max(unkept) == ahead


async def test_an_examinee_sees_neither_keys_nor_rubrics_nor_which_passage_holds_the_answer() -> (
    None
):
    grounded = ExamItem(
        id="g",
        form="grounded",
        questions=("年假几天？",),
        right=("5天",),
        rubric=("说明天数",),
        passages=(ItemPassage(text="年假5天。"), ItemPassage(text="产假。", gold=False)),
    )
    examinee = Examinee()
    await sit_exam((grounded,), examinee, {}, Keeper())
    (shown,) = examinee.shown
    assert (shown.right, shown.rubric) == ((), ())
    assert {passage.gold for passage in shown.passages} == {False}
    assert [passage.text for passage in shown.passages] == ["年假5天。", "产假。"]
    assert without_key(grounded).hash != grounded.hash


@pytest.mark.parametrize("error", [ModelUnavailableError("away"), ModelError("broken"), None])
async def test_who_breaks_off_keeps_what_was_said_and_is_asked_only_the_rest(
    error: Exception | None,
) -> None:
    keep = Keeper()
    with pytest.raises(ModelError):
        await sit_exam(ITEMS, Examinee(4, error), {}, keep)
    assert len(keep.kept) == 4
    again = Examinee()
    said = await sit_exam(ITEMS, again, keep.kept, keep)
    assert [one.id for one in again.shown] == ["i4", "i5"]
    assert len(said) == 6


async def test_a_cancelled_sitting_keeps_what_had_come() -> None:
    keep, waiting = Keeper(), asyncio.Event()

    class Slow(Examinee):
        async def respond(self, items: Sequence[ExamItem]) -> AsyncIterator[Response]:
            async for response in super().respond(items[:3]):
                yield response
            waiting.set()
            await asyncio.sleep(60)

    sitting = asyncio.create_task(sit_exam(ITEMS, Slow(), {}, keep))
    await waiting.wait()
    sitting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sitting
    assert len(keep.kept) == 3


async def test_a_disk_that_refuses_is_told_and_nothing_more_is_asked() -> None:
    examinee = Examinee()

    async def refuse(responses: Sequence[Response]) -> None:
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        await sit_exam(ITEMS, examinee, {}, refuse)


async def test_only_the_items_that_are_meant_are_asked() -> None:
    examinee = Examinee()
    said = await sit_exam(ITEMS[::2], examinee, {}, Keeper())
    assert [one.id for one in examinee.shown] == ["i0", "i2", "i4"] and len(said) == 3
