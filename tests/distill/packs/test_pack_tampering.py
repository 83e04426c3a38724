"""Whatever is changed in a pack, it is refused, with the reason; whatever it is built to do, it cannot."""

import random
import stat
import zipfile
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from tempfile import mkdtemp

import pytest
from tests.distill.packs.pack_making import HERE, KEY, WEIGHTS, opened, small_pack
from tests.expert_making import BASE

from teaegg.core.errors import NotFoundError, PackRefusal, PackRefusedError
from teaegg.core.ids import content_hash, text_hash
from teaegg.distill.packs.container import MOST_MEMBERS, read_members, write_container
from teaegg.distill.packs.encryption import new_identity
from teaegg.distill.packs.manifest import MANIFEST, SIGNATURE, decode_manifest
from teaegg.distill.packs.opening import Here, open_pack
from teaegg.distill.packs.packing import deliver
from teaegg.distill.packs.signing import SecretKey


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return small_pack(tmp_path_factory.mktemp("pack")).read_bytes()


def refusal_of(data: bytes, place: Path, here: Here = HERE) -> PackRefusedError:
    path = place / "pack.teaegg"
    path.write_bytes(data)
    with pytest.raises(PackRefusedError) as refusal:
        opened(path, here, into=Path(mkdtemp(dir=place)) / "out")
    assert refusal.value.remedy
    return refusal.value


def parts_of(data: bytes) -> list[tuple[str, bytes]]:
    with zipfile.ZipFile(BytesIO(data)) as archive:
        return [(name, archive.read(name)) for name in archive.namelist()]


def packed(parts: list[tuple[str, bytes]]) -> bytes:
    file = BytesIO()
    write_container(file, parts)
    return file.getvalue()


def resigned(parts: list[tuple[str, bytes]], key: SecretKey = KEY) -> bytes:
    """By somebody who has the key: to reach what lies behind the signature."""
    text = parts[0][1]
    return packed([parts[0], (SIGNATURE, key.sign(text, "again")), *parts[2:]])


def test_no_byte_of_a_pack_can_be_changed(whole: bytes, tmp_path: Path) -> None:
    chance = random.Random(7)
    path = tmp_path / "pack.teaegg"
    path.write_bytes(whole)
    reasons = set()
    with path.open("r+b", buffering=0) as file:
        for place, byte in enumerate(whole):
            file.seek(place)
            file.write(bytes((byte ^ 1 << chance.randrange(8),)))
            with pytest.raises(PackRefusedError) as refusal:
                open_pack(path, HERE, tmp_path)
            reasons.add(refusal.value.reason)
            file.seek(place)
            file.write(bytes((byte,)))
    assert reasons == {"damaged", "tampered", "unsafe"}
    assert opened(path).signer == "acme"


def test_no_byte_of_what_was_signed_or_of_the_signature_can_be_changed(
    whole: bytes, tmp_path: Path
) -> None:
    """By somebody who sets the checksums of the zip right as well."""
    chance = random.Random(8)
    first, second, *rest = parts_of(whole)
    reasons = set()
    for which, (name, content) in enumerate((first, second)):
        for place in range(0, len(content), 1 if name == SIGNATURE else 5):
            changed = bytearray(content)
            changed[place] ^= 1 << chance.randrange(8)
            pair = (
                [(name, bytes(changed)), second] if which == 0 else [first, (name, bytes(changed))]
            )
            (tmp_path / "pack.teaegg").write_bytes(packed([*pair, *rest]))
            with pytest.raises(PackRefusedError) as refusal:
                open_pack(tmp_path / "pack.teaegg", HERE, tmp_path)
            reasons.add(refusal.value.reason)
    assert reasons == {"tampered", "unknown_signer", "unsigned"}


def test_no_length_of_a_cut_pack_is_taken(whole: bytes, tmp_path: Path) -> None:
    for length in (0, 1, 4, 21, 22, *range(30, len(whole), 61), len(whole) - 1):
        assert refusal_of(whole[:length], tmp_path).reason == "damaged"


@pytest.mark.parametrize("more", [b"\0", b"x" * 22, b"PK\x05\x06" + bytes(18)])
def test_nothing_may_stand_before_or_behind_a_pack(
    whole: bytes, tmp_path: Path, more: bytes
) -> None:
    refusal_of(whole + more, tmp_path)
    refusal_of(more + whole, tmp_path)


