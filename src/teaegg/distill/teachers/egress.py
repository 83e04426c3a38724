"""What may leave: passages go to an endpoint outside only from collections that a setting names."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Iterable
from typing import Literal
from urllib.parse import urlsplit

from teaegg.core.errors import NotAllowedError
from teaegg.core.settings import TeacherSettings

Place = Literal["machine", "network", "outside"]
"""Where an endpoint stands: on this machine, in a private network, or anywhere else."""

_ALL = "*"
# RFC 1918 and RFC 4193. Shared and link-local ranges are not taken for the company's own.
_PRIVATE = tuple(
    ipaddress.ip_network(network)
    for network in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
)


async def place_of(base_url: str) -> Place:
    """Where every address of the host stands; a name that cannot be looked up counts as outside."""
    host = urlsplit(base_url).hostname or ""
    try:
        found = await asyncio.to_thread(socket.getaddrinfo, host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return "outside"
    return _widest(_place_of_address(str(each[4][0])) for each in found)


def require_leaving(settings: TeacherSettings, place: Place, collections: Iterable[str]) -> None:
    """Raises NotAllowedError, naming the collections that may not leave for this endpoint."""
    if place != "outside" or _ALL in settings.may_leave:
        return
    kept = sorted(set(collections) - set(settings.may_leave))
    if kept:
        names = ", ".join(kept)
        raise NotAllowedError(
            f"The teacher at {settings.base_url} is outside of this machine and its private network,"
            f" and passages of {names} may not leave.",
            remedy=f"Add them to teacher.may_leave if they may: {names}. Or use a teacher inside.",
        )


def egress_record(
    settings: TeacherSettings, place: Place, collections: Iterable[str]
) -> dict[str, object]:
    """For a dataset's manifest: which collections were sent where, and which setting allowed it."""
    return {
        "endpoint": settings.base_url,
        "model": settings.model,
        "place": place,
        "collections": sorted(set(collections)),
        "allowed_by": list(settings.may_leave) if place == "outside" else [],
    }


def _place_of_address(address: str) -> Place:
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    if ip.is_loopback:
        return "machine"
    return "network" if any(ip in network for network in _PRIVATE) else "outside"


def _widest(places: Iterable[Place]) -> Place:
    found = set(places)
    if "outside" in found or not found:
        return "outside"
    return "network" if "network" in found else "machine"
