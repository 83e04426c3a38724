"""How much of a sentence's wording its source has: content terms and runs of new characters."""

from __future__ import annotations

import re

from teaegg.core.quantities.numerals import to_half_width
from teaegg.core.terms import index_terms

_HAN = re.compile(r"[㐀-鿿豈-﫿々〇]+")
_MOSTLY_CHINESE = 0.2
_CHINESE_FUNCTION_PAIRS = frozenset(
    index_terms(
        "可以 应当 必须 根据 按照 依照 规定 以及 或者 并且 如果 因此 所以 但是 其中 包括 属于 "
        "进行 对于 关于 "
        "由于 以下 以上 需要 不得 不能 没有 这个 这些 该公 即可 也就 就是 是指 是由 分别 同时 "
        "此外 文件 资料"
    )
)
FUNCTION_TERMS = _CHINESE_FUNCTION_PAIRS | frozenset(
    index_terms(
        "a an the of in on at to for from by with and or but if as is are was were be been being "
        "it its this that "
        "these those he she they we you i his her their our your not no yes do does did has have "
        "had will would "
        "can could may might must shall should than then so such also which who whom whose what "
        "when where how "
        "there here all any each both more most other some only own same too very about into over "
        "after before "
        "under between during up down out off per via"
    )
)
"""Terms that hold a sentence together and prove nothing."""


def content_coverage(sentence: str, known: str) -> float:
    """Share of the distinct content terms of `sentence` that `known` has; 0 for one without any."""
    terms = content_terms(sentence)
    return len(terms & set(index_terms(known))) / len(terms) if terms else 0.0


def content_terms(text: str) -> frozenset[str]:
    """Index terms without function words."""
    return frozenset(index_terms(text)) - FUNCTION_TERMS


def longest_new_run(sentence: str, known: str) -> int:
    """Length in characters of the longest stretch of Chinese that shares no pair with `known`.

    A made-up name or claim shows as one long new stretch, a rewording as many short ones.
    """
    pairs = set(index_terms(known)) | _CHINESE_FUNCTION_PAIRS
    longest = 0
    for match in _HAN.finditer(to_half_width(sentence)):
        run, length = match[0], 1
        for i in range(len(run) - 1):
            length = 1 if run[i : i + 2] in pairs else length + 1
            longest = max(longest, length)
    return longest


def is_chinese(text: str) -> bool:
    """Whether at least a fifth of the characters are Chinese ones, so that Latin words are guests."""
    return sum(map(len, _HAN.findall(text))) >= _MOSTLY_CHINESE * max(len(text), 1)
