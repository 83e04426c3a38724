"""Follow-up questions made whole from the turn before, by rules a person can check.

"那病假呢？" after "年假有几天？" means "病假有几天？"; "它的价格是多少？" after "QH-200 的流量是多少？"
keeps the earlier subject in view. A question that stands by itself is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_ELLIPSIS_ZH = re.compile(
    r"^(?:那么?|还有|以及|如果是|换成)?(?P<topic>[^，。？?!！]{1,20}?)(?:呢|又如何|又怎么样)[？?]?$"
)
_ELLIPSIS_EN = re.compile(
    r"^(?:and|what about|how about|and what about)\s+(?P<topic>[^?]{1,60})\?*$", re.IGNORECASE
)
_POINTING_ZH = re.compile(
    r"它|这个|那个|这种|那种|上述|前者|后者|其中|该(?!如何|怎么)|这条|此条|(?:^|[，。])(?:那|还|另外)"
)
_POINTING_EN = re.compile(
    r"\b(?:it|its|they|their|them|this|that|these|those|he|she|his|her)\b", re.IGNORECASE
)
_LEADING_TOPIC_ZH = re.compile(
    r"^(?P<topic>[^，。？?的有是]{2,20}?)(?=的|有|是|需要|可以|应当|由|在|要)"
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
    if _POINTING_ZH.search(stripped) or _POINTING_EN.search(stripped):
        return f"{_subject(previous)} {stripped}"
    return question


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
    return match["topic"] if match else previous.rstrip("？?。. ")
