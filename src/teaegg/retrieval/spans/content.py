"""The content terms of a question: its index terms without the words that only ask."""

from __future__ import annotations

import re

from teaegg.core.quantities.terms import figure_terms
from teaegg.core.terms import article_references, fold, index_terms

_CHINESE_RUN = re.compile(r"[\u3400-\u9fff]+")
_LATIN_WORD = re.compile(r"[a-z0-9\u00c0-\u024f]+(?:[-_./'][a-z0-9]+)*")
_ASKING_ZH = re.compile(
    "请问|请告诉我|是什么时候|什么时候|什么时间|是什么|有什么|为什么|什么是|指的是|是指|什么样的?|什么|怎么样|怎么|怎样|如何"
    "|是哪一?[年天月日]|哪一?[年天月日]|哪[个些里儿位家种所座部条项只支间款届场次国位]|哪|是谁|谁|为何|何时|何地|何处|何种|何人|何"
    '|多少|多大|多长|多久|多高|多远|多重|几[个年月日次名人位岁所座条]?|是否|吗|呢|的是|主要|具体|包括|分别|哪些|[?？！!。，,、：:；;《》“”‘’"「」『』（）()·•]'
)
_FUNCTION_ZH = set("的了在是和与及其于而之以为有被把对从到由让使向将也都就还又等这那该此一个")
_PARTICLE_ZH = re.compile("(?<![目有])的(?![士确])|了(?!解)|(?<![可所])以及|曾经?")
_STOP_EN = frozenset(
    "a an the of in on at to for from by with and or as is are was were be been being do does did done has have had "
    "what which who whom whose when where why how many much long far old often it its this that these those there "
    "their they he she his her him them you your i we our us can could would will should may might must than then "
    "about into during after before between over under not no if so such name type kind called s".split()
)


def content_terms(question: str) -> tuple[str, ...]:
    """Distinct index terms of what the question is about; of all of it when nothing is left.

    Asking words (是什么, 哪一年, how many) never stand in an answer: counted as unmatched they would
    make every good passage look bad, and searched for they find passages about nothing.
    """
    cleaned = without_asking_words(question)
    terms: dict[str, None] = {}
    for run in _CHINESE_RUN.findall(_PARTICLE_ZH.sub(" ", cleaned)):
        trimmed = _without_function_words(run)
        if trimmed not in _FUNCTION_ZH:
            terms.update(dict.fromkeys(index_terms(trimmed)))
    for word in _LATIN_WORD.findall(cleaned):
        if word not in _STOP_EN:
            terms.update(dict.fromkeys(index_terms(word)))
    folded = fold(question)
    terms.update(dict.fromkeys(f"§{article}" for article in article_references(folded)))
    terms.update(dict.fromkeys(figure_terms(folded)))
    return tuple(terms or dict.fromkeys(index_terms(question)))


def without_asking_words(question: str) -> str:
    """The question folded (`core.terms`) and in lower case, with a blank where it only asks."""
    return _ASKING_ZH.sub(" ", fold(question).lower())


def content_characters(question: str) -> frozenset[str]:
    """The Chinese characters of the question that carry meaning."""
    runs = _CHINESE_RUN.findall(without_asking_words(question))
    return frozenset(character for run in runs for character in run) - _FUNCTION_ZH


def is_stop_word(word: str) -> bool:
    """Whether an English word in lower case carries no content."""
    return word in _STOP_EN


def _without_function_words(run: str) -> str:
    """Without 的, 了, 是 … at either end: 在试用期 and 试用期 must be the same terms."""
    while len(run) > 1 and run[0] in _FUNCTION_ZH:
        run = run[1:]
    while len(run) > 1 and run[-1] in _FUNCTION_ZH:
        run = run[:-1]
    return run
