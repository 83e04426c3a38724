"""A scene file read: YAML with line numbers, checked against the schema, every problem at its place."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from teaegg.core.errors import InvalidRequestError
from teaegg.core.scenes import KindShare, Scene, SceneData, SceneExam
from teaegg.scenes.schema import SCHEMA

_MOST_BYTES = 256 * 1024
_MOST_PROBLEMS = 10
_LONGEST_SHOWN = 60
_TYPES = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "array": "a list",
    "object": "a section of keys",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong. `line` and `column` count from 1; `expected` completes "expected"."""

    line: int
    column: int
    message: str
    remedy: str

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}: {self.message}"


def read_scene(path: Path) -> Scene:
    """The scene of a file. Raises InvalidRequestError naming file, line, column and what to do."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InvalidRequestError(
            f"The scene file {path} cannot be read: {error.strerror or error}.",
            remedy="Check the path, or write a new one: teaegg scene new NAME.",
        ) from error
    return parse_scene(data, str(path))


def parse_scene(data: bytes, name: str) -> Scene:
    """The scene in `data`; `name` is what messages call the file. Raises as `read_scene`."""
    if len(data) > _MOST_BYTES:
        raise InvalidRequestError(
            f"{name} has {len(data)} bytes; a scene file has at most {_MOST_BYTES}.",
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
    if problems := list(_problems(tree)):
        raise _refused(name, problems)
    return _scene(tree)


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
        raise _refused(name, [Problem(line, column, f"{problem}.", remedy)]) from error
    except (YAMLError, ValueError, RecursionError) as error:
        # ruamel.yaml lets a few values through to the constructors of int and datetime.
        raise _refused(name, [Problem(1, 1, f"{error}.", "Put the value in quotes.")]) from error


def _problems(tree: Any) -> Iterator[Problem]:
    """What the schema has against it, in the order of the file, and keys that it does not know."""
    import jsonschema

    if not isinstance(tree, Mapping):
        yield Problem(1, 1, "expected a scene: keys such as name, title, asks.", _EXAMPLE)
        return
    found = []
    for error in jsonschema.Draft202012Validator(SCHEMA).iter_errors(tree):
        found += list(_explained(tree, error))
    yield from sorted(found, key=lambda problem: (problem.line, problem.column, problem.message))


_EXAMPLE = "See an example: teaegg scene new NAME."


def _explained(tree: Any, error: Any) -> Iterator[Problem]:
    path = list(error.absolute_path)
    name = ".".join(map(str, path)) or "the scene"
    rule, wanted = error.validator, error.validator_value
    if rule == "additionalProperties":
        known = list(error.schema["properties"])
        for key in [key for key in error.instance if key not in known]:
            line, column = _key_place(error.instance, key)
            near = difflib.get_close_matches(str(key), known, n=1)
            remedy = f"Did you mean {near[0]}?" if near else f"There are {', '.join(known)}."
            yield Problem(line, column, f"{name} has no key {_shown(key)}.", remedy)
        return
    if rule == "required":
        missing = [key for key in wanted if key not in error.instance]
        # The validator reports every missing key by itself.
        key = next(key for key in missing if f"'{key}'" in error.message)
        yield Problem(1, 1, f"the key {key} is missing.", f"Add it: {_meaning(error.schema, key)}")
        return
    line, column = _place(tree, path)
    expected, remedy = _expected(rule, wanted, error.schema)
    yield Problem(line, column, f"{name} is {_shown(error.instance)}; expected {expected}.", remedy)


def _expected(rule: str, wanted: Any, schema: Mapping[str, Any]) -> tuple[str, str]:
    meaning = str(schema.get("description", ""))
    match rule:
        case "type":
            return _TYPES.get(wanted, str(wanted)), meaning
        case "enum":
            return f"one of {', '.join(wanted)}", meaning
        case "minimum" | "maximum":
            return f"{schema['minimum']} to {schema['maximum']}", meaning
        case "minLength" | "maxLength":
            least, most = schema.get("minLength", 0), schema["maxLength"]
            return f"{least} to {most} characters", meaning
        case "pattern":
            return "small letters a-z, digits and hyphens", meaning
        case "minItems" | "minProperties":
            return "at least one entry", meaning
        case "maxItems":
            return f"at most {wanted} entries", meaning
        case "uniqueItems":
            return "every entry once", meaning
    return f"what the schema says ({rule})", "See `teaegg scene schema`."


def _meaning(schema: Mapping[str, Any], key: str) -> str:
    return str(schema["properties"][key].get("description", key))


def _place(tree: Any, path: Sequence[Any]) -> tuple[int, int]:
    """Where the value at `path` begins, from 1; as near as the parser knows."""
    at, node = (1, 1), tree
    for key in path:
        marks = getattr(node, "lc", None)
        if marks is not None:
            # Where nothing follows a key, the parser's place of the value is that of the next key.
            find = marks.key if node[key] is None else marks.value
            found = find(key) if isinstance(node, Mapping) else marks.item(key)
            at = (found[0] + 1, found[1] + 1)
        node = node[key]
    return at


def _key_place(node: Any, key: Any) -> tuple[int, int]:
    marks = getattr(node, "lc", None)
    if marks is None:
        return 1, 1
    line, column = marks.key(key)
    return line + 1, column + 1


def _shown(value: Any) -> str:
    if value is None:
        return "empty"
    text = str(value) if not isinstance(value, Mapping | list) else "something else"
    return repr(text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "…")


def _refused(name: str, problems: Sequence[Problem]) -> InvalidRequestError:
    first, *others = problems
    told = "".join(f"\n{name}, {problem} {problem.remedy}" for problem in others[:_MOST_PROBLEMS])
    return InvalidRequestError(f"{name}, {first}{told}", remedy=first.remedy)


def _scene(tree: Mapping[str, Any]) -> Scene:
    """Plain Python values: the parser's own remember their place and spelling."""
    plain = {key: _plain(value) for key, value in tree.items()}
    data = plain.pop("data", {})
    kinds = tuple(_shares(data.pop("kinds", {})))
    return Scene(
        **{
            **plain,
            "collections": tuple(plain["collections"]),
            "exam": SceneExam(**plain.get("exam", {})),
            "data": SceneData(kinds=kinds, **data),
        }
    )


def _shares(kinds: Mapping[str, float]) -> Iterable[KindShare]:
    return (KindShare(kind, float(weight)) for kind, weight in kinds.items())


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, str):
        return str(value).strip()
    if isinstance(value, int):
        return int(value)
    return float(value)
