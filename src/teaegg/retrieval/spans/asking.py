"""What kind of thing a question asks for, and whether a text holds one."""

from __future__ import annotations

import re
from typing import Literal

from teaegg.core.terms import index_terms
from teaegg.retrieval.spans.content import is_stop_word

AnswerType = Literal[
    "date", "number", "person", "place", "reason", "definition", "list", "work", "other"
]

_ASKED: tuple[tuple[AnswerType, str], ...] = (
    (
        "date",
        r"哪一?[年天日月]|何时|什么时[候间]|几[年月日号]|年份|哪个(?:年代|世纪|朝代|时期|月)|多久|时间|日期|\bwhen\b|\b(?:what|which) (?:year|date|day|month|century|decade)|\b(?:year|date)\b",
    ),
    (
        "number",
        r"多少|几[^乎何]|多[大长高远重宽深快]|第几|人数|数量|[率量额价]是|\bhow (?:many|much|long|far|old|large|tall|big|often|high|deep)|\bpercent|\bnumber\b|\bpopulation\b",
    ),
    ("person", r"谁|何人|哪[一几]?[位名](?!于)|什么人|人物|姓名|的?名字|\bwho(?:m|se)?\b"),
    (
        "place",
        r"哪里|哪儿|何[地处]|位于|地[点方]|哪一?个?[国省市州县区城镇洲岛]|国家|城市|\bwhere\b|\b(?:what|which) (?:\w+ )?(?:city|country|state|place|location|town|region|area|county|continent)|\blocation\b",
    ),
    ("reason", r"为什么|为何|原因|缘故|怎么会|\bwhy\b|\breason|\bcause"),
    (
        "definition",
        r"什么是|指的?是|是什么[?？]?$|定义|含义|意思|\bwhat (?:is|are) [^?]{2,30}\?|\bdefin",
    ),
    ("list", r"哪些|哪[几两三四五]|包括|分别|有什么|\bwhat (?:are|were)\b"),
    ("work", r"哪一?[部本首张篇]|作品|专辑|歌曲|电影|电视剧|书|小说"),
)
_ASKED_PATTERNS = tuple((name, re.compile(pattern, re.I)) for name, pattern in _ASKED)
_ZH_DIGITS = "〇零一二两三四五六七八九十百千万亿"
_SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘蔡蒋余于杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
_FOUND: dict[AnswerType, re.Pattern[str]] = {
    "date": re.compile(
        rf"\d{{1,4}}\s*[年月日]|[{_ZH_DIGITS}]{{1,4}}[年月日]|世纪|年代|时期|[春夏秋冬]季|\b1\d{{3}}s?\b|\b20\d\ds?\b|\d\d年|"
        r"\b(?:January|February|March|April|May|June|July|August|September|October|November|December|century|Sunday|Monday|Friday|Saturday)\b"
    ),
    "number": re.compile(
        rf"\d+(?:[.,]\d+)*|[{_ZH_DIGITS}]{{1,6}}(?=[个名人位岁次年月日座所条公平米元倍成分种部间只支层队组家])|%|"
        r"\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|hundred|thousand|million|billion|half|dozen|twice)\b",
        re.I,
    ),
    "person": re.compile(
        rf"[\u4e00-\u9fff]{{1,8}}[·•・][\u4e00-\u9fff]{{1,8}}|(?<![\u4e00-\u9fff])[{_SURNAMES}][\u4e00-\u9fff]{{1,2}}|"
        rf"[由被与和、是为][{_SURNAMES}][\u4e00-\u9fff]{{1,2}}|先生|女士|教授|博士|将军|总统|皇帝|国王|\b[A-Z][a-z]+ (?:[A-Z][a-z.]* ?)+"
    ),
    "place": re.compile(
        r"[\u4e00-\u9fff]{1,6}[国省市州县区镇村岛洲山河湖海港路街道站乡湾府]|[东南西北]部|\b(?:in|at|near|from|of|to) [A-Z][a-z]+"
    ),
    "reason": re.compile(
        r"因为?|由于|为了|所以|因此|导致|原因|鉴于|使得?|以便|避免|\bbecause\b|\bdue to\b|\bsince\b|\bin order\b|\bso that\b|\bresult|\bcaus",
        re.I,
    ),
    "definition": re.compile(
        r"是指?|即|指|称为|意为|意思|又称|\bis an?\b|\bare\b|\brefers\b|\bknown as\b|\bdefined\b",
        re.I,
    ),
    "list": re.compile(r"、|包括|分别|以及|有：|, [^,]+,? and ", re.I),
    "work": re.compile(r"《[^》]+》"),
}
_HEAD_ZH = re.compile(
    r"(?:哪(?![里儿年天日月时])[些一]?[个家种所座部条项只支间款届场次位名本首张]?|什么(?!时)|何种|多少|几)([\u4e00-\u9fff]{1,2})"
)
_HEAD_EN = re.compile(
    r"\b(?:what|which|how many|how much)\s+((?:[a-z'-]+\s+){0,2}?[a-z'-]+)\s+(?:did|does|do|is|are|was|were|has|have|had|of|in|can|could|would|will|to|for|that|caused|made)\b",
    re.I,
)


_OPEN = re.compile(
    r"为什么|为何|怎么|怎样|如何|原因|特[点征性]|什么样|作用|影响|评价"
    r"|\bwhy\b|\bhow (?:do|did|does|is|are|was|can)\b"
)
# A word that the question itself holds is no answer of these kinds.
_NOT_FROM_THE_QUESTION = frozenset({"date", "number", "person", "work"})


def answer_type(question: str) -> AnswerType:
    """The kind of thing asked for; "other" when the words do not say."""
    for name, pattern in _ASKED_PATTERNS:
        if pattern.search(question):
            return name
    return "other"


def is_open(question: str) -> bool:
    """Whether it asks why or how: such answers are long."""
    return bool(_OPEN.search(question))


def head_nouns(question: str) -> tuple[str, ...]:
    """The noun that the answer must be a kind of (哪家*公司*, which *city*), as index terms."""
    if match := _HEAD_ZH.search(question):
        noun = match.group(1).lstrip("样的是")
        return (noun,) if noun else ()
    if match := _HEAD_EN.search(question):
        words = (word for word in match.group(1).lower().split() if not is_stop_word(word))
        return tuple(term for word in words for term in index_terms(word))
    return ()


def typed_tokens(kind: AnswerType, text: str, question: str) -> list[int]:
    """Where in `text` tokens of the asked kind begin.

    Asked for the year of something in *2008 Olympics*, "2008" proves nothing: what the question
    itself says is left out for kinds that are names or figures.
    """
    pattern = _FOUND.get(kind)
    if pattern is None:
        return []
    return [
        token.start()
        for token in pattern.finditer(text)
        if kind not in _NOT_FROM_THE_QUESTION or token.group().strip() not in question
    ]


def enumerations(text: str) -> int:
    """How many marks of an enumeration stand in `text`."""
    return len(_FOUND["list"].findall(text))
