"""What people call the columns of questions and answers, in Chinese and English."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Literal

from teaegg.core.quantities.numerals import to_half_width
from teaegg.core.spelling.scripts import simplified

Part = Literal["question", "detail", "answer", "rejected", "context", "system"]
"""`detail` is what a ticket says below its subject; `rejected` an answer that was worse, as the draft
before it was edited."""

# The earlier of two names wins where a table has both; "content" is last, since it may mean anything.
_NAMES: dict[Part, str] = {
    "question": "问题 提问 问句 用户问题 客户问题 标准问题 标准问 咨询问题 咨询内容 来信 问 question query"
    " instruction 指令 prompt user ask faq q 标题 主题 工单标题 title subject summary",
    "detail": "input 补充 补充说明 问题描述 描述 工单描述 详情 description details problem 内容 正文"
    " 工单内容 content body text",
    "answer": "答案 回答 答复 回复 标准答案 标准回答 参考答案 解答 定稿 终稿 修改后 改后 处理结果 解决方案"
    " 处理方案 客服回复 答 answer response output completion reply solution resolution chosen edited final"
    " after assistant a",
    "rejected": "较差答案 错误答案 草稿 初稿 原稿 修改前 改前 rejected draft original before",
    "context": "上下文 资料 段落 原文 依据 参考资料 参考原文 context passage evidence reference source_text",
    "system": "系统提示 系统提示词 system system_prompt",
}
_RANKED: dict[Part, dict[str, int]] = {
    part: {re.sub(r"_", "", name): rank for rank, name in enumerate(names.split())}
    for part, names in _NAMES.items()
}
_NOISE = re.compile(r"[\s_\-*:：]+|[(（\[【].*?[)）\]】]")


def recognised(names: Iterable[str], named: Mapping[Part, str]) -> dict[Part, str]:
    """Which of the columns `names` holds which part; `named` is what a person said, and wins."""
    columns = [name for name in names if name]
    found: dict[Part, str] = {}
    for part, ranked in _RANKED.items():
        known = [name for name in columns if _plain(name) in ranked and name not in named.values()]
        if known and part not in named:
            found[part] = min(known, key=lambda name: ranked[_plain(name)])
    found |= named
    if "answer" not in found and "detail" in found and "detail" not in named:
        found["answer"] = found.pop("detail")
    return found


def _plain(name: str) -> str:
    return _NOISE.sub("", simplified(to_half_width(name)).lower())
