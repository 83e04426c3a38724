"""What a pack says of itself: the expert, how it is asked, what made it, for whom, and every file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal, get_args

from pydantic import AwareDatetime, Field, StringConstraints, ValidationError

from teaegg.core.experts import Expert, expert_id
from teaegg.distill.packs.claims import RULES_VERSION, Claims, is_claim_file
from teaegg.distill.packs.fields import Count, Line, Part, Sha256
from teaegg.distill.packs.refusing import refused
from teaegg.models.templates import ChatTemplate
from teaegg.store.experts.files import ADAPTER

MANIFEST, SIGNATURE = "pack.json", "pack.json.minisig"
MOST_MANIFEST_BYTES = 16 * 1024**2
Format = Literal["teaegg-pack/1", "teaegg-pack/2"]
"""All that are read here. 1 had no claims: neither scene, report, verdict nor thresholds."""
FORMAT: Format = get_args(Format)[-1]


class PackedExpert(Part):
    """`core.experts.Expert`, field by field."""

    id: Sha256
    scene: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
    base: Sha256
    adapter: Sha256
    template: Annotated[Line, Field(max_length=40)]
    instructions: Annotated[str, Field(max_length=20_000)]
    max_tokens: Annotated[int, Field(ge=1, le=1_000_000)]
    dataset: Sha256
    recipe: Sha256

    def as_expert(self) -> Expert:
        return Expert(**self.model_dump())


class PackedTemplate(Part):
    """The chat template in full, so that the expert can be asked rightly by any program."""

    name: Line
    before: str
    after: str
    roles: tuple[str, str, str]
    ends: tuple[str, ...]

    @classmethod
    def of(cls, template: ChatTemplate) -> PackedTemplate:
        return cls.model_validate(template, from_attributes=True)


class TaughtBy(Part):
    """A document that taught the expert: its id, the hash of its bytes, and its title ("": kept back)."""

    document: Line
    version: Line
    title: Line = ""


class DatasetDigest(Part):
    """The rows that were learned: their hash and number, who asked, and how they were made."""

    hash: Sha256
    rows: Count
    teacher: Annotated[Line, Field(max_length=200)] = ""
    recipe: Mapping[str, Any] = Field(default_factory=dict)
    recorded_at: AwareDatetime | None = None


class LineageDigest(Part):
    """What made the expert, in names and hashes. `training` is the recipe and the figures of the run,
    `code` the version of the program."""

    documents: tuple[TaughtBy, ...]
    dataset: DatasetDigest
    training: Mapping[str, Any]
    code: Annotated[Line, Field(max_length=100)]


class PackedFile(Part):
    """A file of the pack: where it lies, its length in bytes, its SHA-256."""

    name: str
    size: Count
    sha256: Sha256


class PackManifest(Part):
    """`pack.json`. `recipients` are the age recipients it is meant for (none: for everybody);
    `collections` and `title` are those of the expert's scene; `claims` is what the signer says of how
    well it does."""

    format: Format = FORMAT
    made_at: AwareDatetime
    expert: PackedExpert
    title: Line
    collections: tuple[Line, ...] = ()
    template: PackedTemplate
    lineage: LineageDigest
    claims: Claims = Claims()
    recipients: tuple[Line, ...] = ()
    files: tuple[PackedFile, ...]

    @property
    def told(self) -> tuple[str, ...]:
        """Names of the files that are no part of the expert: its scene, and what carries the claims."""
        return tuple(file.name for file in self.files if is_claim_file(file.name))

    def encoded(self) -> bytes:
        """As it is signed: JSON in UTF-8, keys in their order, one ending newline."""
        text = json.dumps(self.model_dump(mode="json"), ensure_ascii=False, indent=1)
        return f"{text}\n".encode()


def decode_manifest(data: bytes) -> PackManifest:
    """Of signed bytes. Raises PackRefusedError for a later format, fields that do not fit, an expert whose
    id or adapter is not what the pack says, and claims whose files it does not list."""
    try:
        tree = json.loads(data)
        said = tree.get("format") if isinstance(tree, dict) else None
        if said not in get_args(Format):
            raise refused(
                f"its format is {str(said)[:40]!r}; up to {FORMAT!r} is read here", "newer_format"
            )
        _require_known_rules(tree)
        manifest = PackManifest.model_validate_json(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(map(str, first["loc"]))
        raise refused(f"{MANIFEST} says of {field}: {first['msg']}", "damaged") from error
    except (ValueError, RecursionError) as error:
        raise refused(f"{MANIFEST} cannot be read ({error})", "damaged") from error
    _check(manifest)
    return manifest


def _require_known_rules(tree: dict[str, Any]) -> None:
    """Asked before the fields are: a later version's are not damaged."""
    version: Any = tree
    for key in ("claims", "answering", "version"):
        version = version.get(key) if isinstance(version, dict) else None
    if isinstance(version, int) and version > RULES_VERSION:
        raise refused(
            f"its thresholds are of version {version}; up to {RULES_VERSION} is read here",
            "newer_format",
        )


def _check(manifest: PackManifest) -> None:
    expert = manifest.expert.as_expert()
    if expert.id != expert_id(expert):
        raise refused("the expert's id is not the hash of what it says", "tampered")
    if expert.dataset != manifest.lineage.dataset.hash:
        raise refused("its lineage tells of other rows than the expert names", "tampered")
    hashes = {file.name: file.sha256 for file in manifest.files}
    if hashes.get(ADAPTER) != expert.adapter:
        raise refused(f"{ADAPTER} is not the adapter that the expert names", "tampered")
    if missing := [name for name in manifest.claims.files() if name not in hashes]:
        raise refused(f"it speaks of {missing[0]} and does not hold it", "tampered")
