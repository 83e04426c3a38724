"""What a form has against a file: every problem at its line and column, with what to do."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from teaegg.core.errors import InvalidRequestError

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
    """One thing that is wrong. `line` and `column` count from 1; `remedy` says what to do."""

    line: int
    column: int
    message: str
    remedy: str

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}: {self.message}"


def refused(name: str, problems: Sequence[Problem]) -> InvalidRequestError:
    """The refusal of the file `name`: all problems, at least one, the first one's remedy."""
    first, *others = problems
    told = "".join(f"\n{name}, {problem} {problem.remedy}" for problem in others[:_MOST_PROBLEMS])
    return InvalidRequestError(f"{name}, {first}{told}", remedy=first.remedy)


def problems_of(
    tree: Mapping[Any, Any], schema: Mapping[str, Any], whole: str, fallback: str
) -> list[Problem]:
    """What `schema` has against `tree`, in the order of the file. `whole` names the file's kind,
    `fallback` is the remedy where the schema's rule has no words of its own.
    """
    found: list[Problem] = []
    for error in _validator(schema).iter_errors(tree):
        found += _explained(tree, error, whole, fallback)
    return sorted(found, key=lambda problem: (problem.line, problem.column, problem.message))


def _validator(schema: Mapping[str, Any]) -> Any:
    from jsonschema import Draft202012Validator, validators

    # JSON knows no .nan and .inf, YAML does: they would pass every bound.
    finite = Draft202012Validator.TYPE_CHECKER.redefine("number", _is_finite_number)
    extend: Any = validators.extend
    return extend(Draft202012Validator, type_checker=finite)(schema)


def _is_finite_number(_checker: object, value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _explained(tree: Any, error: Any, whole: str, fallback: str) -> Iterator[Problem]:
    path = list(error.absolute_path)
    name = ".".join(map(str, path)) or f"the {whole}"
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
        name = ".".join(map(str, [*path, key]))
        yield Problem(
            *_place(tree, path),
            f"the key {name} is missing.",
            f"Add it: {_meaning(error.schema, key)}",
        )
        return
    line, column = _place(tree, path)
    expected, remedy = _expected(rule, wanted, error.schema, fallback)
    yield Problem(line, column, f"{name} is {_shown(error.instance)}; expected {expected}.", remedy)


def _expected(rule: str, wanted: Any, schema: Mapping[str, Any], fallback: str) -> tuple[str, str]:
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
    return f"what the schema says ({rule})", fallback


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
