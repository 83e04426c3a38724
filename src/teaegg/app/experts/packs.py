"""Packs behind every door: an expert leaves as one signed file, and comes in as a candidate for owners."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from teaegg.access.policy import require_manage
from teaegg.app.experts.models import BaseHash
from teaegg.app.experts.register import UNPACKED, Experts
from teaegg.app.experts.vouching import Vouching
from teaegg.core.actors import Actor
from teaegg.core.clock import Clock
from teaegg.core.errors import InvalidRequestError
from teaegg.distill.packs.claims import AnsweringRules, ReportDetail
from teaegg.distill.packs.encryption import check_recipients
from teaegg.distill.packs.keyring import Keyring, OwnKeys, TrustedSigner, require_packs
from teaegg.distill.packs.lineage import dataset_of, digest, without_titles
from teaegg.distill.packs.manifest import PackManifest
from teaegg.distill.packs.notices import added_notices, base_notices
from teaegg.distill.packs.opening import Here, OpenedPack, open_pack
from teaegg.distill.packs.packing import PackContent, deliver, write_pack
from teaegg.distill.packs.signing import PublicKey, SecretKey
from teaegg.distill.packs.staging import staging
from teaegg.models.local import bundled_model, fingerprint
from teaegg.store.experts.records import ExpertRecord

WantedReport = ReportDetail | Literal["none"]


@dataclass(frozen=True, slots=True)
class PackWishes:
    """How a pack is made: signed with the key in `key` (None: this home's), for `recipients` only,
    with further licence `notices`, with or without the `titles` of what taught the expert, and with how
    much of the `report` on its exam.

    Raises InvalidRequestError for items without titles: items quote the documents whose names are kept
    back.
    """

    key: Path | None = None
    recipients: Sequence[str] = ()
    notices: Sequence[Path] = ()
    titles: bool = True
    report: WantedReport = "figures"

    def __post_init__(self) -> None:
        if self.report == "items" and not self.titles:
            raise InvalidRequestError(
                "The items of an exam quote the documents whose titles are kept back.",
                remedy="Leave the report at its figures, or name the titles.",
            )


class Packs:
    """Only owners pack, unpack and decide whom to trust: what an expert learned leaves with it, and
    what it says comes in with it. Every call raises SettingsError without the extra `packs`."""

    def __init__(
        self,
        experts: Experts,
        keyring: Keyring,
        vouching: Vouching,
        folder: Path,
        base: Path | None,
        base_hash: BaseHash,
        clock: Clock,
    ) -> None:
        self._experts = experts
        self._keyring = keyring
        self._vouching = vouching
        self._folder = folder
        self._base = base
        self._base_hash = base_hash
        self._clock = clock

    @property
    def answering(self) -> AnsweringRules:
        """The thresholds of this home, to hold those of a pack against."""
        return self._vouching.answering

    async def pack(
        self, actor: Actor, name: str, target: Path, wishes: PackWishes | None = None
    ) -> PackManifest:
        """Write the expert called `name` to `target`, after reading it back as its receiver will.

        Raises NotFoundError for an expert or key that is not there, ConflictError where `target`
        exists, StorageError for damaged files.
        """
        _require(actor)
        wishes = wishes or PackWishes()
        check_recipients(wishes.recipients)
        key = self._keyring.signing_key(wishes.key)
        content = await self._content(actor, name, wishes)
        return await asyncio.to_thread(self._write, content, key, target)

    async def verify(self, actor: Actor, path: Path, *, signer: str = "") -> OpenedPack:
        """What the pack says, once nothing speaks against unpacking it here; nothing is kept.

        `signer`, a public key, stands in for those that are trusted. Raises as `open_pack`.
        """
        _require(actor)
        here = await self._here(signer)
        with staging(self._folder) as place:
            return await asyncio.to_thread(open_pack, path, here, place)

    async def unpack(
        self, actor: Actor, path: Path, *, collections: Sequence[str] = (), why: str = ""
    ) -> tuple[ExpertRecord, OpenedPack]:
        """Take in the expert as a candidate that answers from `collections` (none: as the pack says).

        What the pack claims of exam, gate and approval lies beside its files and counts for nothing here.

        Raises as `open_pack`, and ConflictError for an expert that was withdrawn here.
        """
        _require(actor)
        here = await self._here()
        with staging(self._folder) as place:
            into = place / "expert"
            opened = await asyncio.to_thread(open_pack, path, here, place, into=into)
            record = self._record(opened, collections)
            dataset = dataset_of(opened.manifest.lineage, record.expert.scene)
            taken = await self._experts.take_in(actor, into, record, dataset, why=why)
        return taken, opened

    def make_keys(self, actor: Actor) -> OwnKeys:
        """Raises ConflictError where this home has keys."""
        _require(actor)
        return self._keyring.make(self._clock.now())

    def own_keys(self, actor: Actor) -> OwnKeys | None:
        _require(actor)
        return self._keyring.own()

    def trusted(self, actor: Actor) -> Mapping[str, TrustedSigner]:
        _require(actor)
        return self._keyring.trusted()

    def trust(self, actor: Actor, name: str, key: str) -> PublicKey:
        """Take packs signed with `key`, a public key, from now on; they are shown as from `name`."""
        _require(actor)
        public = PublicKey.parse(key)
        self._keyring.trust(name, public, by=actor.name, at=self._clock.now())
        return public

    def distrust(self, actor: Actor, name: str) -> None:
        """Take no more packs of `name`; experts that came in before stay as they are."""
        _require(actor)
        self._keyring.distrust(name)

    async def _content(self, actor: Actor, name: str, wishes: PackWishes) -> PackContent:
        made, folder = await self._experts.whole(actor, name)
        taught = [each.document for each in made.documents]
        came = made.elsewhere
        lineage = came.manifest.lineage if came else digest(made.record, taught, made.dataset)
        detail = None if wishes.report == "none" else wishes.report
        told = await self._vouching.of(actor, made, detail, named=bool(wishes.recipients))
        base = made.record.expert.base
        notices = base_notices(await asyncio.to_thread(self._file_of, base), base)
        return PackContent(
            expert=made.record.expert,
            title=made.record.title,
            collections=made.record.collections,
            lineage=lineage if wishes.titles else without_titles(lineage),
            folder=folder,
            notices={**notices, **added_notices(wishes.notices)},
            recipients=wishes.recipients,
            made_at=self._clock.now(),
            claims=told.claims,
            told=told.files,
        )

    def _write(self, content: PackContent, key: SecretKey, target: Path) -> PackManifest:
        expected = Here(
            base=content.expert.base,
            signers=(("", key.public),),
            recipient=content.recipients[0] if content.recipients else "",
        )
        with staging(self._folder) as place:
            pack, manifest = write_pack(content, key, place)
            open_pack(pack, expected, place)
            deliver(pack, target, content.recipients)
        return manifest

    def _file_of(self, fingerprinted: str) -> Path | None:
        """The base with this fingerprint, if it is one that this home has."""
        files = (self._base, bundled_model()) if self._base else (bundled_model(),)
        return next((each for each in files if fingerprint(each) == fingerprinted), None)

    async def _here(self, signer: str = "") -> Here:
        own = self._keyring.own()
        signers = (("", PublicKey.parse(signer)),) if signer else self._keyring.signers()
        return Here(
            base=await self._base_hash(),
            signers=signers,
            recipient=own.recipient if own else "",
            secret=self._keyring.opening_secret(),
        )

    def _record(self, opened: OpenedPack, collections: Sequence[str]) -> ExpertRecord:
        manifest = opened.manifest
        return ExpertRecord(
            expert=manifest.expert.as_expert(),
            state="candidate",
            registered_at=self._clock.now(),
            title=manifest.title,
            collections=tuple(collections or manifest.collections),
            training={**manifest.lineage.training, UNPACKED: _origin(opened)},
            code=manifest.lineage.code,
        )


def _origin(opened: OpenedPack) -> dict[str, Any]:
    """Where an expert came from, kept with its record."""
    return {
        "signer": opened.signer,
        "key": str(opened.key),
        "packed_at": opened.manifest.made_at.isoformat(),
        "documents": len(opened.manifest.lineage.documents),
    }


def _require(actor: Actor) -> None:
    require_manage(actor)
    require_packs()
