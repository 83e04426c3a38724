"""The contract of a reranker. Every one passes `tests/contract/test_reranker_contract.py`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from teaegg.core.answers import Evidence
from teaegg.retrieval.query import Query


class Reranker(Protocol):
    """Puts the best of what the searches found first.

    It sees only what the asker may see and can neither add a passage nor lose one.
    """

    @property
    def name(self) -> str:
        """As it stands in the setting `search.reranker`."""
        ...

    async def rerank(self, query: Query, candidates: Sequence[Evidence]) -> list[Evidence]:
        """The same passages, best first, the same for the same candidates in whatever order.

        Scores are new: over 0, at most 1, falling; what the two searches gave stays. [] for none.
        Raises ModelError when an engine behind it fails.
        """
        ...
