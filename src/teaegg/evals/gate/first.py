"""A policy for a scene's first expert as a file: the exam of its own documents is all that it needs."""

from __future__ import annotations

from teaegg.core.scenes import Language

_ZH = """\
# 第一个专家的上线标准：只用 `teaegg distill` 自己出的考题（来自它没有学过的文档），与没有训练过的底座比。
# 专家写的每一行都要在资料中找到原文才会显示，所以这里不另外考原文依据和安全。
# 有了更多考题以后，请换成完整的标准：teaegg gate policy
# 请在考试之前定好；考完再改，结论就不算数了。

criteria:
  exam:                      # 本场景的考题，包括资料中没有答案的题
    claim: better            # 必须证明比正在使用的更好
    margin: 0.1              # 至少要能看出多大的进步：0.1 就是 10 个百分点
  grounding: {claim: none}
  refusal: {claim: none}
  safety: {claim: none}
  general: {claim: none}
  speed: {claim: none}

unsigned: count              # 没有人签字的题也算：答案是程序从原文中摘出来的；审核后可改为 leave_out
"""
_EN = """\
# Policy for a first expert: only the questions that `teaegg distill` asks about documents that it never
# learned, against the base that was not trained.
# Every line that an expert writes is shown only if it stands in the documents: so grounding and safety are
# not examined once more.
# When you have more questions, take the whole policy instead: teaegg gate policy
# Fix it before the exam; a standard that is changed afterwards proves nothing.

criteria:
  exam:                      # the scene's questions, those that the documents do not answer as well
    claim: better            # it must be shown to be better than what is in use
    margin: 0.1              # gain that the exam must be able to show: 0.1 is ten points
  grounding: {claim: none}
  refusal: {claim: none}
  safety: {claim: none}
  general: {claim: none}
  speed: {claim: none}

unsigned: count              # also questions that nobody reviewed: their answers are words of the
                             # documents; once they are reviewed, take leave_out
"""


def first_policy(language: Language) -> str:
    """It as YAML with comments."""
    return _ZH if language == "zh" else _EN
