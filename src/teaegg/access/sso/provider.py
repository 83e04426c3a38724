"""The provider: what it publishes, the exchange of a code, the check of an ID token.

OpenID Connect Core 1.0 and Discovery 1.0 with PKCE (RFC 7636). Authlib and joserfc do the protocol and
the cryptography; they come with the extra `oidc` and are imported when a provider is spoken to.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from teaegg.access.sso.attempt import Attempt
from teaegg.core.clock import Clock
from teaegg.core.errors import SettingsError, SingleSignOnError
from teaegg.core.settings import OidcSettings

if TYPE_CHECKING:
    from joserfc.jwk import KeySet

RETURN_PATH = "/api/single-sign-on/return"
_WELL_KNOWN = "/.well-known/openid-configuration"
_TIMEOUT_SECONDS = 10
_KEPT_SECONDS = 3600
# Anybody can send a token that names an unknown key: that must not make us ask the provider each time.
_REREAD_SECONDS = 10
_MAX_TOKEN_CHARACTERS = 16_384
# Access tokens by RFC 9068, and what most providers write; not what was signed for another purpose.
_TOKEN_TYPES = frozenset(("at+jwt", "application/at+jwt", "jwt"))
# Signatures that only the provider can make: none, and HMAC with a guessable key, are not among them.
_ALGORITHMS = "RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA Ed25519".split()


@dataclass(frozen=True, slots=True)
class _Published:
    """The provider's own description, and when it was read (monotonic seconds)."""

    metadata: Mapping[str, Any]
    read_at_seconds: float


