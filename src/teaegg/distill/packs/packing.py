"""An expert's folder made into one signed file, encrypted where it is for some homes only.

pack.json           what it holds and what made it     adapter.gguf, peft/, exam.json, …   the expert
pack.json.minisig   who says so                        licences/                           the notices
scene.yaml          the use case it was made for       report/, gate/                      how it did
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from teaegg.core.errors import ConflictError, StorageError
from teaegg.core.experts import Expert
from teaegg.distill.packs.claims import Claims, is_claim_file
from teaegg.distill.packs.container import Content, write_container
from teaegg.distill.packs.encryption import encrypt
from teaegg.distill.packs.manifest import (
    MANIFEST,
    SIGNATURE,
    LineageDigest,
    PackedExpert,
    PackedFile,
    PackedTemplate,
    PackManifest,
)
from teaegg.distill.packs.signing import SecretKey
from teaegg.models.templates import template_named
from teaegg.store.experts.files import MANIFEST as FOLDER_MANIFEST

PACK = "expert.teaegg"
_NOT_PACKED = frozenset((FOLDER_MANIFEST, MANIFEST, SIGNATURE))
"""The folder's own list of files, and what an earlier pack said: this one says it anew."""


@dataclass(frozen=True, slots=True)
class PackContent:
    """What goes into a pack. `folder` is the expert's own, `notices` go beside its files, `told` are the
    files of `claims` and the scene, and without `recipients` everybody may open it."""

    expert: Expert
    title: str
    collections: Sequence[str]
    lineage: LineageDigest
    folder: Path
    notices: Mapping[str, bytes]
    recipients: Sequence[str]
    made_at: datetime
    claims: Claims = field(default_factory=Claims)
    told: Mapping[str, Content] = field(default_factory=dict)


def write_pack(content: PackContent, key: SecretKey, place: Path) -> tuple[Path, PackManifest]:
    """Write the signed pack, not encrypted yet, into the private folder `place`.

    Raises PackRefusedError for an expert whose files no reader would take, StorageError when the
    disk refuses.
    """
    files = _files(content)
    manifest = _manifest(content, files)
    text = manifest.encoded()
    comment = f"{manifest.expert.scene} {manifest.expert.id} {manifest.made_at.isoformat()}"
    target = place / PACK
    parts = [(MANIFEST, text), (SIGNATURE, key.sign(text, comment)), *files.items()]
    try:
        with target.open("xb") as file:
            write_container(file, parts)
    except OSError as error:
        raise _unwritable(target, error) from error
    return target, manifest


def deliver(pack: Path, target: Path, recipients: Sequence[str]) -> None:
    """Put `pack` where it was asked for, whole or not at all; encrypted if it is for some only.

    Raises ConflictError where `target` exists.
    """
    if target.exists():
        raise ConflictError(f"{target} is there already.", remedy="Name another file.")
    partial = target.with_name(f"{target.name}.{os.getpid()}.partial")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with pack.open("rb") as source, partial.open("xb") as file:
            if recipients:
                encrypt(source, file, recipients)
            else:
                shutil.copyfileobj(source, file)
            file.flush()
            os.fsync(file.fileno())
        partial.rename(target)
    except OSError as error:
        raise _unwritable(target, error) from error
    finally:
        partial.unlink(missing_ok=True)


def _files(content: PackContent) -> dict[str, Content]:
    """Name in the pack → where it lies; what came with the expert goes on as it came, but for what was
    said of it then."""
    own = {
        name: path
        for path in content.folder.rglob("*")
        if path.is_file() and not is_claim_file(name := path.relative_to(content.folder).as_posix())
    }
    files: dict[str, Content] = {**content.notices, **own, **content.told}
    return {name: files[name] for name in sorted(files.keys() - _NOT_PACKED)}


def _manifest(content: PackContent, files: Mapping[str, Content]) -> PackManifest:
    return PackManifest(
        made_at=content.made_at,
        expert=PackedExpert.model_validate(content.expert, from_attributes=True),
        title=content.title,
        collections=tuple(content.collections),
        template=PackedTemplate.of(template_named(content.expert.template)),
        lineage=content.lineage,
        claims=content.claims,
        recipients=tuple(content.recipients),
        files=tuple(_measured(name, each) for name, each in files.items()),
    )


def _measured(name: str, content: Content) -> PackedFile:
    if isinstance(content, bytes):
        digest = hashlib.sha256(content).hexdigest()
        return PackedFile(name=name, size=len(content), sha256=digest)
    with content.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return PackedFile(name=name, size=file.tell(), sha256=digest)


def _unwritable(target: Path, error: OSError) -> StorageError:
    return StorageError(
        f"The pack {target} cannot be written: {error.strerror or error}.",
        remedy="Check the free space and who may write there.",
    )
