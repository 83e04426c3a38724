"""What may stand in a scene file: a JSON Schema (draft 2020-12), which editors understand as well."""

from __future__ import annotations

from typing import Any, get_args

from teaegg.core.textfiles.schema import DIALECT, number, section, text
from teaegg.distill.rows import RowKind

_NAME = r"^[a-z0-9][a-z0-9-]{0,62}$"

_KINDS = {
    **section("Shares of the kinds of rows, as weights. A kind that is not named gets none."),
    "minProperties": 1,
    "properties": {
        kind: number(f"Weight of rows of the kind {kind}.", 0, 1000)
        for kind in get_args(RowKind)
        if kind != "imported"
    },
}

SCHEMA: dict[str, Any] = {
    "$schema": DIALECT,
    "title": "A scene of TeaEgg",
    **section(
        "Who asks, what for, from which knowledge, and how answers are worded.",
        name={
            "type": "string",
            "pattern": _NAME,
            "description": "What people type: a-z, 0-9 and hyphens.",
        },
        title=text("What people read.", 80),
        asks=text("Who asks.", 400),
        problem=text("What they need.", 2000),
        collections={
            "type": "array",
            "minItems": 1,
            "maxItems": 100,
            "uniqueItems": True,
            "items": text("The name of a collection.", 64),
            "description": "The collections whose documents it knows.",
        },
        language={"enum": ["zh", "en"], "description": "The language that people ask in."},
        style=text("Stands before every prompt of its expert; may be empty.", 1000, least=0),
        owner=text("The user who answers for it; may be empty.", 100, least=0),
        rows=number("How many training rows are wanted.", 1, 1_000_000, whole=True),
        exam=section(
            "Documents that are kept for the exam, and what passing it means.",
            share=number("Share of the documents that is never learned from.", 0, 0.9),
            items=number("Most questions of the exam.", 1, 10_000, whole=True),
            pass_mark=number("Share of right answers that passes.", 0, 1),
            seed=number("Draws the exam documents and every other order.", 0, 2**31, whole=True),
        ),
        data=section(
            "How the training rows are made up.",
            kinds=_KINDS,
            distractors=number("Wrong passages beside the right one.", 0, 8, whole=True),
            personal_data={
                "enum": ["mask", "drop", "keep"],
                "description": "Identity numbers, telephones, addresses: made unreadable, left out "
                "with all that holds them, or kept.",
            },
            known_share=number("Most of a kind that a quizzed student may know already.", 0, 1),
        ),
    ),
    "required": ["name", "title", "asks", "problem", "collections"],
}
