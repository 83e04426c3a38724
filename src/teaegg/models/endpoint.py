"""An endpoint of the OpenAI protocol: how it is reached, and what its failures mean to a person."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import openai
from pydantic import SecretStr

from teaegg.core.errors import AnswerFilteredError, ModelError, ModelUnavailableError

RETRIES = 2
"""Of timeouts, 429 and 5xx; the SDK waits 0.5 s, then 1 s, or as long as the endpoint asks."""

FILTERED = frozenset(("content_filter", "data_inspection_failed", "datainspectionfailed"))
"""What endpoints call it when their filter declines a prompt."""

_EXCERPT_CHARACTERS = 200
_NO_KEY = "not-needed"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """`section` is the part of teaegg.toml that names it: `chat`, `embedding` or `teacher`; `tries`
    is how often a call is sent before its failure is told."""

    section: str
    base_url: str
    model: str
    timeout_seconds: float
    tries: int = RETRIES + 1

    @contextmanager
    def errors_translated(self) -> Iterator[None]:
        """Every failure of the SDK becomes a ModelError or, where waiting helps, ModelUnavailableError."""
        try:
            yield
        except openai.APITimeoutError as error:
            raise ModelUnavailableError(
                f"The model endpoint {self.base_url} did not answer within {self.timeout_seconds:g} s, "
                f"tried {self.tries} times.",
                remedy=f"Try again, or raise {self.section}.timeout_seconds.",
            ) from error
        except openai.APIConnectionError as error:
            raise ModelUnavailableError(
                f"The model endpoint {self.base_url} cannot be reached: {_cause(error)}.",
                remedy=f"Start it, or correct {self.section}.base_url.",
            ) from error
        except openai.APIStatusError as error:
            raise self._refused(error) from error
        except (openai.OpenAIError, json.JSONDecodeError, UnicodeDecodeError) as error:
            raise self.unusable("something other than the OpenAI protocol", str(error)) from error

    def unusable(self, what: str, excerpt: str) -> ModelError:
        shown = f": {excerpt[:_EXCERPT_CHARACTERS]!r}" if excerpt else ""
        return ModelError(
            f"The model endpoint {self.base_url} answered {what}{shown}.",
            remedy=f"Check that {self.section}.base_url leads to an OpenAI-compatible API "
            "(it often ends in /v1).",
        )

    def broken_stream(self) -> ModelUnavailableError:
        return ModelUnavailableError(
            f"The model endpoint {self.base_url} broke off before the end of its answer.",
            remedy="Try again; if it stays so, look at the endpoint's log and at proxies in between.",
        )

    def ignores_schema(self, content: str) -> ModelError:
        return ModelError(
            f"The model {self.model} at {self.base_url} did not keep to the lines it was offered: "
            f"{content[:_EXCERPT_CHARACTERS]!r}.",
            remedy="Use an endpoint that enforces response_format json_schema, "
            "as vLLM and llama-server do.",
        )

    def _refused(self, error: openai.APIStatusError) -> ModelError:
        status = error.status_code
        if str(getattr(error, "code", None) or "").lower() in FILTERED:
            return AnswerFilteredError(
                f"The filter of the model endpoint {self.base_url} declined: "
                f"{error.message[:_EXCERPT_CHARACTERS]!r}.",
                remedy="Ask in other words, or use an endpoint without such a filter.",
            )
        if status in {401, 403}:
            return ModelError(
                f"The model endpoint {self.base_url} refused the key (HTTP {status}).",
                remedy=f"Correct {self.section}.api_key.",
            )
        if status == 404:
            return ModelError(
                f"The model endpoint {self.base_url} has no model {self.model!r}, or no such "
                f"address (HTTP 404).",
                remedy=f"Correct {self.section}.model and {self.section}.base_url (it often ends in /v1).",
            )
        if status in {408, 409, 429} or status >= 500:
            what = "is overloaded" if status == 429 else "failed"
            return ModelUnavailableError(
                f"The model endpoint {self.base_url} {what} (HTTP {status}), tried {self.tries} times.",
                remedy="Try again later, or look at the endpoint's log.",
            )
        return ModelError(
            f"The model endpoint {self.base_url} refused the request (HTTP {status}): "
            f"{error.message[:_EXCERPT_CHARACTERS]!r}.",
            remedy=f"Compare {self.section}.model and {self.section}.context_tokens with what it offers.",
        )


def connect(endpoint: Endpoint, key: SecretStr) -> openai.AsyncOpenAI:
    """A client for the endpoint. Nothing is sent yet."""
    return openai.AsyncOpenAI(
        base_url=endpoint.base_url,
        api_key=key.get_secret_value() or _NO_KEY,
        timeout=endpoint.timeout_seconds,
        max_retries=endpoint.tries - 1,
    )


def _cause(error: openai.APIConnectionError) -> str:
    return str(error.__cause__ or error.message)
