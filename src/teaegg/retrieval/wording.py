"""The fixed words around quotes: the only words of a quoted answer that are not from the documents."""

from __future__ import annotations

from collections.abc import Sequence

from teaegg.core.answers import AnswerMode, Citation, Sentence
from teaegg.retrieval.query import Language

NO_ANSWER: dict[Language, str] = {
    "zh": "您可以查阅的资料中没有说明。",
    "en": "The documents you may read do not say.",
}
REFUSED: dict[Language, str] = {
    "zh": "未能给出每一句都有出处的回答，因此不作回答。",
    "en": "No answer could be given in which every sentence is proved, so none is given.",
}


def answer_text(sentences: Sequence[Sentence], language: Language, mode: AnswerMode) -> str:
    """The answer as plain text, each sentence with the numbers of its citations."""
    lines = []
    number = 0
    for sentence in sentences:
        marks = "".join(f"[{number + i + 1}]" for i in range(len(sentence.citations)))
        number += len(sentence.citations)
        if mode == "quote":
            lines.append(
                f"{_source(sentence.citations[0], language)}{_quoted(sentence, language)}{marks}"
            )
        else:
            lines.append(f"{sentence.text}{marks}")
    return "\n".join(lines)


def version_remark(title: str, remark: str, language: Language) -> str:
    """What is known of a cited document's force, with its title."""
    return f"《{title.strip('《》')}》：{remark}" if language == "zh" else f"{title}: {remark}"


def place(citation: Citation, language: Language) -> str:
    """Where a quote stands, as a person would say it: 第三十三条, page 4, row 12."""
    where = citation.location
    parts = []
    if where.article:
        number, _, suffix = where.article.partition("-")
        parts.append(f"第{number}条之{suffix}" if suffix else f"第{number}条")
    if where.page is not None:
        parts.append(f"第{where.page}页" if language == "zh" else f"page {where.page}")
    if where.sheet:
        parts.append(where.sheet)
    if where.row is not None:
        parts.append(f"第{where.row}行" if language == "zh" else f"row {where.row}")
    if where.part:
        parts.append(where.part)
    if not parts and where.path:
        parts.append(where.path[-1])
    return ("，" if language == "zh" else ", ").join(parts)


def _source(citation: Citation, language: Language) -> str:
    where = place(citation, language)
    if language == "zh":
        return f"《{citation.title.strip('《》')}》{where}："
    return f"{citation.title}{', ' if where else ''}{where}: "


def _quoted(sentence: Sentence, language: Language) -> str:
    return f"“{sentence.text}”" if language == "zh" else f"“{sentence.text}” "
