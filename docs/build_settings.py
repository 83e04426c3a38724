"""Writes docs/settings.md from the settings themselves, so that the page cannot say anything else."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from teaegg.core.settings import Settings

PAGE = Path(__file__).with_name("settings.md")

HEAD = """\
# Settings

Everything TeaEgg can be told. This page is written by `make docs` from `src/teaegg/core/settings.py`.

Settings stand in one file, `teaegg.toml`: in the folder where `teaegg` is started, in the home
folder, or where the variable `TEAEGG_CONFIG` says. Each has a twin in the environment that wins over
the file: `mode` in the section `[answers]` is `TEAEGG_ANSWERS__MODE`. An unknown key is an error, and
so is a value out of its bounds; the message names the key. Lists and tables are written as JSON
in the environment. Values marked *secret* are never printed.

```toml
[answers]
mode = "quote"
quote_characters = 120

[server]
host = "0.0.0.0"
port = 8080
secure_cookies = true
```
"""


def render() -> str:
    """The whole page."""
    return "\n".join([HEAD, *_sections()])


def _sections() -> Iterator[str]:
    sections = {
        name: field.annotation
        for name, field in Settings.model_fields.items()
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)
    }
    yield "## Outside the file\n"
    yield "Set by the variable `TEAEGG_HOME`.\n"
    yield from _table({n: f for n, f in Settings.model_fields.items() if n not in sections})
    for name, section in sections.items():
        yield f"## [{name}]\n"
        yield f"{(section.__doc__ or '').strip()}\n"
        yield from _table(section.model_fields)


def _table(fields: dict[str, FieldInfo]) -> Iterator[str]:
    yield "| Key | Default | Allowed | What it does |"
    yield "| --- | --- | --- | --- |"
    for name, field in fields.items():
        yield f"| `{name}` | {_default(field)} | {_allowed(field)} | {field.description} |"
    yield ""


def _default(field: FieldInfo) -> str:
    value: Any = field.default
    if isinstance(value, SecretStr) or value in ("", (), {}):
        return "empty"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, tuple):
        return f"`{json.dumps(value)}`"
    return f"`{value}`"


def _allowed(field: FieldInfo) -> str:
    kind = field.annotation
    if get_origin(kind) is Literal:
        return ", ".join(f"`{choice}`" for choice in get_args(kind))
    if kind is SecretStr:
        return "text, *secret*"
    if get_origin(kind) is tuple:
        return "list of texts"
    if get_origin(kind) is dict:
        return "table of texts"
    bounds = [_bound(rule) for rule in field.metadata]
    name = {
        bool: "true or false",
        str: "text",
        int: "whole number",
        float: "number",
        Path: "folder",
    }
    spoken = name.get(kind, str(kind)) if isinstance(kind, type) else str(kind)
    return ", ".join([spoken, *(bound for bound in bounds if bound)])


def _bound(rule: object) -> str:
    signs = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<"}
    return " ".join(
        f"{sign} {getattr(rule, name):g}"
        if isinstance(getattr(rule, name), float)
        else f"{sign} {getattr(rule, name)}"
        for name, sign in signs.items()
        if hasattr(rule, name)
    )


if __name__ == "__main__":
    PAGE.write_text(render(), encoding="utf-8")
    sys.stdout.write(f"{PAGE} was written.\n")
