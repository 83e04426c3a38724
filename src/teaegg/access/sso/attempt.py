"""One try to sign in at the provider, held by the browser alone."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass, field

from teaegg.access.keys import RandomBytes, new_secret

_PREFIX = "tq-"


@dataclass(frozen=True, slots=True)
class Attempt:
    """A random secret in the browser's cookie, from which everything that must match is derived.

    `state` binds the reply to this browser (RFC 6749, 10.12), `nonce` the ID token to this try
    (OpenID Connect Core, 3.1.2.1), `code_verifier` the code to this client (PKCE, RFC 7636). Nothing
    is kept on the server, so that unfinished tries cost nothing and a restart breaks none.
    """

    secret: str = field(repr=False)

    @classmethod
    def begin(cls, random_bytes: RandomBytes) -> Attempt:
        return cls(new_secret(_PREFIX, random_bytes))

    @property
    def state(self) -> str:
        return self._derived("state")

    @property
    def nonce(self) -> str:
        return self._derived("nonce")

    @property
    def code_verifier(self) -> str:
        return self._derived("code verifier")

    def is_reply(self, state: str) -> bool:
        """Whether a reply with `state` answers this try."""
        known = bool(self.secret) and self.secret.startswith(_PREFIX)
        return known and hmac.compare_digest(state.encode(), self.state.encode())

    def _derived(self, purpose: str) -> str:
        digest = hmac.new(self.secret.encode(), purpose.encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
