"""An expert and its bare base sit the same exam, through the engine that serves them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Literal, Protocol

from teaegg.core.clock import Clock
from teaegg.core.experts import Expert
from teaegg.distill.exam_items import exam_item
from teaegg.distill.examined import Examined
from teaegg.distill.rows import Row, rows_hash
from teaegg.evals.examining import Tell, sit_exam
from teaegg.evals.reading_comparison import best_form, mean_reading
from teaegg.evals.response_file import ResponseFile
from teaegg.evals.targets.model import ModelTarget
from teaegg.evals.targets.prompting import WordForWord
from teaegg.evals.targets.speakers import ChatSpeaker, Speaker
from teaegg.models.adapters.server import AdapterServer
from teaegg.models.templates import ChatTemplate, template_named

CONTEXT_TOKENS = 4096
TRIED_WITH = 12
"""Items that the base answers in every form, to see which serves it."""
_CANDIDATE = "candidate"
ExamStep = Literal["examining", "examining the base"]
TellStep = Callable[[ExamStep, int, int], None]


class Examiner(Protocol):
    """Has adapters and their base sit an exam. What is kept below a folder is not asked again.

    Raises what the engine raises; what was said by then stays.
    """

    async def examine(
        self,
        exam: Sequence[Row],
        expert: Expert,
        adapter: Path,
        plain: ChatTemplate,
        answers: Path,
        tell: TellStep,
    ) -> Examined:
        """Both, at their best: where `plain` text serves the base better, it is asked so."""
        ...

    async def adapter_said(
        self,
        exam: Sequence[Row],
        adapter: Path,
        template: ChatTemplate,
        kept: Path,
        max_tokens: int,
        tell: TellStep,
    ) -> Mapping[str, str]:
        """Item id → what the adapter says."""
        ...

    async def base_said(
        self,
        exam: Sequence[Row],
        forms: Sequence[ChatTemplate],
        kept: Path,
        max_tokens: int,
        tell: TellStep,
    ) -> Mapping[str, str]:
        """Item id → what the bare base says, in whichever of `forms` it answers a few items best."""
        ...


class EngineExaminer:
    """`base` None is the bundled model; `threads` 0 means one per core."""

    def __init__(self, base: Path | None, clock: Clock, *, threads: int) -> None:
        self._base = base
        self._clock = clock
        self._threads = threads

    async def examine(
        self,
        exam: Sequence[Row],
        expert: Expert,
        adapter: Path,
        plain: ChatTemplate,
        answers: Path,
        tell: TellStep,
    ) -> Examined:
        template = template_named(expert.template)
        # Answers belong to these items and this adapter: another expert's are never taken for them.
        # Those of the base serve every expert on it.
        own, base = (
            answers / f"{who[:12]}-{rows_hash(exam)[:12]}" for who in (expert.adapter, expert.base)
        )
        async with self._serving() as server:
            server.know({_CANDIDATE: adapter})
            candidate = await self._adapter_said(
                exam, server, template, own, expert.max_tokens, tell
            )
            forms = (template, plain)
            baseline = await self._base_said(exam, server, forms, base, expert.max_tokens, tell)
        return Examined(tuple(exam), candidate, baseline)

    async def adapter_said(
        self,
        exam: Sequence[Row],
        adapter: Path,
        template: ChatTemplate,
        kept: Path,
        max_tokens: int,
        tell: TellStep,
    ) -> Mapping[str, str]:
        async with self._serving() as server:
            server.know({_CANDIDATE: adapter})
            return await self._adapter_said(exam, server, template, kept, max_tokens, tell)

    async def base_said(
        self,
        exam: Sequence[Row],
        forms: Sequence[ChatTemplate],
        kept: Path,
        max_tokens: int,
        tell: TellStep,
    ) -> Mapping[str, str]:
        async with self._serving() as server:
            return await self._base_said(exam, server, forms, kept, max_tokens, tell)

    async def _adapter_said(
        self,
        exam: Sequence[Row],
        server: AdapterServer,
        template: ChatTemplate,
        kept: Path,
        max_tokens: int,
        tell: TellStep,
    ) -> Mapping[str, str]:
        chat = server.chat(_CANDIDATE, template)
        speaker = ChatSpeaker(chat, self._clock, max_tokens=max_tokens)
        return await said_to(exam, speaker, kept / "candidate.jsonl", partial(tell, "examining"))

    async def _base_said(
        self,
        exam: Sequence[Row],
        server: AdapterServer,
        forms: Sequence[ChatTemplate],
        kept: Path,
        max_tokens: int,
        tell: TellStep,
    ) -> Mapping[str, str]:
        lines = max(row.answer.count("\n") + 1 for row in exam)

        async def said(form: ChatTemplate, asked: Sequence[Row]) -> Mapping[str, str]:
            chat = server.chat(None, form)
            speaker = ChatSpeaker(chat, self._clock, max_tokens=max_tokens, stop="\n", stops=lines)
            file = kept / f"base-{form.name}.jsonl"
            return await said_to(asked, speaker, file, partial(tell, "examining the base"))

        few = exam[:: -(-len(exam) // TRIED_WITH)]
        items = [exam_item(row) for row in few]
        tried = [best_form(items, [await said(form, few)]) for form in forms]
        scores = [mean_reading(items, answers).f1 for answers in tried]
        best = await said(forms[scores.index(max(scores))], exam)
        return best_form([exam_item(row) for row in exam], [best])

    @asynccontextmanager
    async def _serving(self) -> AsyncIterator[AdapterServer]:
        server = AdapterServer(
            self._base, context_tokens=CONTEXT_TOKENS, threads=self._threads, slots=1
        )
        try:
            yield server
        finally:
            await server.close()


async def said_to(exam: Sequence[Row], speaker: Speaker, kept: Path, tell: Tell) -> dict[str, str]:
    """Row id → what `speaker` says to the row's prompt, word for word. What the file `kept` holds
    already is not asked again. Raises StorageError when it cannot be written, InvalidRequestError as
    `exam_item`, and what `speaker` raises; what was said until then stays."""
    items = [exam_item(row) for row in exam]
    prompts = {row.id: row.messages() for row in exam}
    target = ModelTarget(speaker, WordForWord(prompts=prompts))
    file = ResponseFile(kept)
    responses = await sit_exam(items, target, await file.known(), file.keep, tell=tell)
    return {item.id: responses[item.hash].text for item in items}
