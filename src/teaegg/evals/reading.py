"""Exact match and F1 of a short answer, for Chinese by characters and for other scripts by words.

The measures of CMRC 2018 (Cui et al. 2019, "A Span-Extraction Dataset for Chinese Machine Reading
Comprehension"): case and punctuation do not count, F1 is that of the longest common run, and of
several right answers the nearest one counts. So figures stand beside the published ones.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

# The characters that the published measure leaves out; full stop, comma and per cent sign count.
_LEFT_OUT = frozenset("-:_*^/\\~`+=，。：？！“”；’《》…·、「」（）－～『』")
_TOKENS = re.compile(r"[^\W_\u3400-\u9fff\uf900-\ufaff]+|\S")


@dataclass(frozen=True, slots=True)
class ReadingScore:
    """`exact` and `f1` of one answer, each from 0 to 1."""

    exact: float
    f1: float


def reading_score(answer: str, right: Sequence[str]) -> ReadingScore:
    """The best score of `answer` against any of the `right` answers. Raises ValueError for none."""
    given = _tokens(answer)
    wanted = [_tokens(text) for text in right]
    return ReadingScore(
        exact=float(any("".join(given) == "".join(tokens) for tokens in wanted)),
        f1=max(_f1(given, tokens) for tokens in wanted),
    )


def _tokens(text: str) -> list[str]:
    """Chinese characters and other single signs each by itself, runs of letters and digits whole."""
    plain = "".join(" " if character in _LEFT_OUT else character for character in text.lower())
    return _TOKENS.findall(plain)


def _f1(given: Sequence[str], wanted: Sequence[str]) -> float:
    common = _longest_common_run(given, wanted)
    if not common:
        return 0.0
    precision, recall = common / len(given), common / len(wanted)
    return 2 * precision * recall / (precision + recall)


def _longest_common_run(one: Sequence[str], other: Sequence[str]) -> int:
    """Length of the longest run of tokens that stands in both."""
    longest = 0
    above = [0] * (len(other) + 1)
    for token in one:
        current = [0]
        for column, compared in enumerate(other):
            current.append(above[column] + 1 if token == compared else 0)
        longest = max(longest, *current)
        above = current
    return longest
