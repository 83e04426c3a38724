"""One call of an endpoint, sent once: what was heard, or why nothing was. The `openai` SDK stays here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx2
import openai
from pydantic import SecretStr

from teaegg.core.clock import Clock
from teaegg.core.errors import ModelError
from teaegg.distill.teachers.replies import Failure, Reason, TokenChances, Usage
from teaegg.models.endpoint import FILTERED, Endpoint, connect

_EXCERPT_CHARACTERS = 200
_BUSY = frozenset((408, 409, 425, 429))
_SPENT = frozenset(
    ("insufficient_quota", "billing_hard_limit_reached", "insufficient_balance", "arrearage")
)


@dataclass(frozen=True, slots=True)
class Heard:
    """`usage` is None where the endpoint does not count; `served` is the model by its own word."""

    content: str
    refusal: str
    finish: str
    served: str
    usage: Usage | None
    tokens: tuple[TokenChances, ...]


@dataclass(frozen=True, slots=True)
class Missed:
    """`again`: another try may help, after `pause_seconds` where the endpoint says so. `billed`: it
    may have worked on the call, and count it. `complaint` is what it said of a wrong request."""

    failure: Failure
    again: bool = False
    pause_seconds: float | None = None
    billed: bool = False
    complaint: str = ""


class Caller:
    """A connection to one endpoint that sends no call twice and follows no redirect: both would be
    calls that nobody counted, and a redirect could lead the documents out of the house."""

    def __init__(self, endpoint: Endpoint, key: SecretStr, clock: Clock, *, outside: bool) -> None:
        self._endpoint = endpoint
        self._clock = clock
        # A proxy of the environment stands outside for an endpoint that is inside.
        transport = openai.DefaultAsyncHttpxClient(follow_redirects=False, trust_env=outside)
        self._client = connect(endpoint, key).with_options(max_retries=0, http_client=transport)

    async def call(
        self, turns: Sequence[Mapping[str, str]], parameters: Mapping[str, Any]
    ) -> Heard | Missed:
        call: Any = self._client.chat.completions.create
        try:
            with self._endpoint.errors_translated():
                raw = await call(model=self._endpoint.model, messages=list(turns), **parameters)
        except ModelError as error:
            return missed(error, self._clock.now())
        return self._heard(raw)

    async def close(self) -> None:
        await self._client.close()

    def _heard(self, raw: Any) -> Heard | Missed:
        choice = next(iter(getattr(raw, "choices", None) or ()), None)
        message = getattr(choice, "message", None)
        if choice is None or message is None:
            error = self._endpoint.unusable("an answer without choices", str(raw))
            return Missed(_failure("protocol", error), billed=True)
        fingerprint = getattr(raw, "system_fingerprint", None)
        return Heard(
            content=message.content if isinstance(message.content, str) else "",
            refusal=str(getattr(message, "refusal", None) or ""),
            finish=str(choice.finish_reason or ""),
            served=" ".join(
                str(part) for part in (getattr(raw, "model", None), fingerprint) if part
            ),
            usage=_usage(getattr(raw, "usage", None)),
            tokens=_tokens(getattr(choice, "logprobs", None)),
        )


def missed(error: ModelError, now: datetime) -> Missed:
    """What a failure of the SDK means for a lesson and for the rest of the run."""
    match error.__cause__:
        case openai.APITimeoutError():
            return Missed(_failure("timeout", error), again=True, billed=True)
        case openai.APIConnectionError() as cause:
            never_arrived = isinstance(cause.__cause__, httpx2.ConnectError)
            return Missed(_failure("unreachable", error), again=True, billed=not never_arrived)
        case openai.APIStatusError() as cause:
            return _refused(error, cause, now)
        case _:
            return Missed(_failure("protocol", error), billed=True)


def asked_pause(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds of Retry-After (RFC 9110, 10.2.3: a number or a date); None where it says nothing."""
    said = headers.get("retry-after", "").strip()
    try:
        return max(0.0, float(said))
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(said) - now).total_seconds())
    except (ValueError, TypeError):
        return None


def _refused(error: ModelError, cause: openai.APIStatusError, now: datetime) -> Missed:
    status, code = cause.status_code, str(getattr(cause, "code", None) or "").lower()
    if status == 402 or code in _SPENT:
        spent = Failure(
            "quota",
            f"The account at the teacher's endpoint has no quota left (HTTP {status}):"
            f" {cause.message[:_EXCERPT_CHARACTERS]!r}.",
            "Top it up and run the same again: what was answered is kept and not paid for again.",
            stops=True,
        )
        return Missed(spent)
    if code in FILTERED:
        return Missed(
            Failure(
                "refused",
                f"The endpoint's filter refused: {cause.message[:_EXCERPT_CHARACTERS]!r}.",
            )
        )
    if status in {401, 403, 404}:
        return Missed(_failure("no_model" if status == 404 else "key", error, stops=True))
    if status in _BUSY or status >= 500:
        pause = asked_pause(cause.response.headers, now)
        return Missed(_failure("busy", error), again=True, pause_seconds=pause)
    if 300 <= status < 400:
        return Missed(_redirected(cause))
    failure = Failure("refused_request", error.message, "Look at what the endpoint says of it.")
    return Missed(failure, complaint=cause.message)


def _redirected(cause: openai.APIStatusError) -> Failure:
    to = cause.response.headers.get("location", "")
    return Failure(
        "redirect",
        f"The teacher's endpoint sends calls on to {to!r}, which nobody named.",
        "Name that address in teacher.base_url, if documents may go there.",
        stops=True,
    )


def _failure(reason: Reason, error: ModelError, *, stops: bool = False) -> Failure:
    return Failure(reason, error.message, error.remedy, stops)


def _usage(raw: Any) -> Usage | None:
    sent, answered = getattr(raw, "prompt_tokens", None), getattr(raw, "completion_tokens", None)
    if type(sent) is not int or type(answered) is not int or sent < 0 or answered < 0:
        return None
    return Usage(sent, answered)


def _tokens(raw: Any) -> tuple[TokenChances, ...]:
    content = getattr(raw, "content", None)
    if not isinstance(content, list):
        return ()
    try:
        return tuple(
            TokenChances(
                str(each.token),
                float(each.logprob),
                tuple((str(top.token), float(top.logprob)) for top in each.top_logprobs or ()),
                len(each.bytes if each.bytes is not None else each.token.encode()),
            )
            for each in content
        )
    except (AttributeError, TypeError, ValueError):
        return ()
