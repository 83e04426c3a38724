"""Does a sentence forbid, demand, allow, deny and bound what its source does?

A fabricated sentence can keep every figure and every noun and turn 不得 into 可以. So for each clause of
the sentence the clauses of the source about the same things are found by their shared terms, and the two
must agree in four respects. Words that only contain a negation (不锈钢, 不动产, 不仅) are left out first.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from teaegg.guard.bounds import LOWER_AFTER, LOWER_BEFORE, UPPER_AFTER, UPPER_BEFORE, turned_bounds
from teaegg.guard.wording import content_terms

Respect = Literal["prohibition", "obligation", "permission", "negation", "upper", "lower"]

_NEUTRAL = re.compile(
    "不动产|不锈钢|不可抗力|不仅|不但|不论|不管|不同|不断|不良|不正当|不特定|不定期|不定时|不合格"
    "|不当得利|不法"
    "|不予受理|无固定期限|无论|无条件|无线|无形|无偿|无因管理|无纺|无尘|非法|非常|非营利|非公开"
    "|未来|未成年人?|没收|否则|是否|能否"
    "|可否|不分|不久|不安全|不利|不料|不可分割|未遂|并非如此|须知|必须品|可能|可见|可靠|可行|可视"
    "|可用性|许可证|许可|能力|性能|功能|智能|节能"
    "|(?i:not only|whether or not|no\\.\\s*\\d|non-)"
)
_WORDS: dict[Respect, re.Pattern[str]] = {
    "prohibition": re.compile(
        "不得|禁止|严禁|不准|不可以|不可|不能|不允许|不应当?|不许|不宜|切勿|请勿|勿|杜绝|无权"
        "|(?i:\\b(?:must|may|shall|should|can|could)\\s+(?:not|never)\\b|\\bcannot\\b|\\b(?:mustn"
        "|can|shouldn)['’]t\\b"
        "|\\bnot\\s+(?:be\\s+)?(?:allowed|permitted)\\b|\\b(?:prohibit\\w*|forbid\\w*|bans?"
        "|banned)\\b|\\bnever\\b"
        "|\\bdo\\s+not\\b|\\bno\\s+\\w+\\s+(?:may|shall|can|is\\s+allowed)\\b)"
    ),
    "obligation": re.compile(
        "应当|必须|务必|有义务|(?<![不适对相反响供效一])应(?![用急对付变届收税聘运有力])"
        "|(?<![必])须(?!知)|需要|(?<!不)需(?!求|量|方)"
        "|(?i:\\b(?:must|shall|should|ought|required|requires|obliged|mandatory)\\b|\\b(?:have"
        "|has|need|needs)\\s+to\\b)"
    ),
    "permission": re.compile(
        "(?<!不)可以|(?<![不许认])可(?![以能见靠行视])|有权|(?<!不)允许|(?<!不)能够|(?<!不)准许|酌情"
        "|(?i:\\b(?:may|can|could|allowed|permitted|entitled|optional)\\b)"
    ),
    "negation": re.compile(
        "不|未|无|没|非(?=[因经属])|并非|免(?=[予于征除交缴])|拒绝|除外"
        "|(?i:\\bnot\\s+(?:entitled|eligible)\\b|\\b(?:not|no|never|without|neither|nor|none)\\b|n['’]t\\b)"
    ),
    "upper": re.compile(f"{UPPER_BEFORE}|{UPPER_AFTER}"),
    "lower": re.compile(f"{LOWER_BEFORE}|{LOWER_AFTER}"),
}
_CLAUSE_END = re.compile(r"[，。；！？,;!?\n]|(?<=[a-z])\.(?=\s|$)|：|:(?=\s)")
_SENTENCE_END = re.compile(r"[。；！？;!?\n]|(?<=[a-z])\.(?=\s|$)")
_MODAL: tuple[Respect, ...] = ("prohibition", "obligation", "permission", "negation")
_SAME_SUBJECT = 0.85
_MINIMUM_SHARED_TERMS = 0.34


@dataclass(frozen=True, slots=True)
class _Clause:
    text: str
    terms: frozenset[str]
    predicate: frozenset[str]
    respects: frozenset[Respect]


def disagreements(sentence: str, sources: Sequence[str]) -> tuple[str, ...]:
    """What `sentence` says otherwise than `sources`; () when they agree or share no subject."""
    single = [clause for source in sources for clause in _clauses(source)]
    double = [pair for source in sources for pair in _neighbours(source)]
    reasons: list[str] = []
    for clause in _clauses(sentence):
        aligned = _aligned(clause, single) or _aligned(clause, double)
        if aligned:
            reasons.extend(_compare(clause, aligned))
    reasons.extend(turned_bounds(sentence, sources))
    return tuple(dict.fromkeys(reasons))


def respects_of(text: str) -> frozenset[Respect]:
    """Which of the respects a clause speaks in; a prohibition is no obligation and no permission."""
    rest = _NEUTRAL.sub("", text)
    found: set[Respect] = {name for name in ("upper", "lower") if _WORDS[name].search(rest)}
    rest = _WORDS["upper"].sub("", _WORDS["lower"].sub("", rest))
    if _WORDS["prohibition"].search(rest):
        found |= {"prohibition", "negation"}
        rest = _WORDS["prohibition"].sub("", rest)
    if _WORDS["negation"].search(rest):
        found.add("negation")
        rest = _WORDS["negation"].sub("", rest)
    found |= {name for name in ("obligation", "permission") if _WORDS[name].search(rest)}
    return frozenset(found)


def _compare(clause: _Clause, aligned: Sequence[_Clause]) -> list[str]:
    """Reasons why no aligned clause of the source agrees; the best one decides what was dropped."""
    best = aligned[0].respects
    source = frozenset().union(*(other.respects for other in aligned))
    reasons = []
    if "prohibition" in clause.respects and "prohibition" not in source:
        reasons.append("forbids what the source does not forbid")
    if "prohibition" in best and not {"prohibition", "negation"} & clause.respects:
        reasons.append("leaves out a prohibition of the source")
    elif "negation" in best and "negation" not in clause.respects:
        reasons.append("leaves out a negation of the source")
    if "negation" in clause.respects and "negation" not in source:
        reasons.append("denies what the source does not deny")
    reasons.extend(_modal_shift(clause.respects, source))
    return reasons


def _modal_shift(said: frozenset[Respect], source: frozenset[Respect]) -> list[str]:
    reasons = []
    if "obligation" in said and "obligation" not in source and "permission" in source:
        reasons.append("demands what the source only allows")
    if (
        "permission" in said
        and "permission" not in source
        and {"obligation", "prohibition"} & source
    ):
        reasons.append("allows what the source demands or forbids")
    return reasons


def _aligned(clause: _Clause, known: Sequence[_Clause]) -> list[_Clause]:
    """The source clauses about the same thing, nearly as close as the closest, which comes first.

    What is allowed or forbidden (the predicate) counts twice: its subject often stands elsewhere.
    """
    if not clause.terms:
        return []
    scored = [(_closeness(clause, other), other) for other in known]
    top = max((score for score, _ in scored), default=0.0)
    if top < _MINIMUM_SHARED_TERMS:
        return []
    near = [(score, other) for score, other in scored if score >= top * _SAME_SUBJECT]
    return [other for _, other in sorted(near, key=lambda pair: (-pair[0], len(pair[1].terms)))]


def _closeness(clause: _Clause, other: _Clause) -> float:
    whole = len(clause.terms & other.terms) / len(clause.terms)
    if not clause.predicate:
        return whole
    return (whole + len(clause.predicate & other.terms) / len(clause.predicate)) / 2


def _clauses(text: str) -> list[_Clause]:
    return [_clause(piece) for piece in _pieces(text, _CLAUSE_END)]


def _neighbours(text: str) -> list[_Clause]:
    """Each two clauses of one sentence together: people merge clauses when they reword."""
    pairs = []
    for sentence in _pieces(text, _SENTENCE_END):
        pieces = _pieces(sentence, _CLAUSE_END)
        pairs += [f"{first}，{second}" for first, second in itertools.pairwise(pieces)]
    return [_clause(pair) for pair in pairs]


def _pieces(text: str, boundary: re.Pattern[str]) -> list[str]:
    return [piece.strip() for piece in boundary.split(text) if piece.strip()]


def _clause(text: str) -> _Clause:
    return _Clause(text, _terms(text), _terms(_after_modal(text)), respects_of(text))


def _after_modal(text: str) -> str:
    """What follows the first modal word: in 处理者可以委托机构, the thing that is allowed."""
    ends = [match.end() for name in _MODAL for match in [_WORDS[name].search(text)] if match]
    return text[min(ends) :] if ends else text


def _terms(text: str) -> frozenset[str]:
    for pattern in _WORDS.values():
        text = pattern.sub(" ", text)
    return content_terms(text)
