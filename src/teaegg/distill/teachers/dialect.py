"""What endpoints of one protocol differ in: which parameters they take. Learned from their refusals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from teaegg.models.base import Message


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a call is put. Begins with all that the protocol offers; refusals take away."""

    answer_form: Literal["schema", "object", "text"] = "schema"
    length_key: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    temperature: bool = True
    logprobs: bool = True
    system: bool = True

    def without(self, complaint: str) -> Dialect | None:
        """The dialect that a refusal with these words points to; None when it points to none."""
        said = complaint.lower()
        if self.length_key == "max_tokens" and "max_completion_tokens" in said:
            return replace(self, length_key="max_completion_tokens")
        if self.logprobs and "logprobs" in said:
            return replace(self, logprobs=False)
        if self.answer_form != "text" and _speaks_of_form(said):
            weaker: Literal["object", "text"] = "object" if self.answer_form == "schema" else "text"
            return replace(self, answer_form=weaker)
        if self.temperature and "temperature" in said:
            return replace(self, temperature=False)
        if self.system and "system" in said and "role" in said:
            return replace(self, system=False)
        return None

    def parameters(
        self, schema: dict[str, Any], *, answer_tokens: int, temperature: float, logprobs: int
    ) -> dict[str, Any]:
        wanted: dict[str, Any] = {self.length_key: answer_tokens}
        if self.temperature:
            wanted["temperature"] = temperature
        if self.answer_form == "schema":
            form = {"name": "lesson", "strict": True, "schema": schema}
            wanted["response_format"] = {"type": "json_schema", "json_schema": form}
        elif self.answer_form == "object":
            wanted["response_format"] = {"type": "json_object"}
        if logprobs and self.logprobs:
            wanted |= {"logprobs": True, "top_logprobs": logprobs}
        return wanted

    def turns(self, messages: Sequence[Message]) -> list[dict[str, str]]:
        if self.system:
            return [{"role": each.role, "content": each.content} for each in messages]
        return [{"role": "user", "content": "\n\n".join(each.content for each in messages)}]


def _speaks_of_form(said: str) -> bool:
    return any(
        word in said for word in ("response_format", "json_schema", "json_object", "grammar")
    )
