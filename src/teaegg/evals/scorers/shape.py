"""A shape: does the reply follow the JSON Schema (draft 2020-12) or the regular expression of the item.

Schemas and expressions come from whoever writes items, replies from whoever is examined: so a pattern runs
against the clock, a schema loads nothing from elsewhere, and neither can stop an exam.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from teaegg.core.errors import InvalidRequestError
from teaegg.core.exams import ExamItem, Response
from teaegg.evals.scorers.base import Score
from teaegg.evals.scorers.patterns import Pattern, compiled

_FENCED = re.compile(r"\s*```[a-zA-Z]*\s*\n(.*?)\n?\s*```\s*", re.DOTALL)
_LONGEST_FAULT = 200


def score_shape(item: ExamItem, response: Response) -> Score:
    """1 where all of the reply has the shape; for JSON a code fence around it is taken off first.

    Raises InvalidRequestError where the item's shape is no JSON Schema and no expression.
    """
    pattern = check_shape(item)
    if pattern is not None:
        fits = pattern.is_all_of(response.text.strip())
        return Score(float(fits), {}, "has the pattern" if fits else "does not have the pattern")
    fenced = _FENCED.fullmatch(response.text)
    try:
        value = json.loads(fenced[1] if fenced else response.text)
    except (ValueError, RecursionError):
        return Score(0.0, {"parses": 0.0}, "is no JSON")
    fault = _fault(item, value)
    return Score(float(not fault), {"parses": 1.0}, fault or "follows the schema")


def check_shape(item: ExamItem) -> Pattern | None:
    """The pattern of `/…/`, None for a JSON Schema. Raises InvalidRequestError for neither."""
    shape = item.shape.strip()
    if len(shape) > 2 and shape.startswith("/") and shape.endswith("/"):
        return compiled(shape[1:-1], item.id)
    from jsonschema import Draft202012Validator, SchemaError

    try:
        schema = json.loads(shape)
        Draft202012Validator.check_schema(schema)
    except (ValueError, RecursionError, SchemaError) as error:
        reason = error.message if isinstance(error, SchemaError) else str(error)
        raise InvalidRequestError(
            f"The shape of item {item.id} is no JSON Schema: {reason}.",
            remedy="Write a JSON Schema, or a regular expression between slashes: /…/.",
        ) from error
    if _names(schema, "patternProperties"):
        # The library matches these without a clock.
        raise InvalidRequestError(
            f"The schema of item {item.id} has patternProperties, which are not read.",
            remedy="Name the properties, or bound their names with propertyNames.",
        )
    return None


def _fault(item: ExamItem, value: Any) -> str:
    """What the schema has against the value first; "" for nothing."""
    from jsonschema.exceptions import ValidationError
    from referencing import Registry
    from referencing.exceptions import Unresolvable

    try:
        # An empty registry: a schema that names another one by its address is not followed there.
        validator = _validator(item.id)(json.loads(item.shape), registry=Registry())
        found = next(validator.iter_errors(value), None)
    except Unresolvable as error:
        raise InvalidRequestError(
            f"The schema of item {item.id} refers to {error.ref}, which does not stand in it.",
            remedy="Write the definition into the schema itself, below $defs.",
        ) from error
    except RecursionError:
        return "is nested too deeply"
    if not isinstance(found, ValidationError):
        return ""
    where = "/".join(map(str, found.absolute_path))
    return f"{found.message[:_LONGEST_FAULT]}{f' at {where}' if where else ''}"


def _validator(item: str) -> Any:
    """Draft 2020-12 whose patterns run against the clock."""
    from jsonschema import Draft202012Validator, ValidationError, validators

    def pattern(validator: Any, wanted: str, instance: Any, schema: Any) -> Iterator[Any]:
        if validator.is_type(instance, "string") and not compiled(wanted, item).is_in(instance):
            yield ValidationError(f"{instance!r} does not match {wanted!r}")

    extend: Any = validators.extend
    return extend(Draft202012Validator, {"pattern": pattern})


def _names(schema: Any, keyword: str) -> bool:
    if isinstance(schema, dict):
        return keyword in schema or any(_names(below, keyword) for below in schema.values())
    return isinstance(schema, list) and any(_names(below, keyword) for below in schema)
