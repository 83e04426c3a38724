"""What people call the columns of a sheet of items, and the forms of items, in Chinese and English."""

from __future__ import annotations

from typing import Literal, get_args

from teaegg.core.exams import LETTERS, Area, ItemForm
from teaegg.core.quantities.numerals import to_half_width
from teaegg.core.scenes import Language
from teaegg.core.spelling.scripts import simplified

Column = Literal[
    "id",
    "form",
    "question",
    "right",
    "passage",
    "document",
    "rubric",
    "shape",
    "kind",
    "source",
    "examines",
]
"""The columns beside those of the options, which are called by their letters."""

# The first name of each language is the one that is written.
_COLUMNS: dict[Column, tuple[str, str]] = {
    "id": ("编号 题号 序号", "id number no"),
    "form": ("题型 类型 形式", "form type"),
    "question": ("题目 问题 题干", "question questions"),
    "right": ("正确答案 答案 标准答案 参考答案", "right answer key answers correct"),
    "passage": ("段落 原文 资料 依据", "passage passages context evidence"),
    "document": ("文档 文件 来源文档", "document file"),
    "rubric": ("评分要点 评分标准 要点", "rubric points"),
    "shape": ("格式要求 格式", "shape schema"),
    "kind": ("类别 分类", "kind category subject"),
    "source": ("来源 出处", "source"),
    "examines": ("考查 考察", "examines area"),
}
_FORMS: dict[ItemForm, str] = {
    "choice": "选择题 单选题 单选 选择",
    "short": "简答题 简答 填空题 填空",
    "number": "计算题 数值题 计算 数值",
    "grounded": "资料题 依据资料 阅读题 资料问答",
    "refusal": "应答没有 资料没有 应拒答 拒答",
    "out_of_scope": "范围外 超出范围",
    "safety": "安全题 安全",
    "format": "格式题 格式",
    "drafting": "写作题 写作 起草",
    "multi_turn": "多轮题 多轮 多轮对话",
}
_AREAS: dict[Area, str] = {
    "exam": "业务",
    "grounding": "依据",
    "refusal": "拒答",
    "safety": "安全",
    "general": "通用",
}

COLUMNS: tuple[Column, ...] = get_args(Column)
LANGUAGES: tuple[Language, ...] = ("zh", "en")


def column_of(heading: str) -> str:
    """The column (or the letter of the option) that `heading` names; "" for none."""
    plain = _plain(heading).removeprefix("选项").removeprefix("option")
    if len(plain) == 1 and plain.upper() in LETTERS:
        return plain.upper()
    return _BY_NAME.get(_plain(heading), "")


def heading_of(column: Column, language: Language) -> str:
    """What the column is called in a sheet that is written."""
    return _COLUMNS[column][LANGUAGES.index(language)].split()[0]


def form_of(said: str) -> str:
    """The form that `said` names, in either language; else `said` as it stands."""
    return _FORM_BY_NAME.get(_plain(said), said)


def form_name(form: ItemForm, language: Language) -> str:
    return _FORMS[form].split()[0] if language == "zh" else form


def form_names(language: Language) -> list[str]:
    return [form_name(form, language) for form in _FORMS]


def area_of(said: str) -> str:
    """As `form_of`, for what an item examines."""
    return _AREA_BY_NAME.get(_plain(said), said)


def _plain(name: str) -> str:
    return simplified(to_half_width(name)).strip().lower().replace("_", " ").replace("-", " ")


_BY_NAME = {
    name: column for column, names in _COLUMNS.items() for said in names for name in said.split()
}
_FORM_BY_NAME = {_plain(form): form for form in _FORMS} | {
    name: form for form, names in _FORMS.items() for name in names.split()
}
_AREA_BY_NAME = {area: area for area in _AREAS} | {name: area for area, name in _AREAS.items()}
