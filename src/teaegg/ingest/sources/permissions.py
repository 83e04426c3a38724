"""Who may read a file where it lies: POSIX modes and access control lists, and the grants they make.

Default deny, never widening: a file that anyone there may read is read by whoever reads the
collection, no more; every other file only by those of its readers whom the settings name.
The layout of a list is that of Linux's <linux/posix_acl_xattr.h>, version 2.
"""

from __future__ import annotations

import os
import stat
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from teaegg.core.errors import SettingsError
from teaegg.ingest.sources.base import Permissions

try:
    import grp
    import pwd
except ImportError:  # Not on Windows: there a file's owner has no name here.
    grp = pwd = None  # type: ignore[assignment]

FollowPermissions = Literal["record", "follow"]
"""`record` notes who may read a file at its source, for people; `follow` also makes grants of it."""

_OTHERS = ""
_READ, _PASS = 4, 1
_ACL = "system.posix_acl_access"
_ACL_ENTRY = struct.Struct("<HHI")
_ACL_HEADER_BYTES = 4
_USER_OBJECT, _USER, _GROUP_OBJECT, _GROUP, _MASK, _OTHER = 1, 2, 4, 8, 16, 32


@dataclass(frozen=True, slots=True)
class Rights:
    """`allowed`: "user:alice", "group:hr" or "" (all others) → bits of r=4, w=2, x=1."""

    told: str
    allowed: Mapping[str, int]

    def grants(self, who: str, bit: int) -> bool:
        return bool(self.allowed.get(who, self.allowed[_OTHERS]) & bit)


def rights_of(path: Path, status: os.stat_result) -> Rights:
    """The rights on one file or folder; a list wins over the mode, whose middle bits are its mask."""
    owner, group = _user_name(status.st_uid), _group_name(status.st_gid)
    mode = stat.S_IMODE(status.st_mode)
    told = f"{stat.filemode(status.st_mode)[1:]} {owner}:{group}"
    acl = _access_list(path)
    if acl:
        return Rights(f"{told} +acl", _listed(acl, owner, group))
    bits = {f"user:{owner}": mode >> 6 & 7, f"group:{group}": mode >> 3 & 7, _OTHERS: mode & 7}
    return Rights(told, bits)


def permissions_of(
    rights: Rights, folders: Sequence[Rights], known: Mapping[str, str] | None
) -> Permissions:
    """Who reads a file below `folders`. `known`: names there → names here; None: only record."""
    if known is None or _open_to_all(rights, folders):
        return Permissions(rights.told)
    readers = (
        known[who]
        for who in rights.allowed
        if who in known
        and rights.grants(who, _READ)
        and all(folder.grants(who, _PASS) for folder in folders)
    )
    return Permissions(rights.told, frozenset(readers))


def known_readers(lines: Sequence[str]) -> dict[str, str]:
    """The setting sources.readers, read. Raises SettingsError naming a line that is wrong."""
    known: dict[str, str] = {}
    for line in lines:
        there, _, here = (part.strip() for part in line.partition("="))
        if not all(_is_reader(name) for name in (there, here)):
            raise SettingsError(
                f"In sources.readers, {line[:80]!r} says not who is who.",
                remedy="Write `group:staff=group:hr` or `user:wang=user:wang.fang`.",
            )
        known[there] = here
    return known


def _is_reader(name: str) -> bool:
    kind, _, rest = name.partition(":")
    return kind in ("group", "user") and bool(rest)


def _open_to_all(rights: Rights, folders: Sequence[Rights]) -> bool:
    # Every entry must allow it: 0604 shuts a group out that others are not shut out with.
    return all(bits & _READ for bits in rights.allowed.values()) and all(
        bits & _PASS for folder in folders for bits in folder.allowed.values()
    )


def _listed(acl: bytes, owner: str, group: str) -> dict[str, int]:
    entries = list(_ACL_ENTRY.iter_unpack(acl[_ACL_HEADER_BYTES:]))
    mask = next((bits for tag, bits, _ in entries if tag == _MASK), 7)
    allowed = {_OTHERS: 0}
    for tag, bits, number in entries:
        if tag == _USER_OBJECT:
            allowed[f"user:{owner}"] = bits
        elif tag == _USER:
            allowed[f"user:{_user_name(number)}"] = bits & mask
        elif tag == _GROUP_OBJECT:
            allowed[f"group:{group}"] = bits & mask
        elif tag == _GROUP:
            allowed[f"group:{_group_name(number)}"] = bits & mask
        elif tag == _OTHER:
            allowed[_OTHERS] = bits
    return allowed


def _access_list(path: Path) -> bytes:
    if not hasattr(os, "getxattr"):
        return b""
    # No list, or a file system that has none: the mode says it all.
    try:
        found = os.getxattr(path, _ACL)
    except OSError:
        return b""
    body = len(found) - _ACL_HEADER_BYTES
    return found if body > 0 and body % _ACL_ENTRY.size == 0 else b""


@lru_cache(maxsize=1024)
def _user_name(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name if pwd else str(number)
    except KeyError:
        return str(number)


@lru_cache(maxsize=1024)
def _group_name(number: int) -> str:
    try:
        return grp.getgrgid(number).gr_name if grp else str(number)
    except KeyError:
        return str(number)
