"""A file's bytes → plain values: UTF-8, then YAML that remembers its lines, then the form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from teaegg.core.errors import InvalidRequestError
from teaegg.core.textfiles.problems import Problem, problems_of, refused

_MOST_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class Form:
    """What may stand in a kind of file. `name` is what messages call it ("scene"), `schema` its JSON
    Schema, `keys` some of its keys as an example, `help` completes a message that knows no more.
    """

    name: str
    schema: Mapping[str, Any]
    keys: str
    help: str


def read(path: Path, form: Form) -> bytes:
    """The bytes of a file of that form. Raises InvalidRequestError where it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise InvalidRequestError(
            f"The {form.name} file {path} cannot be read: {error.strerror or error}.",
            remedy=f"Check the path. {form.help}",
        ) from error


def parse(data: bytes, name: str, form: Form) -> dict[str, Any]:
    """What `data` says, in plain Python values; `name` is what messages call the file.

    Raises InvalidRequestError with line and column of everything that is wrong, and what to do.
    """
    if len(data) > _MOST_BYTES:
        raise InvalidRequestError(
            f"{name} has {len(data)} bytes; a {form.name} file has at most {_MOST_BYTES}.",
            remedy="Name the right file.",
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise InvalidRequestError(
            f"{name}, line {line}: this is not UTF-8.", remedy="Save the file as UTF-8."
        ) from error
    tree = _load(text, name)
    if not isinstance(tree, Mapping):
        expected = f"expected a {form.name}: keys such as {form.keys}."
        raise refused(name, [Problem(1, 1, expected, form.help)])
    if problems := problems_of(tree, form.schema, form.name, form.help):
        raise refused(name, problems)
    return {str(key): _plain(value) for key, value in tree.items()}


def _load(text: str, name: str) -> Any:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    yaml = YAML(typ="rt")
    yaml.allow_duplicate_keys = False
    try:
        return yaml.load(StringIO(text))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        problem = (error.problem or "it is no YAML").splitlines()[0]
        remedy = (
            "Name every key once."
            if "duplicate" in problem
            else "Check indentation, quotes and colons; a text with a colon stands in quotes."
        )
        raise refused(name, [Problem(line, column, f"{problem}.", remedy)]) from error
    except (YAMLError, ValueError, RecursionError) as error:
        # ruamel.yaml lets a few values through to the constructors of int and datetime.
        raise refused(name, [Problem(1, 1, f"{error}.", "Put the value in quotes.")]) from error


def _plain(value: Any) -> Any:
    """Plain Python values: the parser's own remember their place and spelling."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, str):
        return str(value).strip()
    if isinstance(value, int):
        return int(value)
    return float(value)
