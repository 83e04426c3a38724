"""Proof beside an answer: are the right passages found and quoted, and does the reply rest on them.

Citation recall and precision after Gao et al. 2023 ("Enabling Large Language Models to Generate Text with
Citations"), without a model in between: a quote is right when it lies in a passage where the answer
stands. Evidence recall at k is that of retrieval (Manning et al. 2008, 8.4). Faithfulness is the share of
sentences that their quotes say word for word or support by the rules of `guard.claims`, as the claims
are counted in RAGAS (Es et al. 2024), where a model judges them.
"""

from __future__ import annotations

from collections.abc import Sequence

from teaegg.core.exams import ExamItem, ItemPassage, Quoted, Response
from teaegg.evals.scorers.declining import declines
from teaegg.guard.claims import check_sentence
from teaegg.guard.quotes import find_quotes
from teaegg.retrieval.marked_text import SentenceReader

_RANKS = (1, 5)


def proof_parts(item: ExamItem, response: Response) -> dict[str, float]:
    """`citation_recall`, `citation_precision`, `evidence_recall` (and at 1 and 5) and `faithful`, as far
    as the response shows them: who cites nothing has no precision, who searches nothing no recall."""
    return {
        **_citation_parts(item, response),
        **_evidence_parts(item, response),
        **_faithful_part(item, response),
    }


def lies_in(quoted: Quoted, passage: ItemPassage) -> bool:
    """Whether the quote is from that passage, or holds it: by ids where both are known, else by the words."""
    if passage.passage and quoted.passage == passage.passage:
        return True
    if passage.document and quoted.document and passage.document != quoted.document:
        return False
    # A document that was learned again has other passages: the same words still prove the same.
    return _says(quoted.quote, passage.text) or _says(passage.text, quoted.quote)


def unsupported_sentences(item: ExamItem, response: Response) -> tuple[int, tuple[str, ...]]:
    """How many sentences the reply has, and those that nothing supports.

    What may support them: the quotes that came with the reply; without any, the item's passages,
    each with what stands above it. That the documents do not say needs no support.
    """
    reader = SentenceReader()
    read = [*reader.feed(response.text), *reader.finish()]
    sentences = [sentence.text for sentence in read if not declines(sentence.text)]
    sources = _sources(item, response)
    question = "\n".join(item.questions)
    unsupported = tuple(
        sentence for sentence in sentences if not _supported(sentence, sources, question)
    )
    return len(sentences), unsupported


def _citation_parts(item: ExamItem, response: Response) -> dict[str, float]:
    gold = _gold(item)
    if not gold or not (response.citations or response.evidence):
        return {}
    quoted = [[lies_in(quote, passage) for passage in gold] for quote in response.citations]
    recalled = sum(any(row[place] for row in quoted) for place in range(len(gold)))
    parts = {"citation_recall": recalled / len(gold)}
    if quoted:
        parts["citation_precision"] = sum(map(any, quoted)) / len(quoted)
    return parts


def _evidence_parts(item: ExamItem, response: Response) -> dict[str, float]:
    gold = {passage.passage for passage in _gold(item) if passage.passage}
    if not gold or not response.evidence:
        return {}
    cuts = {"": len(response.evidence), **{f"_at_{rank}": rank for rank in _RANKS}}
    return {
        f"evidence_recall{name}": len(gold & set(response.evidence[:cut])) / len(gold)
        for name, cut in cuts.items()
    }


def _faithful_part(item: ExamItem, response: Response) -> dict[str, float]:
    if not (response.citations or item.passages):
        return {}
    written, unsupported = unsupported_sentences(item, response)
    return {"faithful": 1 - len(unsupported) / written} if written else {}


def _gold(item: ExamItem) -> list[ItemPassage]:
    return [passage for passage in item.passages if passage.gold]


def _sources(item: ExamItem, response: Response) -> list[str]:
    if not response.citations:
        return [f"{passage.place}\n{passage.text}" for passage in item.passages]
    # The reader sees title and headings beside a quote, so they belong to the proof.
    places = {passage.passage: passage.place for passage in item.passages if passage.passage}
    return [f"{places.get(quote.passage, '')}\n{quote.quote}" for quote in response.citations]


def _supported(sentence: str, sources: Sequence[str], question: str) -> bool:
    if any(_says(sentence, source) for source in sources):
        return True
    return check_sentence(sentence, sources, question=question).supported


def _says(words: str, text: str) -> bool:
    return any(True for _ in find_quotes(words, text))
