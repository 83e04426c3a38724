"""Which reranker the settings ask for."""

from __future__ import annotations

from teaegg.core.settings import SearchSettings
from teaegg.retrieval.ranking.base import Reranker
from teaegg.retrieval.ranking.fitted import FittedReranker


def make_reranker(settings: SearchSettings) -> Reranker | None:
    """None where the fused order is to stay."""
    match settings.reranker:
        case "fitted":
            return FittedReranker()
        case "none":
            return None
