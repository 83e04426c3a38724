"""What goes into a pack comes out of it, by TeaEgg and by any other program that reads zip files."""

import json
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.distill.packs.claim_making import any_claims
from tests.distill.packs.pack_making import HERE, KEY, files_below, opened, small_expert, small_pack
from tests.expert_making import make_expert

from teaegg.core.errors import ConflictError, PackRefusedError
from teaegg.core.ids import content_hash
from teaegg.distill.packs.container import content_of, read_members, write_container
from teaegg.distill.packs.encryption import new_identity
from teaegg.distill.packs.manifest import (
    DatasetDigest,
    LineageDigest,
    PackedExpert,
    PackedFile,
    PackedTemplate,
    PackManifest,
    TaughtBy,
    decode_manifest,
)
from teaegg.distill.packs.packing import deliver, write_pack
from teaegg.models.templates import GEMMA

_LINES = st.text(
    st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="\u2028\u2029"), max_size=40
)
_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**9), 10**9)
    | st.floats(allow_nan=False, allow_infinity=False)
    | _LINES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_LINES, inner, max_size=3),
    max_leaves=6,
)
_EXPERT = make_expert("tax")


@st.composite
def manifests(draw: st.DrawFn) -> PackManifest:
    hashes = st.binary(max_size=8).map(content_hash)
    documents = st.builds(TaughtBy, document=_LINES, version=_LINES, title=_LINES)
    times = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
    files = st.builds(PackedFile, name=_LINES, size=st.integers(0, 2**40), sha256=hashes)
    return PackManifest(
        made_at=draw(times),
        expert=PackedExpert.model_validate(_EXPERT, from_attributes=True),
        title=draw(_LINES),
        collections=tuple(draw(st.lists(_LINES, max_size=3))),
        template=PackedTemplate.of(GEMMA),
        lineage=LineageDigest(
            documents=tuple(draw(st.lists(documents, max_size=3))),
            dataset=DatasetDigest(
                hash=_EXPERT.dataset,
                rows=draw(st.integers(0, 10**6)),
                teacher=draw(_LINES),
                recipe=draw(st.dictionaries(_LINES, _JSON, max_size=3)),
                recorded_at=draw(st.none() | times),
            ),
            training=draw(st.dictionaries(_LINES, _JSON, max_size=3)),
            code=draw(_LINES),
        ),
        claims=(told := draw(any_claims())),
        recipients=tuple(draw(st.lists(_LINES, max_size=2))),
        files=(
            PackedFile(name="adapter.gguf", size=1, sha256=_EXPERT.adapter),
            *(PackedFile(name=name, size=1, sha256=_EXPERT.dataset) for name in told.files()),
            *draw(st.lists(files, max_size=2)),
        ),
    )


@given(manifests())
def test_a_manifest_is_read_as_it_was_written(manifest: PackManifest) -> None:
    if manifest.files[1:] and any(file.name == "adapter.gguf" for file in manifest.files[1:]):
        return
    assert decode_manifest(manifest.encoded()) == manifest


_PARTS = st.lists(st.from_regex(r"[a-z]{1,8}", fullmatch=True), max_size=8, unique=True)


@given(_PARTS, st.data())
def test_a_container_is_a_zip_and_read_as_it_was_written(
    names: list[str], data: st.DataObject
) -> None:
    parts = [(f"{name}.txt", data.draw(st.binary(max_size=300))) for name in names]
    file = BytesIO()
    write_container(file, parts)
    members = read_members(file)
    assert [(m.name, b"".join(content_of(file, m))) for m in members] == parts
    with zipfile.ZipFile(file) as archive:
        assert archive.testzip() is None
        assert [(name, archive.read(name)) for name in archive.namelist()] == parts


def test_a_pack_unpacks_into_the_files_and_facts_it_was_made_of(tmp_path: Path) -> None:
    pack = small_pack(tmp_path)
    into = tmp_path / "out"
    found = opened(pack, into=into)
    assert (found.signer, found.key, found.was_encrypted) == ("acme", KEY.public, False)
    assert files_below(into) == [
        "adapter.gguf", "exam.json", "licences/NOTICE.txt", "pack.json", "pack.json.minisig",
        "peft/adapter_config.json",
    ]  # fmt: skip
    assert json.loads((into / "exam.json").read_text()) == {"items": 20}
    lineage = found.manifest.lineage
    assert [each.title for each in lineage.documents] == ["员工手册"]
    assert (lineage.dataset.rows, lineage.training["method"]) == (3, "sft")
    assert found.manifest.template.before == GEMMA.before


def test_the_same_content_makes_the_same_bytes(tmp_path: Path) -> None:
    first, second = small_pack(tmp_path / "1"), small_pack(tmp_path / "2")
    assert first.read_bytes() == second.read_bytes()


def test_an_encrypted_pack_opens_for_its_recipients_only(tmp_path: Path) -> None:
    (mine, to_me), (other, to_other) = new_identity(), new_identity()
    pack = small_pack(tmp_path, recipients=(to_me,))
    sealed = tmp_path / "sealed.teaegg"
    deliver(pack, sealed, (to_me,))
    assert b"adapter.gguf" not in sealed.read_bytes()
    me = replace(HERE, recipient=to_me, secret=mine)
    assert opened(sealed, me, into=tmp_path / "out").was_encrypted
    for here in (replace(HERE, secret=""), replace(HERE, recipient=to_other, secret=other)):
        with pytest.raises(PackRefusedError) as refusal:
            opened(sealed, here)
        assert refusal.value.reason == "other_audience"


def test_what_was_opened_and_passed_on_is_refused_by_whom_it_was_not_meant_for(
    tmp_path: Path,
) -> None:
    _, to_me = new_identity()
    pack = small_pack(tmp_path, recipients=(to_me,))
    with pytest.raises(PackRefusedError, match="meant for others") as refusal:
        opened(pack)
    assert refusal.value.reason == "other_audience"


def test_a_pack_never_takes_the_place_of_a_file_and_leaves_no_half_of_one(tmp_path: Path) -> None:
    pack = small_pack(tmp_path)
    target = tmp_path / "out" / "there.teaegg"
    deliver(pack, target, ())
    with pytest.raises(ConflictError):
        deliver(pack, target, ())
    assert files_below(tmp_path / "out") == ["there.teaegg"]
    assert target.read_bytes() == pack.read_bytes()


@pytest.mark.parametrize(
    "name", ["peft/adapter_model.bin", "run.py", "peft/.hidden.json", "Exam.json"]
)
def test_files_that_no_reader_would_take_are_not_packed(tmp_path: Path, name: str) -> None:
    content = small_expert(tmp_path / "expert")
    (content.folder / name).write_bytes(b"x")
    with pytest.raises(PackRefusedError) as refusal:
        write_pack(content, KEY, tmp_path)
    assert refusal.value.reason == "unsafe"
