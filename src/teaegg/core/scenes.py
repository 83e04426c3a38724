"""A scene: one use case as data. Who asks, what for, from which knowledge, and how answers are worded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Language = Literal["zh", "en"]


@dataclass(frozen=True, slots=True)
class SceneExam:
    """The exam of a scene: `share` of its documents is kept for it (0 to 1), drawn with `seed`
    before anything is generated; `items` questions at most; `pass_mark` from 0 to 1."""

    share: float = 0.2
    items: int = 100
    pass_mark: float = 0.7
    seed: int = 1


@dataclass(frozen=True, slots=True)
class KindShare:
    """How much of the training rows is of one kind (`distill.rows.RowKind`): weights, not percent."""

    kind: str
    weight: float


PersonalData = Literal["mask", "drop", "keep"]
"""What becomes of identity numbers, telephones and addresses: made unreadable in what is shown
(answers that hold some are left out), left out with all that holds them, or kept."""


@dataclass(frozen=True, slots=True)
class SceneData:
    """How the training rows of a scene are made up.

    `kinds` are the shares; a kind that is not named gets none, no kinds at all means the usual ones.
    `distractors` passages stand beside the right one (Zhang et al. 2024, RAFT). Of what a quizzed
    student knows already at most `known_share` of a kind's rows is taken (0 to 1).
    """

    kinds: tuple[KindShare, ...] = ()
    distractors: int = 3
    personal_data: PersonalData = "mask"
    known_share: float = 0.3


@dataclass(frozen=True, slots=True)
class Scene:
    """`name` is what people type (a-z, 0-9, hyphens), `title` what they read.

    `asks` says who asks, `problem` what they need; `collections` is the knowledge; `style` is the
    instruction that stands before every prompt of its expert (empty: none); `rows` is how many
    training rows are wanted, `data` how they are made up; `owner` is the user who answers for it
    ("": nobody yet).
    """

    name: str
    title: str
    asks: str
    problem: str
    collections: tuple[str, ...]
    language: Language = "zh"
    style: str = ""
    rows: int = 1000
    exam: SceneExam = SceneExam()
    data: SceneData = SceneData()
    owner: str = ""
