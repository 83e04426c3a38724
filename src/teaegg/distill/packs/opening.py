"""A pack checked before anything of it is believed: its form, its signer, whom and what it is for, and
every file. What is written down comes out of the same reading that was checked.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from teaegg.core.errors import InvalidRequestError, NotFoundError, StorageError
from teaegg.distill.packs.container import Member, content_of, read_members
from teaegg.distill.packs.encryption import decrypt, is_encrypted
from teaegg.distill.packs.manifest import (
    MANIFEST,
    MOST_MANIFEST_BYTES,
    SIGNATURE,
    PackedFile,
    PackedTemplate,
    PackManifest,
    decode_manifest,
)
from teaegg.distill.packs.refusing import refused
from teaegg.distill.packs.signing import MOST_SIGNATURE_BYTES, PublicKey, Signature
from teaegg.models.templates import template_named

_OPENED = "opened"


@dataclass(frozen=True, slots=True)
class Here:
    """What a pack is held against: the base that runs here ("": not known), whose packs are taken,
    and this home's own recipient with the secret that opens what was encrypted to it."""

    base: str
    signers: Sequence[tuple[str, PublicKey]]
    recipient: str = ""
    secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class OpenedPack:
    """A pack that is fit for this home. `signer` is the name under which `key` is trusted."""

    manifest: PackManifest
    signer: str
    key: PublicKey
    was_encrypted: bool


def open_pack(path: Path, here: Here, place: Path, *, into: Path | None = None) -> OpenedPack:
    """Check the pack at `path`, and write its files to the new folder `into` if there is one.

    `place` is a private folder for what was encrypted. Raises PackRefusedError with the reason (what
    is in `into` by then is to be thrown away), NotFoundError, StorageError when the disk refuses.
    """
    try:
        with path.open("rb") as file:
            was_encrypted = is_encrypted(file)
            if not was_encrypted:
                return _opened(file, here, into, was_encrypted)
        if not here.secret:
            raise refused("it is encrypted, and this home has no key to open it", "other_audience")
        decrypt(path, place / _OPENED, here.secret)
        with (place / _OPENED).open("rb") as file:
            return _opened(file, here, into, was_encrypted)
    except (FileNotFoundError, IsADirectoryError) as error:
        raise NotFoundError(f"There is no file {path}.", remedy="Check the path.") from error
    except OSError as error:
        raise StorageError(
            f"The pack {path} cannot be opened: {error.strerror or error}.",
            remedy="Check the free space and who may read and write there.",
        ) from error


def _opened(file: BinaryIO, here: Here, into: Path | None, was_encrypted: bool) -> OpenedPack:
    members = read_members(file)
    manifest, signer, key = _believed(file, members, here)
    listed = [(each.name, each.size) for each in manifest.files]
    if [(member.name, member.size) for member in members[2:]] != listed:
        raise refused(f"its files are not those that {MANIFEST} names", "tampered")
    check_fit(manifest, here)
    if into is not None:
        into.mkdir()
        for member in members[:2]:
            (into / member.name).write_bytes(_small(file, member, MOST_MANIFEST_BYTES))
    for member, expected in zip(members[2:], manifest.files, strict=True):
        _check_file(file, member, expected, into)
    return OpenedPack(manifest, signer, key, was_encrypted)


def check_fit(manifest: PackManifest, here: Here) -> None:
    """Raises PackRefusedError for what is meant for others, or made for what does not run here."""
    if manifest.recipients and here.recipient not in manifest.recipients:
        raise refused("it is meant for others than this home", "other_audience")
    if here.base and here.base != manifest.expert.base:
        raise refused(
            f"it was made for the base {manifest.expert.base[:12]}; {here.base[:12]} runs here",
            "other_base",
        )
    try:
        known = PackedTemplate.of(template_named(manifest.expert.template))
    except InvalidRequestError as error:
        raise refused(
            f"it was trained behind a chat template unknown here: {error.message}", "other_template"
        ) from error
    if known != manifest.template:
        raise refused(f"its chat template {known.name} is another one here", "other_template")


def _believed(
    file: BinaryIO, members: Sequence[Member], here: Here
) -> tuple[PackManifest, str, PublicKey]:
    """The manifest, once somebody who is trusted here has signed just that."""
    if [member.name for member in members[:2]] != [MANIFEST, SIGNATURE]:
        raise refused(f"it is not signed (no {MANIFEST} with its {SIGNATURE})", "unsigned")
    text = _small(file, members[0], MOST_MANIFEST_BYTES)
    signature = Signature.parse(_small(file, members[1], MOST_SIGNATURE_BYTES))
    known = [(name, key) for name, key in here.signers if key.id == signature.key_id]
    if not known:
        key_name = PublicKey(signature.key_id, b"").name
        raise refused(
            f"it was signed with the key {key_name}, which is not trusted here", "unknown_signer"
        )
    name, key = known[0]
    signature.check(text, key)
    return decode_manifest(text), name, key


def _small(file: BinaryIO, member: Member, most: int) -> bytes:
    if member.size > most:
        raise refused(f"{member.name} has {member.size} bytes, more than {most}", "unsafe")
    return b"".join(content_of(file, member))


def _check_file(file: BinaryIO, member: Member, expected: PackedFile, into: Path | None) -> None:
    digest = hashlib.sha256()
    if into is None:
        for chunk in content_of(file, member):
            digest.update(chunk)
    else:
        target = into / member.name
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as written:
            for chunk in content_of(file, member):
                digest.update(chunk)
                written.write(chunk)
    if digest.hexdigest() != expected.sha256:
        raise refused(f"{member.name} is not what was signed", "tampered")
