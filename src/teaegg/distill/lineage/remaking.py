"""Withdrawn experts made again: which of them wait for it, and how they were made, as far as is on record.

Nothing is noted for it: what waits follows from the records, so that no kill can lose it.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from pydantic import TypeAdapter, ValidationError

from teaegg.core.errors import InvalidRequestError
from teaegg.core.experts import ExpertState
from teaegg.core.scenes import Scene
from teaegg.distill.recipe import Recipe
from teaegg.store.experts.records import Dataset, ExpertRecord

_SCENE = TypeAdapter(Scene)
_REMEDY = "Make one from the scene's file: `teaegg distill SCENE-FILE`."


@dataclass(frozen=True, slots=True)
class Making:
    """How an expert was made: its scene as it was then, its recipe, and the name of its teacher."""

    scene: Scene
    recipe: Recipe
    teacher: str


def waiting(
    records: Iterable[ExpertRecord],
    before: Mapping[str, ExpertState],
    kept: Collection[str],
) -> tuple[ExpertRecord, ...]:
    """Withdrawn experts that are to be made again, one for each scene at most, by scene.

    `before` is the state that each was withdrawn from, `kept` the ids whose files are whole: one that
    was registered and killed before its files were kept is not there yet. What was retired had been
    replaced, and what was made again or has a newer expert of its scene needs nothing. Of several the
    one that answered counts, else the newest.
    """
    scenes = groupby(
        sorted(records, key=lambda record: record.expert.scene), lambda record: record.expert.scene
    )
    found = (_waiting(list(group), before, kept) for _, group in scenes)
    return tuple(record for record in found if record is not None)


def successors(
    records: Iterable[ExpertRecord], expert: str, kept: Collection[str]
) -> tuple[ExpertRecord, ...]:
    """What was made again for `expert`, those withdrawn by now included; `kept` as in `waiting`."""
    return tuple(
        record
        for record in records
        if record.remakes == expert and (record.state == "withdrawn" or record.id in kept)
    )


def making_on_record(record: ExpertRecord, dataset: Dataset | None) -> Making:
    """Raises InvalidRequestError where scene or recipe are not on record, or in words of another version."""
    name = f"{record.expert.scene} ({record.id[:12]})"
    scene = scene_on_record(dataset)
    if scene is None:
        raise InvalidRequestError(
            f"The scene that made {name} is not on record, so that it cannot be made again.",
            remedy=_REMEDY,
        )
    try:
        recipe = Recipe.model_validate(record.training.get("recipe"))
    except ValidationError as error:
        raise InvalidRequestError(
            f"The recipe that made {name} is not on record, so that it cannot be made again.",
            remedy=_REMEDY,
        ) from error
    return Making(scene, recipe, dataset.teacher if dataset else "")


def scene_on_record(dataset: Dataset | None) -> Scene | None:
    """The scene that the rows were made for, as it was then; None where nothing says so, or only words of
    another version."""
    try:
        return _SCENE.validate_python(json.loads(dataset.recipe)["scene"] if dataset else None)
    except (ValueError, KeyError, TypeError):
        return None


def _waiting(
    scene: Sequence[ExpertRecord], before: Mapping[str, ExpertState], kept: Collection[str]
) -> ExpertRecord | None:
    """As `waiting`, of the experts of one scene."""
    there = [r.registered_at for r in scene if r.state != "withdrawn" and r.id in kept]
    candidates = [
        record
        for record in scene
        if record.state == "withdrawn"
        and before.get(record.id) != "retired"
        and not successors(scene, record.id, kept)
        and all(at <= record.registered_at for at in there)
    ]
    return max(
        candidates,
        key=lambda record: (before.get(record.id) == "released", record.registered_at, record.id),
        default=None,
    )
