"""The building blocks of a form: JSON Schema (draft 2020-12), which editors understand as well.

Every number has both bounds and every text a longest length, so that a message can name them.
"""

from __future__ import annotations

from typing import Any

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def text(description: str, longest: int, *, least: int = 1) -> dict[str, Any]:
    """A text of `least` to `longest` characters."""
    return {
        "type": "string",
        "minLength": least,
        "maxLength": longest,
        "description": description,
    }


def number(description: str, low: float, high: float, *, whole: bool = False) -> dict[str, Any]:
    """A number from `low` to `high`, both allowed."""
    return {
        "type": "integer" if whole else "number",
        "minimum": low,
        "maximum": high,
        "description": description,
    }


def section(description: str, **properties: dict[str, Any]) -> dict[str, Any]:
    """A section with these keys and no others."""
    return {
        "type": "object",
        "additionalProperties": False,
        "description": description,
        "properties": properties,
    }