class OpenIdProvider:
    """Raises SingleSignOnError: `unreachable`, `provider` (it answered nonsense or refused), `token`
    (the ID token proves nothing to us), `expired`. SettingsError without the extra `oidc`."""

    def __init__(self, settings: OidcSettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._published: _Published | None = None
        self._keys: KeySet | None = None
        self._keys_read_at_seconds = 0.0

    @property
    def return_url(self) -> str:
        return self._settings.public_url.rstrip("/") + RETURN_PATH

    @property
    def allowed_skew_seconds(self) -> float:
        return self._settings.clock_skew_seconds

    async def authorization_url(self, attempt: Attempt) -> str:
        """Where the browser goes to sign in."""
        metadata = await self._metadata()
        async with self._client(metadata) as client:
            url, _ = client.create_authorization_url(
                metadata["authorization_endpoint"],
                state=attempt.state,
                nonce=attempt.nonce,
                code_verifier=attempt.code_verifier,
            )
        return str(url)

    async def claims(self, attempt: Attempt, code: str) -> dict[str, Any]:
        """The verified claims of whoever the provider gave `code` to, within `attempt`."""
        metadata = await self._metadata()
        async with self._client(metadata) as client:
            token = await self._exchange(client, metadata, attempt, code)
            claims = await self._verified(token, attempt)
            return {**await self._userinfo(client, metadata, claims), **claims}

    async def token_claims(self, token: str) -> dict[str, Any]:
        """The verified claims of an access token made for /mcp, which somebody sent as their bearer.

        By RFC 9068: signature by the provider's keys, issuer, audience, time. A token bound to a
        key of its owner (`cnf`) is no bearer token and is refused.
        """
        from joserfc.errors import ExpiredTokenError, JoseError
        from joserfc.jwt import JWTClaimsRegistry

        settings = self._settings
        expected = JWTClaimsRegistry(
            now=int(self._clock.now().timestamp()),
            leeway=settings.clock_skew_seconds,
            iss={"essential": True, "value": settings.issuer},
            aud={"essential": True, "value": settings.token_audience or settings.mcp_url},
            exp={"essential": True},
        )
        try:
            decoded = await self._decoded(token, patience_seconds=_REREAD_SECONDS)
            expected.validate(decoded.claims)
        except ExpiredTokenError as error:
            raise SingleSignOnError(
                refusal="expired", message="The access token has expired."
            ) from error
        except (JoseError, ValueError) as error:
            raise SingleSignOnError(
                refusal="token", message=f"The access token is not valid here: {error}."
            ) from error
        kind = str(decoded.header.get("typ", "jwt")).lower()
        if kind not in _TOKEN_TYPES or "cnf" in decoded.claims:
            raise SingleSignOnError(refusal="token", message="The token is no plain access token.")
        return dict(decoded.claims)

    async def sign_out_url(self) -> str:
        """Where the browser ends its session at the provider (RP-Initiated Logout 1.0), or ""."""
        endpoint = (await self._metadata()).get("end_session_endpoint")
        if not endpoint:
            return ""
        query = {
            "client_id": self._settings.client_id,
            "post_logout_redirect_uri": self._settings.public_url.rstrip("/") + "/sign-in",
        }
        return f"{endpoint}{'&' if urlsplit(endpoint).query else '?'}{urlencode(query)}"

    async def clock_difference_seconds(self) -> float:
        """How far the provider's clock is ahead of ours, by the Date of its reply; reads keys too."""
        reply = await self._get(self._settings.issuer.rstrip("/") + _WELL_KNOWN)
        await self._read_keys()
        told = reply.headers.get("date")
        if told is None:
            return 0.0
        return (parsedate_to_datetime(told) - self._clock.now()).total_seconds()

    async def _metadata(self) -> Mapping[str, Any]:
        now = self._clock.monotonic_seconds()
        kept = self._published
        if kept is None or now - kept.read_at_seconds > _KEPT_SECONDS:
            kept = _Published(await self._read_metadata(), now)
            self._published, self._keys = kept, None
        return kept.metadata

    async def _read_metadata(self) -> Mapping[str, Any]:
        issuer = self._settings.issuer
        metadata = _json(await self._get(issuer.rstrip("/") + _WELL_KNOWN))
        if metadata.get("issuer") != issuer:
            raise _wrong(f"it calls itself {str(metadata.get('issuer'))[:200]!r}, not {issuer!r}")
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            self._check_endpoint(name, metadata.get(name))
        return metadata

    def _check_endpoint(self, name: str, value: object) -> None:
        """Codes and secrets must not travel in the clear because of a wrong description."""
        scheme = urlsplit(value).scheme if isinstance(value, str) else ""
        if scheme != "https" and scheme != urlsplit(self._settings.issuer).scheme:
            raise _wrong(f"its {name} is {str(value)[:200]!r}")

    async def _exchange(
        self, client: Any, metadata: Mapping[str, Any], attempt: Attempt, code: str
    ) -> Mapping[str, Any]:
        from authlib.integrations.base_client import OAuthError
        from httpx2 import HTTPError

        try:
            token: Mapping[str, Any] = await client.fetch_token(
                metadata["token_endpoint"], code=code, code_verifier=attempt.code_verifier
            )
        except OAuthError as error:
            raise _wrong(f"it did not take the code: {error}") from error
        except HTTPError as error:
            raise _unreachable(metadata["token_endpoint"], error) from error
        except ValueError as error:
            raise _wrong("its token endpoint did not answer with JSON") from error
        return token

    async def _verified(self, token: Mapping[str, Any], attempt: Attempt) -> dict[str, Any]:
        from authlib.oidc.core import CodeIDToken
        from joserfc.errors import ExpiredTokenError, JoseError

        client_id = self._settings.client_id
        try:
            decoded = await self._decoded(str(token.get("id_token", "")))
            claims = CodeIDToken(
                decoded.claims,
                decoded.header,
                {
                    "iss": {"essential": True, "value": self._settings.issuer},
                    "aud": {"essential": True, "value": client_id},
                },
                {
                    "nonce": attempt.nonce,
                    "client_id": client_id,
                    "access_token": token.get("access_token"),
                },
            )
            claims.validate(
                now=int(self._clock.now().timestamp()), leeway=self._settings.clock_skew_seconds
            )
        except ExpiredTokenError as error:
            raise SingleSignOnError(
                refusal="expired",
                message="The provider's ID token has expired.",
                remedy="Compare both machines' clocks; oidc.clock_skew_seconds allows a difference.",
            ) from error
        except (JoseError, ValueError) as error:
            raise SingleSignOnError(
                refusal="token", message=f"The provider's ID token is not valid here: {error}."
            ) from error
        return dict(claims)

    async def _decoded(self, token: str, *, patience_seconds: float = 0) -> Any:
        """Keys are read again when the token names one that is not known: providers change them.

        Not within `patience_seconds` of the last time. Raises JoseError or ValueError.
        """
        if len(token) > _MAX_TOKEN_CHARACTERS:
            raise ValueError("it is too long")
        from joserfc import jwt
        from joserfc.errors import InvalidKeyIdError
        from joserfc.jws import JWSRegistry

        registry = JWSRegistry(algorithms=_ALGORITHMS, strict_check_header=False)
        try:
            return jwt.decode(token, await self._known_keys(), registry=registry)
        except InvalidKeyIdError:
            age = self._clock.monotonic_seconds() - self._keys_read_at_seconds
            if age < patience_seconds:
                raise
            return jwt.decode(token, await self._read_keys(), registry=registry)

    async def _known_keys(self) -> KeySet:
        await self._metadata()  # What is too old is forgotten there, keys included.
        return self._keys or await self._read_keys()

    async def _read_keys(self) -> KeySet:
        from joserfc.errors import JoseError
        from joserfc.jwk import KeySet

        metadata = await self._metadata()
        published = _json(await self._get(metadata["jwks_uri"]))
        try:
            self._keys = KeySet.import_key_set(published)  # type: ignore[arg-type]
        except (JoseError, KeyError, TypeError, ValueError) as error:
            raise _wrong(f"its keys cannot be read: {error}") from error
        self._keys_read_at_seconds = self._clock.monotonic_seconds()
        return self._keys

    async def _userinfo(
        self, client: Any, metadata: Mapping[str, Any], claims: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Claims that the ID token lacks; some providers tell groups and names only here."""
        from httpx2 import HTTPError

        settings = self._settings
        wanted = [settings.name_claim, settings.groups_claim]
        wanted += ["email", "email_verified"] if settings.allowed_domains else []
        endpoint = metadata.get("userinfo_endpoint")
        if not endpoint or all(name in claims for name in wanted if name):
            return {}
        self._check_endpoint("userinfo_endpoint", endpoint)
        try:
            told = _json(await client.get(endpoint))
        except HTTPError as error:
            raise _unreachable(endpoint, error) from error
        if told.get("sub") != claims["sub"]:
            raise _wrong("its userinfo speaks of somebody else")
        return told

    async def _get(self, url: str) -> Any:
        async with self._client({}) as client:
            from httpx2 import HTTPError

            try:
                return await client.request("GET", url, withhold_token=True)
            except HTTPError as error:
                raise _unreachable(url, error) from error

    def _client(self, metadata: Mapping[str, Any]) -> Any:
        try:
            from authlib.integrations.httpx_client import AsyncOAuth2Client
        except ImportError as error:
            raise SettingsError(
                "Single sign-on is set up, but the extra `oidc` is not installed.",
                remedy='Install it: pip install "teaegg[oidc]"',
            ) from error
        secret = self._settings.client_secret.get_secret_value()
        return AsyncOAuth2Client(
            self._settings.client_id,
            secret or None,
            token_endpoint_auth_method=_authentication(metadata, secret),
            scope=" ".join(self._settings.scopes),
            redirect_uri=self.return_url,
            code_challenge_method="S256",
            timeout=_TIMEOUT_SECONDS,
        )


def _authentication(metadata: Mapping[str, Any], secret: str) -> str:
    """How the client proves itself; Basic where nothing is said (Discovery 1.0, section 3)."""
    if not secret:
        return "none"
    supported = metadata.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    return "client_secret_basic" if "client_secret_basic" in supported else "client_secret_post"


def _json(reply: Any) -> dict[str, Any]:
    try:
        data = reply.json() if reply.status_code == 200 else None
    except ValueError:
        data = None
    if not isinstance(data, dict):
        raise _wrong(f"{reply.url} answered {reply.status_code} without a JSON object")
    return data


def _wrong(what: str) -> SingleSignOnError:
    return SingleSignOnError(
        refusal="provider",
        message=f"The sign-in provider cannot be used: {what}.",
        remedy="Check the settings in [oidc] against those at the provider.",
    )


def _unreachable(url: str, error: Exception) -> SingleSignOnError:
    return SingleSignOnError(
        refusal="unreachable",
        message=f"The sign-in provider cannot be reached at {url}: {error or type(error).__name__}.",
        remedy="Check oidc.issuer and the network; local accounts still sign in.",
    )
