"""Questions that enumerations answer: steps, cases, parts. Each item is one line of the answer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from teaegg.core.documents import Passage
from teaegg.distill.teachers.structure.finding import Finding, short_title, topic
from teaegg.retrieval.query import language_of

_ITEM = re.compile(
    r"^[ \t\u3000]*(?:\d{1,2}[.、)）](?!\d)|[（(][一二三四五六七八九十\d]{1,3}[)）]|[①-⑩]|第[一二三四五六七八九十]步[：:，]?|[-*•])[ \t\u3000]*(.+)$"
)
_LEAST, _MOST = 3, 8
_MOST_CHARACTERS = 240
_STEPS = re.compile(
    r"步|流程|程序|启动|安装|拆|办理|申请|操作|停机|更换|step|procedure|start|install|how to",
    re.IGNORECASE,
)
_CASES = re.compile(
    r"(?:有|具有|属于|符合|发生|出现)?(?:下列|以下|如下)(情形|情况|条件|行为|事项|要求)(?:之一)?"
)
_BELOW = re.compile(r"下列|以下|如下")
_LONGEST_STEP = 40


@dataclass(frozen=True, slots=True)
class Enumeration:
    """`lead` is the sentence that opens it, "" for none; `quote` are the words of the passage."""

    lead: str
    items: tuple[str, ...]
    quote: str


def enumerations(passage: Passage) -> Iterator[Enumeration]:
    """Runs of marked lines with the line above them."""
    lines = passage.text.split("\n")
    run: list[int] = []
    for at in range(len(lines) + 1):
        if at < len(lines) and _ITEM.match(lines[at]):
            run.append(at)
            continue
        if _LEAST <= len(run) <= _MOST:
            yield _enumeration(lines, run)
        run = []


def _enumeration(lines: Sequence[str], run: Sequence[int]) -> Enumeration:
    lead = lines[run[0] - 1].strip() if run[0] else ""
    if not lead.endswith(("：", ":")):
        lead = ""
    items = tuple(_plain(match[1]) for at in run if (match := _ITEM.match(lines[at])))
    first = run[0] - 1 if lead else run[0]
    return Enumeration(lead, items, "\n".join(lines[first : run[-1] + 1]).strip())


def _plain(item: str) -> str:
    return item.strip().rstrip("。；;.，,")


def list_questions(index: int, passage: Passage) -> Iterator[Finding]:
    """What an enumeration of this passage answers as a whole, and what comes after a step."""
    for found in enumerations(passage):
        if sum(map(len, found.items)) > _MOST_CHARACTERS or len(set(found.items)) < len(
            found.items
        ):
            continue
        quotes = ((index, found.quote),)
        answer = "\n".join(found.items)
        about = topic(passage)
        is_steps = passage.location.article is None and bool(_STEPS.search(found.lead or about))
        question = _of_lead(found.lead, passage) or _of_topic(about, passage, is_steps)
        if question:
            kind = (
                "procedure" if is_steps else "condition" if _CASES.search(found.lead) else "lookup"
            )
            yield Finding(kind, question, answer, quotes, about)  # type: ignore[arg-type]
        if is_steps and about:
            yield from _next_steps(found, about, quotes)


def _of_lead(lead: str, passage: Passage) -> str:
    """有下列情形之一的，可以解除合同： → 有哪些情形的，可以解除合同？"""
    sentence = re.split(r"[。；]", lead.rstrip("：:"))[-1].strip()
    sentence = re.sub(
        r"^第[\d一二三四五六七八九十百千]+条(?:之[一二三四五六七八九十])?[\s\u3000]*", "", sentence
    )
    if language_of(lead or passage.text) == "en":
        match = re.match(r"^(.*?)\bthe following (\w+)(.*)$", sentence, re.IGNORECASE)
        return (
            f"Which {match[2]} are these: {match[1].strip().lower()}?"
            if match and match[1].strip()
            else ""
        )
    if not _BELOW.search(sentence) or not 6 <= len(sentence) <= 60 or sentence[0] in "其该此前":
        return ""
    asked = _CASES.sub(lambda match: match[0].replace("之一", ""), sentence)
    asked = _BELOW.sub("哪些", asked, count=1)
    title = short_title(passage)
    head = f"根据《{title}》，" if title and passage.location.article else ""
    return f"{head}{asked}？"


def _of_topic(about: str, passage: Passage, is_steps: bool) -> str:
    if not about or len(about) > (12 if language_of(about) == "zh" else 40):
        return ""
    if language_of(passage.text) == "en":
        return f"What are the steps of “{about}”?" if is_steps else ""
    return (
        f"{about}分哪几步？"
        if is_steps and not about.endswith(("步", "步骤"))
        else f"{about}有哪些内容？"
    )


def _next_steps(
    found: Enumeration, about: str, quotes: tuple[tuple[int, str], ...]
) -> Iterator[Finding]:
    for step, following in zip(found.items, found.items[1:], strict=False):
        if len(step) > _LONGEST_STEP:
            continue
        if language_of(step) == "en":
            question = f"What comes after this step of “{about}”: {step}?"
        else:
            question = f"{about}时，“{step}”之后的下一步是什么？"
        yield Finding("procedure", question, following, quotes, about)
