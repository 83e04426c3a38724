"""Follow-up questions made whole from the turn before, by rules a person can check.

"那病假呢？" after "年假有几天？" means "病假有几天？"; "它的价格是多少？" after "QH-200 的流量是多少？"
means "QH-200的价格是多少？". A question that stands by itself is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_ELLIPSIS_ZH = re.compile(
    r"^(?:那么?|还有|以及|至于|如果是|要是|换成)?(?P<topic>[^，。？?!！]{1,20}?)"
    r"(?:呢|又如何|又怎么样|怎么样|也一样吗|也是吗)[？?]?$"
)
_ELLIPSIS_EN = re.compile(
    r"^(?:and what about|and in the case of|what about|how about|and for|and|or)\s+"
    r"(?P<topic>(?!(?:what|how|when|where|who|why|which|is|are|do|does|can)\b)[^?]{1,60})\?*$",
    re.IGNORECASE,
)
_POINTING_ZH = re.compile(
    r"它|这个|那个|这种|那种|上述|前者|后者|其中|该(?!如何|怎么)|这条|此条|(?:^|[，。])(?:那|还|另外)"
)
# What can be put in the subject's place as it is.
_SUBJECT_ZH = re.compile(
    r"^(?:那么?|另外|还有)?[，,]?\s*(?:它们?|这[个种]|那[个种]|该(?=[的有]))"
    r"(?=的|有|是|需|要|可|能|在|最|多)"
)
_POINTING_EN = re.compile(
    r"\b(?:it|its|they|their|them|this|that|these|those|he|she|his|her)\b", re.IGNORECASE
)
_BARE_QUESTION_ZH = re.compile(
    r"^(?:那|那么|还|又|最[多少长短晚早]|什么时候|多久|多少钱|为什么|谁|在哪里?|怎么[办做算申请]{0,3}|需要什么(?:材料|条件|手续)?)"
    r"[^，。]{0,6}[？?]?$"
)
_BARE_QUESTION_EN = re.compile(
    r"^(?:and\s+)?(?:why|when|where|who|how long|how much|how many|how)(?:\s+so)?\s*\?*$",
    re.IGNORECASE,
)
_LEADING_TOPIC_ZH = re.compile(
    r"^(?P<topic>[^，。？?的有是]{2,20}?)(?=的|有|是|需要|可以|应当|由|在|要)"
)
_NOUNS_EN = (
    r"\s+(?:the\s+|a\s+|an\s+)?(?P<topic>(?!there\b|it\b)[\w-]+"
    r"(?:\s+(?!(?:have|has|cost|need|last|take|is|are|of|for|in|on|with)\b)[\w-]+){0,3})"
)
# What stands after "of" is what it is about; only without one does the verb's subject count.
_TOPICS_EN = tuple(
    re.compile(rf"\b(?:{words}){_NOUNS_EN}", re.IGNORECASE)
    for words in ("of|for|about", "does|do|is|are|has|have")
)
_SHARED_ENDING_CHARACTERS = 1


def understand_followup(question: str, earlier: Sequence[str]) -> str:
    """The question as it stands by itself; `earlier` are understood questions, oldest first."""
    if not earlier:
        return question
    previous = earlier[-1]
    stripped = question.strip()
    if match := _ELLIPSIS_ZH.match(stripped):
        return _with_topic(previous, match["topic"])
    if match := _ELLIPSIS_EN.match(stripped):
        return f"{match['topic'].strip()}: {previous}"
    if (match := _SUBJECT_ZH.match(stripped)) and (subject := _subject(previous)) != previous:
        return subject + stripped[match.end() :]
    if _is_bare(stripped):
        return f"{_subject(previous)} {stripped}"
    if _POINTING_ZH.search(stripped):
        return f"{_subject(previous)} {stripped}"
    if _POINTING_EN.search(stripped):
        return f"{_subject_en(previous)}: {stripped}"
    return question


def _is_bare(question: str) -> bool:
    """最长多久? and "how long?" ask something of what was spoken of before."""
    return bool(_BARE_QUESTION_ZH.match(question) or _BARE_QUESTION_EN.match(question))


def _with_topic(previous: str, topic: str) -> str:
    """Put `topic` where the earlier question had its like: 病假 for 年假, which end the same.

    The last such place counts, and only where the earlier word was no longer than the new one.
    When the topic stands there already, or its like is not found, both stay in view: dropping words
    could drop the point.
    """
    ending = topic[-_SHARED_ENDING_CHARACTERS:]
    start = previous.rfind(ending) - len(topic) + len(ending)
    if topic in previous or start < 0:
        return f"{topic} {previous}"
    return previous[:start] + topic + previous[start + len(topic) :]


def _subject(previous: str) -> str:
    """What the earlier question was about, without its question words."""
    match = _LEADING_TOPIC_ZH.match(previous)
    return match["topic"].strip() if match else previous.rstrip("？?。. ")


def _subject_en(previous: str) -> str:
    found = (pattern.search(previous) for pattern in _TOPICS_EN)
    match = next((each for each in found if each), None)
    return match["topic"] if match else previous.rstrip("？?。. ")
