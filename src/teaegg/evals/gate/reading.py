"""A policy file read: bytes checked against the schema, every problem at its place, then a `Policy`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from teaegg.core.errors import InvalidRequestError
from teaegg.core.textfiles.reading import Form, parse, read
from teaegg.evals.gate.policy import Criterion, Planning, Policy
from teaegg.evals.gate.schema import SCHEMA

_FORM = Form(
    name="release policy",
    schema=SCHEMA,
    keys="criteria, confidence, unsigned",
    help="Begin with the example policy, or name no file for the usual demands.",
)


def read_policy(path: Path) -> Policy:
    """The policy of a file. Raises InvalidRequestError naming file, line, column and what to do."""
    return parse_policy(read(path, _FORM), str(path))


def parse_policy(data: bytes, name: str) -> Policy:
    """The policy in `data`; `name` is what messages call the file. Raises as `read_policy`."""
    values = parse(data, name, _FORM)
    usual = Policy()
    try:
        return Policy(
            **{
                **values,
                "criteria": _criteria(usual, values.get("criteria", {})),
                "planning": Planning(**values.get("planning", {})),
            }
        )
    except InvalidRequestError as error:
        raise InvalidRequestError(f"{name}: {error.message}", remedy=error.remedy) from error


def _criteria(usual: Policy, named: Mapping[str, Mapping[str, Any]]) -> tuple[Criterion, ...]:
    """The usual demands with what the file says: one that it forgets to name is still made."""
    demands = ((criterion, dict(named.get(criterion.subject, {}))) for criterion in usual.criteria)
    return tuple(
        replace(criterion, **said) for criterion, said in demands if said.get("claim") != "none"
    )
