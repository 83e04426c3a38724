"""Archives: every file under its own name; traps, locks and junk left out with a reason."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
from typing import Any

import pytest

from teaegg.core.errors import UnreadableDocumentError
from teaegg.ingest.readers.base import ReadLimits
from teaegg.ingest.reading import read_document

LEAVE = "员工每年享有十五天带薪年休假。"
RULES = f"请假制度\n\n{LEAVE}\n".encode()


def zipped(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return out.getvalue()


def tarred(*members: tuple[str, bytes], mode: str = "w", encoding: str = "utf-8") -> bytes:
    out = io.BytesIO()
    with tarfile.open(
        fileobj=out, mode=mode, encoding=encoding, format=tarfile.GNU_FORMAT
    ) as archive:  # type: ignore[call-overload]
        for name, content in members:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            info.type = tarfile.DIRTYPE if name.endswith("/") else tarfile.REGTYPE
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


def zipped_in(encoding: str, *members: tuple[str, bytes]) -> bytes:
    """As Chinese programs write it: names in an old encoding, without the flag for UTF-8."""
    places = {
        f"{number}".rjust(len(name.encode(encoding)), "_"): name
        for number, (name, _) in enumerate(members)
    }
    data = zipped(*zip(places, (content for _, content in members), strict=True))
    for place, name in places.items():
        data = data.replace(place.encode(), name.encode(encoding))
    return data


@pytest.mark.parametrize("make", [zipped, tarred])
def test_every_member_stands_under_its_name_and_title(files: Any, make: Any) -> None:
    parsed = read_document(
        make(
            ("制度/请假.txt", RULES),
            ("价目.csv", files.csv()),
            ("__MACOSX/._a", b"x"),
            ("空/", b""),
        ),
        "资料.zip",
    )
    assert parsed.title == "资料" and parsed.notes == ()
    leave = next(block for block in parsed.blocks if block.text == LEAVE)
    assert leave.location.part == "制度/请假.txt"
    assert leave.location.path == ("制度/请假.txt", "请假制度")
    row = next(block for block in parsed.blocks if block.kind == "row")
    assert row.location.part == "价目.csv" and row.location.row == 2


@pytest.mark.parametrize(
    ("pack", "ending"),
    [(gzip.compress, ".gz"), (bz2.compress, ".bz2"), (lzma.compress, ".xz")],
)
def test_a_packed_file_is_read_as_what_it_holds(pack: Any, ending: str) -> None:
    assert read_document(pack(RULES), f"请假.txt{ending}").title == "请假制度"
    packed_tar = read_document(pack(tarred(("a.txt", RULES))), f"资料.tar{ending}")
    assert packed_tar.blocks[-1].location.part == "a.txt"


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
def test_names_without_a_declared_encoding_are_read(encoding: str) -> None:
    data = zipped_in(encoding, ("员工手册/请假制度.txt", RULES), ("加班.txt", RULES))
    parsed = read_document(data, "a.zip")
    assert {block.location.part for block in parsed.blocks} == {"员工手册/请假制度.txt", "加班.txt"}
    tar = tarred(("员工手册/请假制度.txt", RULES), encoding=encoding)
    assert read_document(tar, "a.tar").blocks[-1].location.part == "员工手册/请假制度.txt"


def test_an_archive_whose_first_file_is_a_pdf_is_an_archive(files: Any) -> None:
    for archive in (
        zipped(("a.pdf", files.pdf()), ("b.txt", RULES), method=zipfile.ZIP_STORED),
        tarred(("a.pdf", files.pdf()), ("b.txt", RULES)),
        zipped(("a.docx", files.docx()), ("b.txt", RULES), method=zipfile.ZIP_STORED),
    ):
        assert "b.txt" in {block.location.part for block in read_document(archive, "a.bin").blocks}


@pytest.mark.parametrize(
    "trap", ["../evil.txt", "/etc/evil.txt", "C:\\evil.txt", "a/../../evil.txt"]
)
@pytest.mark.parametrize("make", [zipped, tarred])
def test_a_name_that_leads_out_is_left_out_with_a_note(make: Any, trap: str) -> None:
    parsed = read_document(make((trap, "陷阱。".encode()), ("a.txt", RULES)), "a.zip")
    assert "陷阱" not in parsed.text and LEAVE in parsed.text
    assert len(parsed.notes) == 1 and "path traversal" in parsed.notes[0]


def test_links_and_devices_of_a_tar_are_left_out() -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE):
            info = tarfile.TarInfo(f"trap{kind.decode()}.txt")
            info.type, info.linkname = kind, "/etc/hostname"
            archive.addfile(info)
        info = tarfile.TarInfo("a.txt")
        info.size = len(RULES)
        archive.addfile(info, io.BytesIO(RULES))
    parsed = read_document(out.getvalue(), "a.tar")
    assert LEAVE in parsed.text and len(parsed.notes) == 4


def test_members_that_cannot_be_read_leave_notes_and_the_rest_is_read() -> None:
    locked = bytearray(zipped(("geheim.txt", RULES), ("a.txt", RULES)))
    locked[6] |= 1
    locked[locked.find(b"PK\x01\x02") + 8] |= 1
    parsed = read_document(bytes(locked), "a.zip")
    assert LEAVE in parsed.text and "password" in parsed.notes[0]
    broken = zipped(("b.txt", RULES), ("a.txt", RULES), method=zipfile.ZIP_STORED).replace(
        RULES, b"\0" + RULES[1:], 1
    )
    assert "damaged" in read_document(broken, "a.zip").notes[0]


def test_an_archive_of_which_nothing_can_be_read_says_why() -> None:
    with pytest.raises(UnreadableDocumentError, match=r"none of the 1 files.*a\.exe") as caught:
        read_document(zipped(("a.exe", b"MZ\x00\x01\x02" * 99)), "a.zip")
    assert "Unpack it" in caught.value.remedy
    with pytest.raises(UnreadableDocumentError, match="archives of this kind"):
        read_document(b"7z\xbc\xaf\x27\x1c" + bytes(99), "a.7z")


def test_archives_inside_of_archives_are_opened_to_a_limited_depth() -> None:
    data = zipped(("a.txt", RULES))
    for _ in range(2):
        data = zipped(("inner.zip", data))
    assert LEAVE in read_document(data, "a.zip").text
    with pytest.raises(UnreadableDocumentError, match="nested too deeply"):
        read_document(zipped(("inner.zip", zipped(("inner.zip", data)))), "a.zip")


def test_what_nested_archives_unpack_to_is_bounded_in_all() -> None:
    inner = zipped(*((f"{number}.txt", RULES) for number in range(100)))
    data = zipped(*((f"{number}.zip", inner) for number in range(10)))
    parsed = read_document(data, "a.zip", ReadLimits(max_archive_bytes=1_000_000))
    assert any("in all" in note for note in parsed.notes)
    assert len(parsed.text) < 300 * len(RULES)


@pytest.mark.parametrize(
    "pack", [gzip.compress, bz2.compress, lzma.compress, lambda d: zipped(("a.txt", d))]
)
def test_a_bomb_is_refused(pack: Any) -> None:
    with pytest.raises(UnreadableDocumentError, match="zip bomb"):
        read_document(pack(bytes(60 * 1024**2)), "a.txt.gz")


def test_packed_twice_and_cut_short_are_refused() -> None:
    with pytest.raises(UnreadableDocumentError, match="packed twice"):
        read_document(gzip.compress(gzip.compress(RULES)), "a.gz")
    with pytest.raises(UnreadableDocumentError, match="truncated or damaged"):
        read_document(gzip.compress(RULES)[:-12], "a.gz")


def test_a_tar_that_leads_back_to_its_start_ends() -> None:
    """A negative size in an extended header (CVE-2025-8194)."""
    record = b"15 size=-10240\n"
    header = tarfile.TarInfo("x")
    header.type, header.size = tarfile.XHDTYPE, len(record)
    data = (
        header.tobuf() + record.ljust(512, b"\0") + tarfile.TarInfo("a.txt").tobuf() + bytes(1024)
    )
    with pytest.raises(UnreadableDocumentError):
        read_document(data, "a.tar")
