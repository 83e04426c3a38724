"""Rows that people brought, tied to the passages that prove them.

What an expert learns stands in documents: its answers are words of a passage, its audience is who may
read those documents, and forgetting one finds it again. So the answer of a brought row is looked up,
word for word, else sentence by sentence; what no passage says teaches nothing here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from teaegg.core.documents import Passage
from teaegg.core.spelling.widths import text_width
from teaegg.core.terms import index_terms
from teaegg.distill.data.checking.near_copies import grams
from teaegg.distill.data.corpus import Corpus
from teaegg.distill.data.records import Asked, Proof, Rejected, Side
from teaegg.distill.data.stages import Made
from teaegg.distill.rows import Row
from teaegg.guard.claims import check_sentence
from teaegg.guard.polarity import disagreements
from teaegg.guard.quotes import find_quotes
from teaegg.guard.wording import content_coverage
from teaegg.retrieval.reading_prompt import read_prompt
from teaegg.retrieval.spans.content import content_terms
from teaegg.retrieval.spans.sentences import split_sentences

_LOOKED_AT = 24
_SEARCHED_CHARACTERS = 400
_TELLING_WIDTH = 8
"""An answer of so many Chinese characters stands in one place by no accident; that of a shorter one
must also stand in a passage about the question, or bring the passage with it."""
_SPEAKS = 0.5
"""Share of the content terms of question and answer that such a passage has."""
_SAME_PASSAGE = 0.5
"""Share of a passage's n-grams (or the row's, the shorter counts) that both have."""
_GRAM = 8
_GREETING = re.compile(
    r"^(?:您好|你好|亲爱的|尊敬的[^，,。！!\n]{0,12}|hello|hi|dear [^,.!\n]{0,30})\s*[，,。！!：:~\s]+",
    re.I,
)
_COURTESY = re.compile(
    r"(?:感谢|谢谢|多谢|祝您?|如有(?:其他)?(?:疑问|问题)|如需帮助|欢迎|thanks?\b|thank you|best regards"
    r"|kind regards|please let (?:us|me) know)[^\d]{0,40}",
    re.I,
)


@dataclass(frozen=True, slots=True)
class _Brought:
    """What a row asks and answers. `shown` are the passages it brought with it, "" where none."""

    row: Row
    question: str
    answer: str
    shown: str
    earlier: tuple[str, str] | None

    def asked(self, answer: str = "", proofs: Sequence[Proof] = ()) -> Asked:
        said = answer or self.answer
        return Asked(
            id=self.row.id,
            kind="imported",
            question=self.question,
            answer=said,
            proofs=tuple(proofs),
            earlier=self.earlier,
            note="" if said == self.row.answer else "answer as its passage words it",
            rejected=self.row.rejected,
            teacher=self.row.teacher,
        )


async def grounded(
    rows: Sequence[Row],
    corpus: Corpus,
    sides: Mapping[str, Side],
    on_progress: Callable[[int, int], None],
) -> Made[Asked]:
    """The rows as questions with proof, and those that cannot be taken with the reason.

    `sides` are the documents of the scene; whatever one of the exam proves is left out, even where
    another says it as well.
    """
    kept: list[Asked] = []
    rejected: list[Rejected] = []
    for number, row in enumerate(rows, start=1):
        found = await _grounded(row, corpus, sides)
        if isinstance(found, Asked):
            kept.append(found)
        else:
            rejected.append(found)
        on_progress(number, len(rows))
    return Made(kept, rejected)


async def _grounded(row: Row, corpus: Corpus, sides: Mapping[str, Side]) -> Asked | Rejected:
    brought = _read(row)
    if brought is None:
        turn = _Brought(row, row.turns[-1].content, row.answer, "", None)
        return left_out(turn.asked(), "more than one question comes before it")
    searched = f"{brought.question} {brought.answer}"[:_SEARCHED_CHARACTERS]
    ranked = [p for p in await corpus.ranked(searched, _LOOKED_AT) if p.document in sides]
    proved = [item for item in (_proved(brought, passage) for passage in ranked) if item]
    exam = next((item for item in proved if sides[item.proofs[0].document] == "exam"), None)
    if exam is not None:
        return left_out(exam, "its answer stands in an exam document")
    if proved:
        return proved[0]
    return left_out(brought.asked(), _why_not(brought))


def left_out(item: Asked, reason: str, detail: str = "") -> Rejected:
    """A brought row that is not learned."""
    return Rejected(stage="brought", reason=reason, detail=detail, item=item)


def _why_not(brought: _Brought) -> str:
    if brought.shown:
        return "no document that may be read says its answer, though its own passage may"
    return "no document that may be read says its answer"


def _read(row: Row) -> _Brought | None:
    """None for conversations in which more than one question was asked before."""
    turns = [turn for turn in row.turns if turn.role != "system"]
    *before, last = turns
    earlier: tuple[str, str] | None = None
    if [turn.role for turn in before] == ["user", "assistant"]:
        earlier = (read_prompt(before[0].content)[1], before[1].content)
    elif before:
        return None
    shown, question = read_prompt(last.content)
    return _Brought(row, question.strip(), _without_courtesy(row.answer), shown, earlier)


def _without_courtesy(answer: str) -> str:
    """The answer as it is where it holds nothing else."""
    text = _GREETING.sub("", answer.strip())
    spans = [text[start:end] for start, end in split_sentences(text)]
    said = [part for part in spans if not _COURTESY.fullmatch(part)]
    return text if len(said) == len(spans) else "\n".join(said) or answer


def _proved(brought: _Brought, passage: Passage) -> Asked | None:
    """The row with its proof in `passage`, its answer in the words that stand there."""
    if not _is_about(brought, passage):
        return None
    places = _word_for_word(brought.answer, passage)
    if places:
        words = [passage.text[start:end] for start, end in places]
        return brought.asked("\n".join(words), _proofs(places, passage))
    places = _sentence_by_sentence(brought, passage)
    # Verifying puts the quotes in the place of an answer in words of its own.
    return brought.asked(proofs=_proofs(places, passage)) if places else None


def _is_about(brought: _Brought, passage: Passage) -> bool:
    if text_width(brought.answer) >= _TELLING_WIDTH:
        return True
    if brought.shown and _share(grams(brought.shown, _GRAM), grams(passage.text, _GRAM)):
        return True
    known = set(index_terms(f"{passage.place}\n{passage.text}"))
    said = (*(brought.earlier or ())[:1], brought.question, brought.answer)
    terms = content_terms("\n".join(said))
    return sum(term in known for term in terms) >= _SPEAKS * len(terms)


def _share(one: set[str], other: set[str]) -> bool:
    return bool(one and other) and len(one & other) >= _SAME_PASSAGE * min(len(one), len(other))


def _word_for_word(answer: str, passage: Passage) -> list[tuple[int, int]]:
    """Where each line of the answer stands; nothing when one does not."""
    places = []
    for line in filter(str.strip, answer.split("\n")):
        place = next(
            (place for place in find_quotes(line, passage.text) if not _turned(place, passage)),
            None,
        )
        if place is None:
            return []
        places.append(place)
    return list(dict.fromkeys(places))


def _turned(place: tuple[int, int], passage: Passage) -> bool:
    """Cut out of its sentence, a stretch may say the opposite: 可以报销 stands in 不可以报销."""
    start, end = place
    around = [passage.text[s:e] for s, e in split_sentences(passage.text) if s < end and start < e]
    return bool(disagreements(passage.text[start:end], around))


def _sentence_by_sentence(brought: _Brought, passage: Passage) -> list[tuple[int, int]]:
    """For each sentence of the answer the one of the passage that says it; nothing when one has none."""
    spans = split_sentences(passage.text)
    places = []
    for start, end in split_sentences(brought.answer):
        said = brought.answer[start:end]
        telling = [
            span
            for span in spans
            if check_sentence(
                said, [passage.text[span[0] : span[1]]], question=brought.question
            ).supported
        ]
        if not telling:
            return []
        places.append(
            max(telling, key=lambda span: content_coverage(said, passage.text[span[0] : span[1]]))
        )
    return list(dict.fromkeys(places))


def _proofs(places: Sequence[tuple[int, int]], passage: Passage) -> list[Proof]:
    return [
        Proof(
            document=passage.document,
            passage=passage.id,
            text=passage.text[start:end],
            start=passage.start + start,
            end=passage.start + end,
        )
        for start, end in places
    ]