def test_bytes_hidden_between_members_are_found(whole: bytes, tmp_path: Path) -> None:
    """Another zip writer's own offsets leave room between members, which most readers pass over."""
    end = read_members(BytesIO(whole))[0].end
    assert refusal_of(whole[:end] + b"hidden" + whole[end:], tmp_path).reason in (
        "damaged",
        "tampered",
    )


def test_a_file_that_is_swapped_added_left_out_or_moved_is_found(
    whole: bytes, tmp_path: Path
) -> None:
    parts = parts_of(whole)
    others = b"another" + WEIGHTS[7:]
    swapped = [(n, others if n == "adapter.gguf" else c) for n, c in parts]
    assert refusal_of(packed(swapped), tmp_path).reason == "tampered"
    assert refusal_of(packed([*parts, ("more.txt", b"x")]), tmp_path / "").reason == "tampered"
    assert refusal_of(packed(parts[:-1]), tmp_path).reason == "tampered"
    assert refusal_of(packed([*parts[:2], *parts[:1:-1]]), tmp_path).reason == "tampered"


def test_an_unsigned_pack_is_refused(whole: bytes, tmp_path: Path) -> None:
    parts = parts_of(whole)
    assert refusal_of(packed([parts[0], *parts[2:]]), tmp_path).reason == "unsigned"
    assert refusal_of(packed(parts[2:]), tmp_path).reason == "unsigned"
    assert refusal_of(packed([]), tmp_path).reason == "unsigned"
    assert (
        refusal_of(packed([parts[0], (SIGNATURE, b"x"), *parts[2:]]), tmp_path).reason == "unsigned"
    )


def test_another_key_is_refused_and_named(whole: bytes, tmp_path: Path) -> None:
    stranger = SecretKey.generate()
    refusal = refusal_of(resigned(parts_of(whole), stranger), tmp_path)
    assert refusal.reason == "unknown_signer"
    assert stranger.public.name in refusal.message
    impostor = SecretKey(KEY.id, stranger._seed)
    assert refusal_of(resigned(parts_of(whole), impostor), tmp_path).reason == "tampered"
    nobody = replace(HERE, signers=())
    assert refusal_of(whole, tmp_path, nobody).reason == "unknown_signer"


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (b'"teaegg-pack/2"', b'"teaegg-pack/3"', "newer_format"),
        (b'"title"', b'"titel"', "damaged"),
        (b'"scene": "tax"', b'"scene": "law"', "tampered"),
        (b"<end_of_turn>", b"<END_of_turn>", "other_template"),
        (content_hash(WEIGHTS).encode(), text_hash("other").encode(), "tampered"),
        (b"{", b"[", "damaged"),
    ],
)
def test_even_a_signed_statement_must_hold_together(
    whole: bytes, tmp_path: Path, old: bytes, new: bytes, reason: PackRefusal
) -> None:
    (name, text), *rest = parts_of(whole)
    assert old in text
    refusal = refusal_of(resigned([(name, text.replace(old, new)), *rest]), tmp_path)
    assert refusal.reason == reason


def test_a_pack_of_another_base_is_refused_and_both_are_named(whole: bytes, tmp_path: Path) -> None:
    other = text_hash("a newer base")
    refusal = refusal_of(whole, tmp_path, replace(HERE, base=other))
    assert refusal.reason == "other_base"
    assert BASE[:12] in refusal.message and other[:12] in refusal.message


def test_an_altered_encrypted_pack_is_refused(whole: bytes, tmp_path: Path) -> None:
    secret, recipient = new_identity()
    pack = small_pack(tmp_path / "made", recipients=(recipient,))
    deliver(pack, sealed := tmp_path / "sealed", (recipient,))
    data = sealed.read_bytes()
    here = replace(HERE, recipient=recipient, secret=secret)
    for number, changed in enumerate(
        (data[:-1], data[:60], data[:-20] + bytes(20), data + b"x", data[:22] + b"x" + data[22:])
    ):
        (place := tmp_path / str(number)).mkdir()
        assert refusal_of(changed, place, here).reason in ("tampered", "damaged")


def _zip(write: Callable[[zipfile.ZipFile], None]) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        write(archive)
    return file.getvalue()


def _link(archive: zipfile.ZipFile) -> None:
    info = zipfile.ZipInfo("adapter.gguf")
    info.create_system = 3
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    archive.writestr(info, "/etc/passwd")


