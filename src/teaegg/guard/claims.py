"""Is a freely worded sentence supported by the passages that it cites? Decided without any model.

Four checks, every one of which must pass: figures, names, polarity (what is forbidden, demanded, allowed,
denied), and the share of content terms that the passages have. The thresholds were fitted on
public data (docs/guard.md has the figures); what cannot be verified counts as unsupported.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from teaegg.core.quantities.numerals import to_half_width
from teaegg.guard.figures import figures, missing_figures
from teaegg.guard.polarity import disagreements
from teaegg.guard.wording import (
    content_coverage,
    content_terms,
    is_chinese,
    longest_new_run,
)

MINIMUM_COVERAGE_CHINESE = 0.5
MINIMUM_COVERAGE_ENGLISH = 0.7
"""Share of a sentence's content terms that its passages (or the question) must have. Chinese character
pairs straddle words, so an honest rewording loses more of them than English words."""

LONGEST_NEW_RUN = 8
"""Longest run of Chinese characters whose pairs all stand nowhere in the passages or the question."""

_QUOTED = re.compile(r"[“「『《〈\"]([^”」』》〉\"]{2,80})[”」』》〉\"]")
_LATIN = re.compile(r"[A-Za-zÀ-ɏ][A-Za-zÀ-ɏ0-9]*(?:[-_./&'’][A-Za-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class ClaimVerdict:
    """`supported` with no `reasons`, or not supported and why. `coverage` is within 0 and 1."""

    supported: bool
    reasons: tuple[str, ...]
    coverage: float


def check_sentence(
    sentence: str, cited_texts: Sequence[str], *, question: str = ""
) -> ClaimVerdict:
    """Whether `cited_texts` support `sentence`; the question may supply names and words, never figures."""
    if not any(text.strip() for text in cited_texts):
        return ClaimVerdict(supported=False, reasons=("cites nothing",), coverage=0.0)
    source = "\n".join(cited_texts)
    known = f"{source}\n{question}"
    words = without_figures(sentence)
    coverage = content_coverage(words, known) if content_terms(words) else float(words != sentence)
    reasons = [
        *(
            f"figure not in the source: {figure.surface}"
            for figure in missing_figures(sentence, source)
        ),
        *(f"name not in the source: {name}" for name in unknown_names(words, known)),
        *disagreements(sentence, cited_texts),
        *_wording_reasons(words, known, coverage),
    ]
    return ClaimVerdict(supported=not reasons, reasons=tuple(reasons), coverage=coverage)


def without_figures(sentence: str) -> str:
    """The words alone: figures have a check of their own, and 二十年 for 20年 is no new wording."""
    pieces, position = [], 0
    for figure in figures(sentence):
        pieces.append(sentence[position : figure.start])
        position = max(position, figure.end)
    return " ".join([*pieces, sentence[position:]])


def unknown_names(sentence: str, known: str) -> tuple[str, ...]:
    """Quoted strings, and words in Latin letters that act as names, that `known` does not have.

    In a Chinese sentence every Latin word is a name; in an English one those with a capital letter
    that does not merely open the sentence.
    """
    lowered = _squeezed(known)
    words = {_squeezed(word) for word in _LATIN.findall(to_half_width(known))}
    quoted = [text for text in _QUOTED.findall(sentence) if _squeezed(text) not in lowered]
    latin = [word for word in _names(sentence) if not _is_known(word, words, lowered)]
    return tuple(dict.fromkeys([*quoted, *latin]))


def _names(sentence: str) -> list[str]:
    plain = to_half_width(sentence)
    matches = list(_LATIN.finditer(plain))
    if is_chinese(plain):
        return [match[0] for match in matches if len(match[0]) > 1]
    return [
        match[0]
        for match in matches
        if any(character.isupper() for character in match[0])
        and content_terms(match[0])
        and not _opens_a_sentence(plain, match)
    ]


def _opens_a_sentence(text: str, match: re.Match[str]) -> bool:
    """A capital at the head says nothing, unless more capitals or digits follow inside the word."""
    head = text[: match.start()].rstrip(" \"'“‘([")
    return (not head or head[-1] in ".!?:。！？\n") and not re.search(r"[A-Z0-9]", match[0][1:])


def _is_known(word: str, words: set[str], lowered: str) -> bool:
    squeezed = _squeezed(word)
    singular = squeezed.removesuffix("'s").removesuffix("’s")
    return bool({squeezed, singular} & words) or (len(squeezed) > 3 and squeezed in lowered)


def _squeezed(text: str) -> str:
    return re.sub(r"[\s\-_·]+", "", to_half_width(text)).lower()


def _wording_reasons(words: str, known: str, coverage: float) -> list[str]:
    reasons = []
    minimum = MINIMUM_COVERAGE_CHINESE if is_chinese(words) else MINIMUM_COVERAGE_ENGLISH
    if coverage < minimum:
        reasons.append(f"only {coverage:.0%} of its content words stand in the source")
    run = longest_new_run(words, known)
    if run > LONGEST_NEW_RUN:
        reasons.append(f"{run} characters in a row that the source does not have")
    return reasons
