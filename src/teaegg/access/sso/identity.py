"""What a provider says of a person, read from its verified claims. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from teaegg.core.errors import SingleSignOnError
from teaegg.core.settings import OidcSettings

_MAX_SUBJECT_CHARACTERS = 255
_MAX_DISPLAY_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class Identity:
    """`subject` at `issuer` is who it is; all else is only what they are called there.

    `email_domain` is lower-case, and empty unless the provider says that it verified the address.
    """

    issuer: str
    subject: str
    name: str
    display_name: str
    email_domain: str
    groups: frozenset[str]


def identity_of(claims: Mapping[str, Any], settings: OidcSettings) -> Identity:
    """Raises SingleSignOnError when there is no usable subject."""
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= _MAX_SUBJECT_CHARACTERS:
        raise SingleSignOnError(refusal="token", message="The provider names no subject (sub).")
    return Identity(
        issuer=settings.issuer,
        subject=subject,
        name=_line(claims, settings.name_claim),
        display_name=_line(claims, settings.display_name_claim)[:_MAX_DISPLAY_CHARACTERS],
        email_domain=_verified_domain(claims),
        groups=_texts(claims.get(settings.groups_claim)) if settings.groups_claim else frozenset(),
    )


def check_domain(identity: Identity, settings: OidcSettings) -> None:
    """Raises SingleSignOnError for a person whose address is of none of the allowed domains."""
    allowed = {domain.casefold().removeprefix("@") for domain in settings.allowed_domains}
    if allowed and identity.email_domain not in allowed:
        raise SingleSignOnError(
            refusal="domain",
            message=f"{identity.subject!r} has no verified address of {', '.join(sorted(allowed))}.",
            remedy="See oidc.allowed_domains; the provider must send email and email_verified.",
        )


def memberships(identity: Identity, settings: OidcSettings) -> dict[str, bool]:
    """Group here → whether the person belongs to it; only groups that the settings map.

    No claim means no groups: what the provider does not say is not assumed.
    """
    if not settings.groups_claim:
        return {}
    here = {settings.groups[name] for name in identity.groups if name in settings.groups}
    return {group: group in here for group in sorted(set(settings.groups.values()))}


def _verified_domain(claims: Mapping[str, Any]) -> str:
    email = claims.get("email")
    if claims.get("email_verified") is not True or not isinstance(email, str):
        return ""
    return email.rpartition("@")[2].casefold()


def _line(claims: Mapping[str, Any], claim: str) -> str:
    value = claims.get(claim)
    text = unicodedata.normalize("NFKC", value).strip() if isinstance(value, str) else ""
    return text if text.isprintable() else ""


def _texts(value: Any) -> frozenset[str]:
    """A claim of groups is a list of names, or one name."""
    values = value if isinstance(value, list) else [value]
    return frozenset(item for item in values if isinstance(item, str))