def _many(archive: zipfile.ZipFile) -> None:
    for number in range(MOST_MEMBERS + 1):
        archive.writestr(f"{number}.txt", b"")


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    ("write", "why"),
    [
        (lambda z: [z.writestr("a.txt", b"1"), z.writestr("a.txt", b"2")], "a.txt on some systems"),
        (lambda z: [z.writestr("a.txt", b"1"), z.writestr("A.TXT", b"2")], "on some systems|kind"),
        (lambda z: [z.writestr("a.txt", b"1"), z.writestr("A.txt", b"2")], "on some systems"),
        (lambda z: [z.writestr("p/a.txt", b"1"), z.writestr("P/b.txt", b"2")], "on some systems"),
        (lambda z: [z.writestr("p.txt", b"1"), z.writestr("p.txt/b.txt", b"2")], "on some systems"),
        (_link, "link"),
        (lambda z: z.writestr("../evil.txt", b""), "outside"),
        (lambda z: z.writestr("peft/../../evil.txt", b""), "outside"),
        (lambda z: z.writestr("/etc/evil.txt", b""), "outside"),
        (lambda z: z.writestr("C:evil.txt", b""), "outside"),
        (lambda z: z.writestr("peft\\evil.txt", b""), "outside"),
        (lambda z: z.writestr(".evil.txt", b""), "outside"),
        (lambda z: z.writestr("a\n.txt", b""), "outside"),
        (lambda z: z.writestr("名.txt", b""), "outside"),
        (lambda z: z.writestr("a" * 300 + ".txt", b""), "outside|cannot be read"),
        (lambda z: z.mkdir("peft"), "outside"),
        (lambda z: z.writestr("peft/adapter_model.bin", b"pickle"), "kind"),
        (lambda z: z.writestr("setup.py", b""), "kind"),
        (lambda z: z.writestr("a.txt", bytes(10**6), zipfile.ZIP_DEFLATED), "zip bomb"),
        (_many, f"{MOST_MEMBERS + 1} files"),
    ],
)
def test_archives_built_to_do_harm_are_refused_before_anything_is_written(
    tmp_path: Path, write: Callable[[zipfile.ZipFile], None], why: str
) -> None:
    refusal = refusal_of(_zip(write), tmp_path)
    assert refusal.reason in ("unsafe", "damaged")
    with pytest.raises(PackRefusedError, match=why):
        raise refusal
    assert not list(tmp_path.rglob("out"))


def test_lengths_that_lie_are_found(whole: bytes, tmp_path: Path) -> None:
    """In the table, in the header, in both, and in what was signed."""
    member = read_members(BytesIO(whole))[2]
    size = member.size.to_bytes(4, "little")
    table = whole.rindex(member.name.encode()) - 46
    for wrong in (member.size - 1, member.size + 1, 2**32 - 1, 0):
        lie = wrong.to_bytes(4, "little") * 2
        in_table = whole[: table + 20] + lie + whole[table + 28 :]
        at = member.start + 18
        assert whole[at : at + 4] == size
        in_header = whole[:at] + lie + whole[at + 8 :]
        in_both = in_table[:at] + lie + in_table[at + 8 :]
        for changed in (in_table, in_header, in_both):
            assert refusal_of(changed, tmp_path).reason in ("tampered", "damaged")
    (name, text), *rest = parts_of(whole)
    short = text.replace(f'"size": {member.size},'.encode(), b'"size": 3,', 1)
    assert refusal_of(resigned([(name, short), *rest]), tmp_path).reason == "tampered"


def test_a_file_that_is_no_pack_is_refused_and_one_that_is_not_there_is_named(
    tmp_path: Path,
) -> None:
    for data in (b"", b"hello", b"PK", b"x" * 5000):
        assert refusal_of(data, tmp_path).reason == "damaged"
    with pytest.raises(NotFoundError, match=r"nothing\.teaegg"):
        opened(tmp_path / "nothing.teaegg")
    with pytest.raises(NotFoundError):
        opened(tmp_path)


@pytest.mark.parametrize(
    "text", [b"", b"null", b"[]", b"{}", b"[" * 100_000, b'{"format": 1e999}', b"\xff"]
)
def test_a_manifest_that_cannot_be_read_is_a_refusal(text: bytes) -> None:
    with pytest.raises(PackRefusedError):
        decode_manifest(text)
    assert MANIFEST == "pack.json"
