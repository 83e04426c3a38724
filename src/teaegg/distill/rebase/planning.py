"""Which experts a change of the base concerns, and what each needs: a pure function of the records.

Nothing is noted of a rebase: what is made already follows from the experts that are there, so that the
same command goes on after any kill.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from teaegg.core.experts import Expert
from teaegg.core.scenes import Scene
from teaegg.distill.lineage.remaking import Making
from teaegg.distill.recipe import Recipe, with_unspent_seed
from teaegg.store.experts.records import Dataset, ExpertRecord

_WITHDRAWN = "it was withdrawn; make it again first: `teaegg expert remake {scene}`"
_RETIRED = "it was retired: nobody is answered by it"
TemplateIn = Callable[[str], str]
"""The language of a scene → the chat template of the new base."""


@dataclass(frozen=True, slots=True)
class Remake:
    """`record` is to be re-made from the rows of `dataset`. `scene` and `recipe` are its own on the new
    base: another chat template, all else the same. `made` is what was made of them already."""

    record: ExpertRecord
    dataset: Dataset
    scene: Scene
    recipe: Recipe
    made: ExpertRecord | None = None


@dataclass(frozen=True, slots=True)
class Stays:
    """`record` stands on the new base by itself."""

    record: ExpertRecord


@dataclass(frozen=True, slots=True)
class Cannot:
    """`record` cannot be re-made, and why; the rest of a sentence."""

    record: ExpertRecord
    why: str


Planned = Remake | Stays | Cannot


def concerned(records: Iterable[ExpertRecord], base: str) -> tuple[ExpertRecord, ...]:
    """Of each scene what a new base would re-make: what is released, else the newest candidate of
    another base, else what is there at all. Scenes in the order of their names."""
    scenes = groupby(
        sorted(records, key=lambda record: record.expert.scene), lambda record: record.expert.scene
    )
    return tuple(_of_scene(list(group), base) for _, group in scenes)


def refusal(record: ExpertRecord) -> str:
    """Why an expert in this state is not re-made, "" where it is."""
    reasons = {"withdrawn": _WITHDRAWN, "retired": _RETIRED}
    return reasons.get(record.state, "").format(scene=record.expert.scene)


def remake_of(
    record: ExpertRecord,
    making: Making,
    dataset: Dataset,
    base: str,
    template_in: TemplateIn,
    there: Iterable[ExpertRecord],
    *,
    spent: Collection[str] = (),
    minutes: float = 0,
) -> Remake:
    """`record`, made as `making` says, on the base with the SHA-256 `base`.

    `there` are experts whose files are whole, `spent` recipes that would make a withdrawn expert once
    more; `minutes` bounds training (0: as on record).
    """
    # The record is what answers; its dataset may have been recorded anew under another style since.
    scene = replace(
        making.scene,
        title=record.title,
        style=record.expert.instructions,
        collections=record.collections,
    )
    changes: dict[str, object] = {"template": template_in(scene.language)}
    if minutes:
        changes["minutes"] = minutes
    recipe = with_unspent_seed(making.recipe.model_copy(update=changes), spent)
    return Remake(record, dataset, scene, recipe, _made(record, recipe, base, there))


def _of_scene(records: Sequence[ExpertRecord], base: str) -> ExpertRecord:
    def rank(record: ExpertRecord) -> tuple[bool, bool, bool, str]:
        candidate = record.state == "candidate"
        return (
            record.state == "released",
            candidate and record.expert.base != base,
            candidate,
            f"{record.registered_at.isoformat()} {record.id}",
        )

    return max(records, key=rank)


def _made(
    record: ExpertRecord, recipe: Recipe, base: str, there: Iterable[ExpertRecord]
) -> ExpertRecord | None:
    """The expert of the same scene, rows and recipe on the new base."""

    def kin(expert: Expert) -> tuple[str, str, str, str]:
        return expert.scene, expert.dataset, expert.base, expert.recipe

    wanted = kin(replace(record.expert, base=base, recipe=recipe.hash))
    found = (each for each in there if kin(each.expert) == wanted and each.state != "withdrawn")
    return next(found, None)
