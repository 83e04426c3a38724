"""A scene file read: bytes checked against the schema, every problem at its place, then a `Scene`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from teaegg.core.scenes import KindShare, Scene, SceneData, SceneExam
from teaegg.core.textfiles.reading import Form, parse, read
from teaegg.scenes.schema import SCHEMA

_FORM = Form(
    name="scene",
    schema=SCHEMA,
    keys="name, title, asks",
    help="See an example: teaegg scene new NAME.",
)


def read_scene(path: Path) -> Scene:
    """The scene of a file. Raises InvalidRequestError naming file, line, column and what to do."""
    return parse_scene(read(path, _FORM), str(path))


def parse_scene(data: bytes, name: str) -> Scene:
    """The scene in `data`; `name` is what messages call the file. Raises as `read_scene`."""
    values = parse(data, name, _FORM)
    made = values.pop("data", {})
    kinds = tuple(_shares(made.pop("kinds", {})))
    return Scene(
        **{
            **values,
            "collections": tuple(values["collections"]),
            "exam": SceneExam(**values.get("exam", {})),
            "data": SceneData(kinds=kinds, **made),
        }
    )


def _shares(kinds: Mapping[str, float]) -> Iterable[KindShare]:
    return (KindShare(kind, float(weight)) for kind, weight in kinds.items())
