"""The addresses of sources as people write them: URL, options behind `#`, secrets as ${NAME}.

A secret is never part of an address: `${NAME}` stands for it, and is filled in at the moment of use.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from teaegg.core.errors import InvalidRequestError

LIST = "list"
"""`list:FILE` is a text file of web addresses."""

SecretOf = Callable[[str], str]
"""The value of a secret by its name. Raises SettingsError when there is none."""

_SCHEME = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]+:")
_SECRET = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_SECRET_OPTIONS = frozenset(
    "bearer secret password passphrase token account_key sas_token connection_string".split()
)
# A SELECT may hold every sign that options are told apart by: it comes last and takes the rest.
_LAST_OPTION = "select"


@dataclass(frozen=True, slots=True)
class Address:
    """An address taken apart. `options` are the words behind `#`; secrets stand as ${NAME}."""

    url: SplitResult
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def scheme(self) -> str:
        return self.url.scheme.lower()

    @property
    def root(self) -> str:
        """A stable name without user, secret and those options that name secrets."""
        host = self.url.netloc.rpartition("@")[2]
        options = sorted((k, v) for k, v in self.options.items() if not _SECRET.search(v))
        fragment = "&".join(f"{key}={value}" for key, value in options)
        ending = "".join(
            f"{sign}{part}" for sign, part in (("?", self.url.query), ("#", fragment)) if part
        )
        return f"{self.scheme}://{host.lower()}{self.url.path}{ending}"

    def option(self, name: str) -> str:
        return self.options.get(name, "")

    def user(self, secret_of: SecretOf) -> str:
        return filled(unquote(self.url.username or ""), secret_of)

    def password(self, secret_of: SecretOf) -> str:
        return filled(unquote(self.url.password or ""), secret_of)

    def only(self, *known: str) -> None:
        """Raises InvalidRequestError for an option that this kind of source does not have."""
        unknown = sorted(set(self.options) - set(known))
        if unknown:
            raise InvalidRequestError(
                f"A source of kind {self.scheme} has no option {unknown[0]!r}.",
                remedy=f"It has: {', '.join(known) or 'none'}.",
            )


def is_address(text: str) -> bool:
    """Whether `text` is a URL. A path may hold a colon, but not behind two letters or more."""
    return bool(_SCHEME.match(text))


def local_path(text: str) -> Path:
    """A path as a person writes it, made absolute; a link keeps its own name."""
    return Path(os.path.abspath(os.path.expanduser(text)))  # noqa: PTH100, PTH111


def lasting(text: str) -> str:
    """The address as it can be kept: it means the same wherever TeaEgg is started."""
    if not is_address(text):
        return str(local_path(text))
    scheme, _, rest = text.partition(":")
    return f"{scheme}:{local_path(rest)}" if scheme == LIST else text


def parse_address(text: str) -> Address:
    """Raises InvalidRequestError for what is no URL, or holds a password in clear."""
    try:
        url = urlsplit(text.strip())
        port = url.port
    except ValueError as error:
        raise InvalidRequestError(
            f"{shown_address(text)!r} is no address of a source: {error}.", remedy="Correct it."
        ) from error
    del port  # Asked for only because a wrong one is found out then.
    if url.password and _in_clear(unquote(url.password)):
        raise InvalidRequestError(
            f"The address {shown_address(text)} holds a password in clear.",
            remedy="Write ${NAME} in its place, and set the environment variable NAME.",
        )
    options = _options(url.fragment)
    clear = next((name for name in _SECRET_OPTIONS & set(options) if _in_clear(options[name])), "")
    if clear:
        raise InvalidRequestError(
            f"The option {clear} of the address holds a secret in clear.",
            remedy=f"Write {clear}=${{NAME}}, and set the environment variable NAME.",
        )
    return Address(url._replace(fragment=""), options)


def holds_secret(text: str) -> bool:
    """Whether the address asks for a secret of the environment, or seems to hold one."""
    return "${" in text or "@" in urlsplit(text).netloc or "#" in text


def filled(text: str, secret_of: SecretOf) -> str:
    """`text` with every ${NAME} replaced by its secret."""
    return _SECRET.sub(lambda found: secret_of(found[1]), text)


def shown_address(text: str) -> str:
    """The address for listings and messages: whatever stands where a password does is hidden."""
    hidden = re.sub(
        r"(://[^:/@\s]*:)([^@/\s]*)@",
        lambda found: found[0] if not _in_clear(found[2]) else f"{found[1]}***@",
        text,
    )
    return hidden[:500]


def _in_clear(text: str) -> bool:
    return _SECRET.fullmatch(text) is None


def _options(fragment: str) -> dict[str, str]:
    options: dict[str, str] = {}
    rest = fragment
    while rest:
        if rest.startswith(f"{_LAST_OPTION}="):
            options[_LAST_OPTION] = unquote(rest.partition("=")[2])
            break
        pair, _, rest = rest.partition("&")
        key, _, value = pair.partition("=")
        options[key.strip().lower()] = unquote(value)
    return options
