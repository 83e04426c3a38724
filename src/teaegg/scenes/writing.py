"""A scene as the text of a scene file: what `reading` reads back as the same scene."""

from __future__ import annotations

from dataclasses import asdict
from io import StringIO
from typing import Any

from teaegg.core.scenes import Scene

_WIDEST_LINE = 4096
"""Characters: a text stays on its line, as people would have written it."""


def scene_text(scene: Scene) -> str:
    """YAML with every key there is; `parse_scene` makes the same scene of it."""
    from ruamel.yaml import YAML

    yaml = YAML(typ="rt")
    yaml.width = _WIDEST_LINE
    text = StringIO()
    yaml.dump(_tree(scene), text)
    return text.getvalue()


def _tree(scene: Scene) -> dict[str, Any]:
    """As the schema has it: kinds by name, and none named where the usual ones hold."""
    data = asdict(scene.data)
    kinds = {each.kind: each.weight for each in scene.data.kinds}
    del data["kinds"]
    return {
        **asdict(scene),
        "collections": list(scene.collections),
        "data": {**data, "kinds": kinds} if kinds else data,
    }
