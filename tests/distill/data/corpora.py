"""Documents in memory, as a corpus: what is ranked for a question is what shares most terms with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from teaegg.core.documents import Document, DocumentState, Location, Passage
from teaegg.core.ids import content_hash, passage_id
from teaegg.core.scenes import Scene, SceneExam
from teaegg.core.terms import index_terms

LEAVE = (
    "员工每年享受年假5天，工龄满十年的，享受年假10天。",
    "婚假为3天，应当在领证后6个月内申请。员工不得在试用期内申请婚假。",
    "迟到30分钟以内的，扣发绩效奖金50元；累计迟到3次的，应当书面说明原因。",
    "年休假是指公司按照法律规定给予员工的带薪假期。加班由部门经理批准。",
)
TRAVEL = (
    "住宿费限额为每晚350元，伙食补贴为每天100元。",
    "经批准使用自有车辆的，每公里补贴1.2元。出差应当提前3天申请。",
    "报销单由财务总监审批。报销应当在返回后15个工作日内提交。",
)
SECURITY = (
    "密码长度不得少于12位，每180天更换一次。访客不得连接办公网络。",
    "发现泄密的，应当立即报告信息安全部。数据备份由信息部负责。",
)
KITCHEN = ("食堂早餐从7:00开始，午餐补贴为每天20元。", "茶叶蛋每个2元，每天供应300个。")
BOOKS = {"假期制度": LEAVE, "差旅制度": TRAVEL, "信息安全制度": SECURITY, "食堂通知": KITCHEN}


def passages_of(
    document: str, title: str, texts: Sequence[str], *, locations: Sequence[Location] = ()
) -> list[Passage]:
    """Passages whose spans follow each other, one line feed between them."""
    version = content_hash("\n".join(texts).encode())
    found, start = [], 0
    for ordinal, text in enumerate(texts):
        found.append(
            Passage(
                id=passage_id(document, version, ordinal),
                document=document,
                version=version,
                collection="rules",
                title=title,
                ordinal=ordinal,
                text=text,
                start=start,
                end=start + len(text),
                location=locations[ordinal] if locations else Location(),
            )
        )
        start += len(text) + 1
    return found


class MemoryCorpus:
    """Documents by title."""

    def __init__(
        self, books: Mapping[str, Sequence[str]] = BOOKS, *, quarantined: Sequence[str] = ()
    ) -> None:
        self._passages = {
            f"d{number}": passages_of(f"d{number}", title, texts)
            for number, (title, texts) in enumerate(books.items())
        }
        self._states: dict[str, DocumentState] = {
            name: "quarantined" if own[0].title in quarantined else "complete"
            for name, own in self._passages.items()
        }

    async def documents(self) -> Sequence[Document]:
        return [
            Document(
                id=name,
                collection="rules",
                source=f"{name}.md",
                title=own[0].title,
                media_type="text/markdown",
                version=own[0].version,
                state=self._states[name],
                restricted=False,
                size_bytes=1,
                passages=len(own),
                learned_at=datetime(2026, 1, 1, tzinfo=UTC),
            )
            for name, own in self._passages.items()
        ]

    async def passages(self, document: str) -> Sequence[Passage]:
        return self._passages.get(document, [])

    async def ranked(self, question: str, limit: int) -> Sequence[Passage]:
        terms = set(index_terms(question))
        every = [passage for own in self._passages.values() for passage in own]
        scored = sorted(every, key=lambda p: (-len(terms & set(index_terms(p.text))), p.id))
        return scored[:limit]


def scene(**more: object) -> Scene:
    values = {
        "name": "rules",
        "title": "制度助手",
        "asks": "员工",
        "problem": "查制度",
        "collections": ("rules",),
        "rows": 40,
        "exam": SceneExam(share=0.3, items=10),
    }
    return Scene(**{**values, **more})  # type: ignore[arg-type]
