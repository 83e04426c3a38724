"""The contract of an examinee. Every one passes `tests/contract/`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Protocol

from teaegg.core.exams import ExamItem, Response


class Target(Protocol):
    """Anything that can sit an exam. It sees what is asked, never what is right.

    `name` is what people call it; `fingerprint` names what it exactly is (weights, adapter,
    endpoint, settings of the pipeline): responses are kept under it.
    """

    @property
    def name(self) -> str: ...

    @property
    def fingerprint(self) -> str: ...

    def respond(self, items: Sequence[ExamItem]) -> AsyncIterator[Response]:
        """One response for each item, in whatever order they come, as soon as they come.

        Raises ModelError and ModelUnavailableError; what came before stands.
        """
        ...

    async def close(self) -> None: ...
