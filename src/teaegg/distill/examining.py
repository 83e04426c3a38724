"""An expert and its bare base sit the same exam, through the engine that serves them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Literal, Protocol

from teaegg.core.experts import Expert
from teaegg.distill.examined import Examined
from teaegg.distill.rows import Row, rows_hash
from teaegg.evals.reading import reading_score
from teaegg.evals.sitting import Item, best_form, sit
from teaegg.models.adapters.server import AdapterServer
from teaegg.models.templates import ChatTemplate, template_named

CONTEXT_TOKENS = 4096
TRIED_WITH = 12
"""Items that the base answers in every form, to see which serves it."""
_CANDIDATE = "candidate"
ExamStep = Literal["examining", "examining the base"]
TellStep = Callable[[ExamStep, int, int], None]


def exam_item(row: Row) -> Item:
    """A row of the exam as an item: its document is the first that it was asked about."""
    return Item(row.id, row.kind, row.messages(), (row.answer,), row.group)


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

    def __init__(self, base: Path | None, *, threads: int) -> None:
        self._base = base
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
        kept = answers / f"{expert.adapter[:12]}-{rows_hash(exam)[:12]}"
        async with self._serving() as server:
            server.know({_CANDIDATE: adapter})
            candidate = await _adapter_said(exam, server, template, kept, expert.max_tokens, tell)
            forms = (template, plain)
            baseline = await _base_said(exam, server, forms, kept, expert.max_tokens, tell)
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
            return await _adapter_said(exam, server, template, kept, max_tokens, tell)

    async def base_said(
        self,
        exam: Sequence[Row],
        forms: Sequence[ChatTemplate],
        kept: Path,
        max_tokens: int,
        tell: TellStep,
    ) -> Mapping[str, str]:
        async with self._serving() as server:
            return await _base_said(exam, server, forms, kept, max_tokens, tell)

    @asynccontextmanager
    async def _serving(self) -> AsyncIterator[AdapterServer]:
        server = AdapterServer(
            self._base, context_tokens=CONTEXT_TOKENS, threads=self._threads, slots=1
        )
        try:
            yield server
        finally:
            await server.close()


async def _adapter_said(
    exam: Sequence[Row],
    server: AdapterServer,
    template: ChatTemplate,
    kept: Path,
    max_tokens: int,
    tell: TellStep,
) -> Mapping[str, str]:
    return await sit(
        [exam_item(row) for row in exam],
        server.chat(_CANDIDATE, template),
        kept / "candidate.jsonl",
        max_tokens=max_tokens,
        tell=partial(tell, "examining"),
    )


async def _base_said(
    exam: Sequence[Row],
    server: AdapterServer,
    forms: Sequence[ChatTemplate],
    kept: Path,
    max_tokens: int,
    tell: TellStep,
) -> Mapping[str, str]:
    items = [exam_item(row) for row in exam]
    lines = max(right.count("\n") + 1 for item in items for right in item.right)

    async def said(form: ChatTemplate, asked: Sequence[Item]) -> Mapping[str, str]:
        return await sit(
            asked,
            server.chat(None, form),
            kept / f"base-{form.name}.jsonl",
            max_tokens=max_tokens,
            lines=lines,
            tell=partial(tell, "examining the base"),
        )

    few = items[:: -(-len(items) // TRIED_WITH)]
    scores = []
    for form in forms:
        tried = best_form(few, [await said(form, few)])
        scores.append(sum(reading_score(tried[item.id], item.right).f1 for item in few))
    return best_form(items, [await said(forms[scores.index(max(scores))], items)])
