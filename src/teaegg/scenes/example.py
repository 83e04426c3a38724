"""A scene file to begin with, with its comments, in the language asked for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from teaegg.core.errors import ConflictError, StorageError
from teaegg.core.scenes import Language
from teaegg.scenes.reading import parse_scene

_ZH = """\
# 场景文件：谁来问、要解决什么问题、依据哪些资料、怎样回答。
# 检查：teaegg scene check 本文件    全部可用的键：teaegg scene schema

name: {name}                 # 命令里用的名字：小写字母、数字、连字符
title: 制度问答助手            # 给人看的名字
asks: 公司员工                # 谁来提问
problem: >-                  # 他们要解决什么问题
  员工想知道公司制度里关于休假、报销、考勤的规定，要求答案有原文依据；
  资料里没有写的，直接说没有写。
collections:                 # 依据哪些资料库（teaegg collection list）
{collections}
language: zh                 # 提问用的语言：zh 或 en
style: ""                    # 写在每次提问之前的话，可以不写
owner: ""                    # 谁对这个场景负责：用户名（teaegg user list）
rows: 1000                   # 想要多少条训练数据；300 到 1000 条可以试点

exam:
  share: 0.2                 # 留作考试、从不用于训练的文件比例
  items: 100                 # 考题最多多少道
  pass_mark: 0.7             # 答对多少算及格
  seed: 1                    # 随机种子：同一种子，同样的划分

data:
  distractors: 3             # 正确段落旁边放几段干扰内容
  personal_data: mask        # 证件号、电话、邮箱：mask 遮盖，drop 弃用，keep 保留
  known_share: 0.3           # 基座已经答对的题最多占几成
  # 各类训练数据的权重；不写 kinds 就用默认值，写了就只用写出来的。
  # kinds:
  #   lookup: 30             # 查找
  #   condition: 12          # 条件与例外
  #   table: 12              # 查表
  #   definition: 8          # 定义
  #   procedure: 6           # 步骤
  #   follow_up: 6           # 追问
  #   comparison: 4          # 比较
  #   multi_passage: 4       # 要看两处才能回答
  #   calculation: 2         # 计算
  #   unanswerable: 10       # 资料里没有写
  #   out_of_scope: 2        # 与资料无关
  #   adversarial: 4         # 资料里藏有指令
  #   replay: 4              # 通用阅读，防止遗忘
"""
_EN = """\
# A scene: who asks, what for, from which knowledge, and how answers are worded.
# Check it: teaegg scene check THIS-FILE    Every key there is: teaegg scene schema

name: {name}                 # what people type: a-z, 0-9, hyphens
title: Handbook adviser      # what people read
asks: Our employees          # who asks
problem: >-                  # what they need
  Employees want to know what our rules say about leave, expenses and working hours, with the
  words that prove it; where the documents do not say, they want to be told so.
collections:                 # the knowledge (teaegg collection list)
{collections}
language: en                 # the language that people ask in: zh or en
style: ""                    # stands before every prompt; may be empty
owner: ""                    # the user who answers for it (teaegg user list)
rows: 1000                   # training rows that are wanted; 300 to 1,000 make a useful pilot

exam:
  share: 0.2                 # share of the documents that is kept for the exam and never learned
  items: 100                 # most questions of the exam
  pass_mark: 0.7             # share of right answers that passes
  seed: 1                    # the same seed draws the same documents

data:
  distractors: 3             # wrong passages beside the right one
  personal_data: mask        # identity numbers, telephones, addresses: mask, drop or keep
  known_share: 0.3           # most of a kind that the student may know already
  # Weights of the kinds of rows. Without `kinds` the usual ones hold; with it, only those named.
  # kinds:
  #   lookup: 30
  #   condition: 12          # conditions and exceptions
  #   table: 12
  #   definition: 8
  #   procedure: 6
  #   follow_up: 6
  #   comparison: 4
  #   multi_passage: 4       # two passages are needed
  #   calculation: 2
  #   unanswerable: 10       # the documents do not say
  #   out_of_scope: 2
  #   adversarial: 4         # orders are hidden in the evidence
  #   replay: 4              # general reading, against forgetting
"""
_TEXTS: dict[Language, str] = {"zh": _ZH, "en": _EN}
_COLLECTIONS: dict[Language, tuple[str, ...]] = {"zh": ("员工手册",), "en": ("handbook",)}


def example_scene(name: str, language: Language, collections: Sequence[str] = ()) -> str:
    """The text of a scene file. Raises InvalidRequestError for an unusable name."""
    named = collections or _COLLECTIONS[language]
    listed = "\n".join(f'  - "{collection}"' for collection in named)
    text = _TEXTS[language].format(name=name, collections=listed)
    parse_scene(text.encode(), f"{name}.yaml")
    return text


def write_example(path: Path, text: str) -> None:
    """Raises ConflictError when `path` exists: a scene that people worked on is not overwritten."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise ConflictError(f"{path} exists already.", remedy="Choose another name.") from error
    except OSError as error:
        raise StorageError(
            f"{path} cannot be written: {error.strerror or error}.", remedy="Name another file."
        ) from error
