"""A verdict as JSON and back, so that what was found can be explained again without being found again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError

from teaegg.core.errors import StorageError
from teaegg.evals.gate.verdict import GateVerdict

_FORM = TypeAdapter(GateVerdict)


def verdict_record(verdict: GateVerdict) -> dict[str, Any]:
    """The policy, every finding with its figures, and what was counted apart, as JSON."""
    record: dict[str, Any] = _FORM.dump_python(verdict, mode="json")
    return record


def read_verdict(record: Mapping[str, Any]) -> GateVerdict:
    """The verdict of a record. Raises StorageError for one that this version cannot read."""
    try:
        return _FORM.validate_python(dict(record), strict=False)
    except ValidationError as error:
        raise StorageError(
            "The record of a verdict cannot be read: another version of TeaEgg wrote it.",
            remedy="Let the gate judge again: `teaegg gate explain`.",
        ) from error
