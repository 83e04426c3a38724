"""How long a name has to wait after failed sign-ins: a pure rule and a small memory."""

from __future__ import annotations

import math
from dataclasses import dataclass

from teaegg.core.errors import SignInError


@dataclass(frozen=True, slots=True)
class BackOff:
    """`free_tries` cost nothing; then the wait doubles from `first_seconds` up to `longest_seconds`.

    A name that was left alone for `forget_seconds` starts afresh.
    """

    free_tries: int = 5
    first_seconds: float = 10
    longest_seconds: float = 600
    forget_seconds: float = 3600
    max_names: int = 10_000


def wait_seconds(policy: BackOff, tries: int) -> float:
    """Seconds that must pass between the last of `tries` failed tries and the next one."""
    beyond = tries - policy.free_tries
    if beyond < 0:
        return 0
    # The exponent is bounded, since 2 ** 2000 does not fit a float.
    return min(policy.first_seconds * 2.0 ** min(beyond, 60), policy.longest_seconds)


@dataclass(frozen=True, slots=True)
class _Tries:
    count: int
    last_seconds: float


class SignInTries:
    """Tries by name, known or not: what it says gives away nothing about accounts.

    In memory and bounded: a restart forgives, and the longest untouched names are forgotten first.
    """

    def __init__(self, policy: BackOff | None = None) -> None:
        self._policy = policy or BackOff()
        self._tries: dict[str, _Tries] = {}

    def begin(self, name: str, now_seconds: float) -> None:
        """Count a try before its outcome is known, so that parallel tries cannot slip through.

        Raises SignInError while the name has to wait; such a try is not counted.
        """
        before = self._tries.get(name, _Tries(0, now_seconds))
        rested = now_seconds - before.last_seconds
        if rested > self._policy.forget_seconds:
            before = _Tries(0, now_seconds)
        missing = wait_seconds(self._policy, before.count) - rested
        if before.count and missing > 0:
            raise SignInError(
                "There were too many failed sign-ins with this name.",
                remedy=f"Try again in {math.ceil(missing)} seconds.",
            )
        self._tries.pop(name, None)  # Re-inserted last: the order is by the latest try.
        self._tries[name] = _Tries(before.count + 1, now_seconds)
        if len(self._tries) > self._policy.max_names:
            self._tries.pop(next(iter(self._tries)))

    def succeeded(self, name: str) -> None:
        self._tries.pop(name, None)
