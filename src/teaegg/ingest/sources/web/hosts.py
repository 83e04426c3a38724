"""Which hosts may be asked: those that a person named, and no other. No I/O.

A page, a sitemap or a redirect is written by somebody else. If it could name the next host, it could
make this machine ask whatever it reaches: the printer, the cloud's metadata, the database's console.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from teaegg.core.errors import UnreadableDocumentError

_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class NamedHosts:
    """`origins` are host:port pairs that were named; `hosts` are allowed on the usual ports."""

    origins: frozenset[tuple[str, int]]
    hosts: frozenset[str]

    @classmethod
    def of(cls, urls: Iterable[str], allowed: Iterable[str]) -> NamedHosts:
        return cls(
            frozenset(_origin(url) for url in urls), frozenset(host.lower() for host in allowed)
        )

    def allow(self, url: str) -> bool:
        """Whether `url` may be asked for."""
        if urlsplit(url).scheme not in _PORTS:
            return False
        host, port = _origin(url)
        if self.names(url) or f"{host}:{port}" in self.hosts:
            return True
        return host in self.hosts and port == _usual_port(url)

    def names(self, url: str) -> bool:
        """Whether a person named this very server: only there do user, password and token go.

        A host that was named on one of the two usual ports is named on both.
        """
        host, port = _origin(url)
        if (host, port) in self.origins:
            return True
        usual = {name for name, own in self.origins if own in _PORTS.values()}
        return host in usual and port == _usual_port(url)

    def require(self, url: str, source: str) -> None:
        """Raises UnreadableDocumentError naming the host."""
        if not self.allow(url):
            host, port = _origin(url)
            raise UnreadableDocumentError(
                f"{source!r} leads to {host}:{port}, a host that nobody named.",
                remedy="Learn that address itself, or add the host to sources.allowed_hosts.",
            )


def _usual_port(url: str) -> int | None:
    return _PORTS.get(urlsplit(url).scheme)


def _origin(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        port = -1
    host = (parts.hostname or "").lower().rstrip(".")
    return host, _PORTS.get(parts.scheme, 0) if port is None else port
