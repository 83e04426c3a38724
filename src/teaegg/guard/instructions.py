"""Text that speaks to the model instead of to the reader: instructions hidden in documents.

Patterns only, Chinese and English. A finding adds a label and suspicion; it never removes a document,
because a security handbook may well quote such sentences. What keeps an answer safe is that every
sentence must be proved, not that every attack is recognised.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from teaegg.core.quantities.numerals import to_half_width

FindingKind = Literal[
    "override", "role", "secrets", "jailbreak", "exfiltration", "answer_control", "hidden"
]


@dataclass(frozen=True, slots=True)
class Finding:
    """One suspicious stretch: `surface` is `text[start:end]`."""

    kind: FindingKind
    start: int
    end: int
    surface: str


_PRIOR_EN = (
    r"(?:(?:all|any|every|the|of|your|my|these|those|this|previous|prior|above|preceding|earlier"
    r"|foregoing|former|"
    r"initial|original|given|system|following|and)\s+){0,6}"
    r"(?:instructions?|prompts?|rules?|directions?|guidelines?|commands?|directives?|context"
    r"|messages?|polic(?:y|ies))"
)
_PATTERNS: tuple[tuple[FindingKind, str], ...] = (
    ("override", rf"\b(?:ignore|disregard|forget|override|bypass|neglect|skip)\s+{_PRIOR_EN}\b"),
    (
        "override",
        r"\b(?:ignore|disregard|forget)\s+(?:everything|anything|all(?:\s+of\s+(?:this|that"
        r"|it))?)\s*(?:\w+\s+){0,3}"
        r"(?:above|before|previously|prior|you\s+(?:were|have\s+been)|instruct)",
    ),
    ("override", r"\b(?:do\s+not|don't|stop)\s+(?:follow|obey)(?:ing)?\s+" + _PRIOR_EN),
    ("override", r"\bnew\s+(?:instructions?|task|rules?)\s*:"
        r"|\byour\s+(?:new|real|true)\s+(?:task|instructions?)\b"),
    ("override", r"\bignore\s+(?:the\s+)?(?:above|previous)\s+(?:and|text|content)|\bIGNORE\s+EVERYTHING\b"),
    (
        "override",
        r"(?:忽略|无视|忘记|忘掉|不要理会|不用理会|不必遵守|不要遵守|跳过|绕过|覆盖|抛弃)(?:掉|了)?"
        r"[^。；\n]{0,8}(?:以上|之前|前面|上面|上述|先前|此前|原有|原来|系统|所有|全部|一切)[^。；\n]{0,10}"
        r"(?:指令|指示|提示词?|命令|设定|规则|要求|限制|内容|对话|prompt)",
    ),
    ("override", r"(?:新的|最新|真正的?)(?:指令|任务|系统提示)\s*[::]|以下是(?:你的)?新(?:的)?(?:指令|任务)"),
    (
        "role",
        r"\b(?:from\s+now\s+on|henceforth|starting\s+now)[,\s]+"
        r"(?:you\s+(?:are|will\s+(?:act|be|have|respond|answer|only|always)|must|have|only|act"
        r"|can|always|respond|answer)"
        r"|your|i\s+want\s+you|act|answer|respond)\b",
    ),
    (
        "role",
        r"\byou\s+are\s+(?:now\s+(?:a|an|the|going|in|no\s+longer|\w*GPT|[A-Z]{3,})"
        r"|going\s+to\s+(?:act|pretend|play))",
    ),
    (
        "role",
        r"\b(?:act|behave|respond|answer|reply|acting|pretend(?:ing)?)\s+(?:to\s+be\s+"
        r"|as\s+if\s+(?:you|it)\s+|"
        r"(?:exactly\s+)?(?:as|like)\s+(?:an?\s+)?(?:AI|language\s+model|unfiltered|unrestricted|evil|DAN|"
        r"ChatGPT|\w*GPT|chatbot|model|machine|linux|terminal|two)\b)",
    ),
    ("role", r"\b(?:pretend|imagine)\s+(?:that\s+)?(?:you(?:'re|\s+are)|to\s+be)\b"
        r"|\brole-?play(?:ing)?\s+(?:as|game)"),
    ("role", r"\byou\s+(?:will|must|are\s+going\s+to|are)\s+(?:now\s+)?"
        r"(?:act|acting|pretend|immerse|simulate|role)\b"),
    (
        "role",
        r"从现在(?:开始|起)[,，]?\s*你(?=是|就是|要|将|会|必须|只|的|扮演|不再|可以)|你现在(?:是"
        r"|扮演|要扮演)(?:一[个名位])?[^。\n]{1,20}"
        r"|你(?:不再是|将扮演|必须扮演|的新身份)|请?(?:你)?扮演(?:一[个名位])?(?:没有|不受"
        r"|无)[^。\n]{0,8}限制",
    ),
    ("secrets", r"\bsystem\s*prompts?\b(?!\s+(?:the|you|for|users?)\b)"
        r"|\b(?:initial|hidden|secret)\s+(?:prompt|instructions)\b"),
    (
        "secrets",
        r"\b(?:reveal|print|show|repeat|output|display|leak|disclose|tell\s+me|give\s+me)\s+(?:\w+\s+){0,4}"
        r"(?:your\s+(?:system\s+|initial\s+)?(?:prompt|instructions|rules|configuration)"
        r"|the\s+(?:prompt|text\s+above))",
    ),
    (
        "secrets",
        r"系统提示词|系统指令|(?:输出|打印|显示|透露|泄露|告诉我|重复)[^。\n]{0,6}你的"
        r"(?:提示词?|指令|设定|初始|系统)",
    ),
    ("jailbreak", r"\bDo\s+Anything\s+Now\b|\b(?-i:DAN|STAN|DUDE|AIM|BetterDAN|KEVIN|EvilBOT)\b(?=[^\n]{0,80}"
     r"(?:mode|would|prompt|can|\bAI\b|hereby|stands|\]|:|never|answer))|\bjail\s?break(?:ed|ing)?\b"),
    ("jailbreak", r"\b(?:developer|god|debug|sudo|admin|dev)\s+mode\b"
        r"|越狱模式|开发者模式|上帝模式|无限制模式"),
    (
        "jailbreak",
        r"\b(?:no|without\s+any|without|free\s+(?:of|from)(?:\s+all)?|bypass(?:es"
        r"|ing)?(?:\s+\w+)?|break\s+free\s+of)\s+"
        r"(?:\w+\s+){0,2}(?:filters?|censorship|(?:ethical|moral|content|openai)\s+(?:\w+\s+)?"
        r"(?:guidelines|restrictions|limits|polic(?:y|ies)|principles|constraints))",
    ),
    (
        "exfiltration",
        r"\b(?:send|post|forward|upload|e-?mail|exfiltrate|transmit)\s+(?:\w+\s+){0,6}"
        r"(?:conversation|chat\s+history|api\s+keys?|passwords?|credentials|user\s+data"
        r"|secrets?)\b[^.\n]{0,30}\bto\b",
    ),
    (
        "exfiltration",
        r"(?:将|把)(?:上述|以上|全部|所有|这些|用户|对话|聊天|密码|密钥"
        r"|系统)[^。；\n]{0,16}(?:发送|上传|转发|提交|邮寄)"
        r"(?:到|至|给)\s*(?:https?:|www\.|[\w.\-]+@|[A-Za-z0-9]|以下(?:地址|邮箱|网址))",
    ),
    ("exfiltration", r"!\[[^\]]*\]\(https?://[^)]*[?&=][^)]*(?:\{|\$|data|q=|prompt)[^)]*\)"),
    (
        "answer_control",
        r"\b(?:when|if)\s+(?:you\s+are\s+)?(?:asked|answering|summari[sz]ing|an?\s+(?:AI|LLM"
        r"|assistant|model))\b[^.\n]{0,60}"
        r"\b(?:say|answer|reply|respond|output|tell|write)\b",
    ),
    ("answer_control", r"\b(?:AI|LLM|language)\s+"
        r"(?:assistants?|models?|agents?)\s*(?:reading|processing)\s+this\b"),
    (
        "answer_control",
        r"\b(?:(?:only|instead|just)\s+(?:say|print|output|reply|respond|write|tell)"
        r"|respond\s+only\s+with)\b\s+"
        r"(?:with\s+)?[\"“'‘]|\bstart\s+(?:your|every|each|the)\s+(?:\w+\s+)?(?:answer|reply"
        r"|response|sentence)s?\s+with\b",
    ),
    (
        "answer_control",
        r"(?:AI|人工智能|大模型|语言模型|智能助手|机器人|助手)(?:在)?(?:阅读|读到|处理|看到|总结"
        r"|回答)[^。\n]{0,20}"
        r"(?:时|后|请|必须|应当|务必)[^。\n]{0,10}(?:回答|回复|输出|忽略|告诉)",
    ),
    ("answer_control", r"(?:无论|不管)用户?(?:问|提出)[^。\n]{0,12}"
        r"(?:都|均|一律)[^。\n]{0,6}(?:回答|回复|输出|说)"),
    ("hidden", r"<\|(?:im_start|im_end|system|user|assistant|endoftext)\|>"
        r"|\[/?INST\]|<</?SYS>>|<start_of_turn>"),
    ("hidden", r"^\s*(?:###\s*)?(?:system|assistant)\s*:\s*(?:you|ignore|from|你|请|忽略)"),
    ("hidden", "[\u200b\u200c\u200d\u2060\ufeff]{4,}|[\U000e0020-\U000e007f]{2,}"),
)  # fmt: skip
_COMPILED = tuple(
    (kind, re.compile(pattern, re.IGNORECASE | re.MULTILINE)) for kind, pattern in _PATTERNS
)


def suspicious_instructions(text: str) -> tuple[Finding, ...]:
    """Stretches of `text` that read like orders to a model, in reading order; () for ordinary text."""
    plain = _same_length(text)
    found = [
        Finding(kind, match.start(), match.end(), text[match.start() : match.end()])
        for kind, pattern in _COMPILED
        for match in pattern.finditer(plain)
    ]
    return tuple(sorted(found, key=lambda finding: (finding.start, finding.end)))


def closed_stretches(text: str) -> tuple[tuple[int, int], ...]:
    """(start, end) of what may neither be shown to a model nor be quoted as proof.

    From where a text begins to give orders to a model to the end of that line: orders run on.
    """
    return tuple(
        (finding.start, _line_end(text, finding.end)) for finding in suspicious_instructions(text)
    )


def _line_end(text: str, position: int) -> int:
    end = text.find("\n", position)
    return len(text) if end < 0 else end


def _same_length(text: str) -> str:
    """Half width where that keeps every position."""
    plain = to_half_width(text)
    if len(plain) == len(text):
        return plain
    return "".join(c if len(h := to_half_width(c)) != 1 else h for c in text)
