"""Chinese words by jieba, as the hybrids of the peers' Chinese tutorials use them."""

from __future__ import annotations

import logging
import re

import jieba

jieba.setLogLevel(logging.WARNING)
_LETTER_OR_DIGIT = re.compile(r"\w")


def words(text: str) -> list[str]:
    """The words of `text` in lower case, without white space and punctuation.

    Punctuation kept as words costs BM25 six points of recall@1 on cmrc2018: full stops match.
    """
    return [word for word in jieba.lcut(text.lower()) if _LETTER_OR_DIGIT.search(word)]
