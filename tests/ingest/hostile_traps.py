"""Files that somebody made to hurt: bombs, loops, lies and traps, each by its name."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from email.message import EmailMessage

from tests.ingest.compound_files import attachment, compound, mail
from tests.ingest.ofd_files import OfdPackage, page, text_object

Named = tuple[str, bytes]

XXE = '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/hostname">]><r>&x;</r>'
LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a0 "ha">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    + "]><r>&a11;</r>"
)
QUADRATIC = f'<!DOCTYPE r [<!ENTITY a "{"x" * 50_000}">]><r>{"&a;" * 50_000}</r>'
TEXT = "员工每年享有十五天带薪年休假。".encode()
MIB = 1024**2
# More than the 10 MiB that any small file may unpack to, and no more: the corpus is made anew each time.
_BOMB_BYTES = 12 * MIB


def zipped(*members: Named, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in members:
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return out.getvalue()


def with_part(package: bytes, name: str, content: bytes) -> bytes:
    """The same container with one part replaced or added."""
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        kept = [(info.filename, archive.read(info)) for info in archive.infolist()]
    return zipped(*((other, data) for other, data in kept if other != name), (name, content))


def traps(good: dict[str, bytes]) -> Iterator[Named]:
    """Every trap with the name it goes by; `good` holds one sound file of each format."""
    yield from _markup_traps(good)
    yield from _bombs(good)
    yield from _zip_traps()
    yield from _tar_traps()
    yield from _text_traps()
    yield from _mail_traps()
    yield from _pdf_traps()
    yield from _picture_traps()
    yield from _office_traps(good)
    yield from _ofd_traps()
    yield from _polyglots(good)


def _markup_traps(good: dict[str, bytes]) -> Iterator[Named]:
    parts = {
        "docx": "word/document.xml", "xlsx": "xl/workbook.xml", "pptx": "ppt/presentation.xml",
        "ofd": "OFD.xml", "epub": "META-INF/container.xml",
    }  # fmt: skip
    for kind, markup in (("xxe", XXE), ("laughs", LAUGHS), ("quadratic", QUADRATIC)):
        yield f"{kind}.xml", markup.encode()
        yield f"{kind}-utf16.xml", markup.encode("utf-16")
        yield f"{kind}.svg", markup.encode()
        yield (
            f"{kind}.html",
            markup.replace("<r>", "<html><p>").replace("</r>", "</p></html>").encode(),
        )
        for form, part in parts.items():
            yield f"{kind}.{form}", with_part(good[form], part, markup.encode())
    for depth in (1_000, 100_000):
        yield f"deep-{depth}.xml", b"<a>" * depth + b"x" + b"</a>" * depth
        yield f"deep-{depth}.html", b"<html>" + b"<div>" * depth + TEXT
        yield f"deep-table-{depth}.html", b"<html>" + b"<table><tr><td>" * depth + TEXT
        yield f"deep-list-{depth}.html", b"<html>" + b"<ul><li>" * depth + TEXT
        yield f"deep-{depth}.json", b"[" * depth + b"]" * depth
        yield f"deep-object-{depth}.json", b'{"a":' * depth + b"1" + b"}" * depth
        yield f"deep-quote-{depth}.md", b">" * depth + TEXT
        yield f"deep-list-{depth}.md", b"- " * depth + TEXT
        yield f"deep-brackets-{depth}.md", b"[" * depth + TEXT
    body = "".join(f"<p class='c{n}' style='color:#fff'>{n}</p>" for n in range(5_000))
    yield "styles.html", f"<html><style>{'.a{b:c}' * 50_000}</style>{body}".encode()
    yield "one-attribute.html", b"<html><p title='" + b"x" * 5 * MIB + b"'>" + TEXT
    yield "stars.md", b"*a_" * 20_000
    yield "wide.xml", b"<r>" + b"".join(b"<a%d>x</a%d>" % (n, n) for n in range(20_000)) + b"</r>"


def _bombs(good: dict[str, bytes]) -> Iterator[Named]:
    zeros = bytes(_BOMB_BYTES)
    for ending, pack in ((".gz", gzip.compress), (".bz2", bz2.compress), (".xz", lzma.compress)):
        packed = pack(zeros)
        yield f"bomb.txt{ending}", packed
        yield f"bomb-inside{ending}.zip", zipped((f"b.txt{ending}", packed), ("a.txt", TEXT))
        yield f"cut{ending}", packed[: len(packed) // 2]
        yield f"twice{ending}", pack(packed)
    bomb = zipped(("a.txt", zeros))
    yield "bomb.zip", bomb
    yield "bomb-lies.zip", bomb.replace(struct.pack("<I", len(zeros)), struct.pack("<I", 1000))
    for form in ("docx", "xlsx", "pptx", "ofd", "epub"):
        yield f"bomb.{form}", with_part(good[form], "extra/bomb.bin", zeros)
    nested = zipped(("a.txt", TEXT))
    for _ in range(6):
        nested = zipped(*((f"{n}.zip", nested) for n in range(8)))
    yield "matryoshka.zip", nested
    yield "concatenated.gz", gzip.compress(TEXT) * 20_000


def _zip_traps() -> Iterator[Named]:
    for number, name in enumerate(
        (
            "../evil.txt",
            "/etc/passwd",
            "C:\\evil.txt",
            "a\0b.txt",
            "..",
            "con.txt",
            "a" * 3000,
            "\n.txt",
            "‮txt.a",
        )
    ):
        yield f"name-{number}.zip", zipped((name, TEXT), ("a.txt", TEXT))
    yield "many.zip", zipped(*((f"{n}", b"") for n in range(25_000)))
    yield "empty.zip", zipped()
    yield "same-name.zip", zipped(("a.txt", TEXT), ("b.txt", TEXT)).replace(b"b.txt", b"a.txt")
    whole = zipped(("a.txt", TEXT), ("b.txt", TEXT * 3))
    locked = bytearray(whole)
    locked[6] |= 1
    yield "locked.zip", bytes(locked)
    for method in (1, 9, 12, 14, 93, 95, 99):
        changed = bytearray(whole)
        struct.pack_into("<H", changed, 8, method)
        struct.pack_into("<H", changed, changed.find(b"PK\x01\x02") + 10, method)
        yield f"method-{method}.zip", bytes(changed)
    end = whole.rfind(b"PK\x05\x06")
    for number, (place, value) in enumerate(
        ((8, 0xFFFF), (12, 0xFFFFFFF0), (16, 0xFFFFFFF0), (16, 0))
    ):
        changed = bytearray(whole)
        struct.pack_into("<H" if place == 8 else "<I", changed, end + place, value)
        yield f"directory-{number}.zip", bytes(changed)


def _tar_traps() -> Iterator[Named]:
    def packed(*infos: tuple[tarfile.TarInfo, bytes]) -> bytes:
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w") as archive:
            for info, content in infos:
                archive.addfile(info, io.BytesIO(content) if info.isreg() else None)
        return out.getvalue()

    def entry(
        name: str, content: bytes = TEXT, kind: bytes = tarfile.REGTYPE, link: str = ""
    ) -> tuple[tarfile.TarInfo, bytes]:
        info = tarfile.TarInfo(name)
        info.type, info.linkname = kind, link
        info.size = len(content) if kind == tarfile.REGTYPE else 0
        return info, content

    for number, (kind, link) in enumerate(
        (
            (tarfile.SYMTYPE, "/etc/passwd"),
            (tarfile.LNKTYPE, "self"),
            (tarfile.CHRTYPE, ""),
            (tarfile.SYMTYPE, "self"),
        )
    ):
        yield f"link-{number}.tar", packed(entry("self", kind=kind, link=link), entry("a.txt"))
    for number, name in enumerate(("../evil.txt", "/etc/evil.txt", "a/../../b.txt", "x" * 5000)):
        yield f"name-{number}.tar", packed(entry(name), entry("a.txt"))
    huge = tarfile.TarInfo("huge.txt")
    huge.size = 1 << 40
    yield "huge.tar", huge.tobuf(tarfile.GNU_FORMAT) + TEXT.ljust(1024, b"\0")
    record = b"15 size=-10240\n"
    negative = tarfile.TarInfo("x")
    negative.type, negative.size = tarfile.XHDTYPE, len(record)
    yield "negative.tar", negative.tobuf() + record.ljust(512, b"\0") + tarfile.TarInfo("a").tobuf()
    long_name = tarfile.TarInfo("././@LongLink")
    long_name.type, long_name.size = tarfile.GNUTYPE_LONGNAME, 10
    yield "names-of-names.tar", (long_name.tobuf() + bytes(512)) * 3000
    whole = packed(*(entry(f"{n}.txt") for n in range(20)))
    for size in (300, 700, 5000, 9999):
        yield f"cut-{size}.tar", whole[:size]


def _text_traps() -> Iterator[Named]:
    yield "line.csv", b"a,b\n" + b"x" * 10 * MIB
    yield "quote.csv", b'a,b\n"' + b"x, y\n" * MIB
    yield "columns.csv", b",".join(b"%d" % n for n in range(100_000)) + b"\n" + b"1," * 100_000
    yield "separators.csv", b";,\t|" * 100_000
    yield "line.txt", b"x" * 10 * MIB
    yield "zeros.txt", bytes(MIB)
    yield "newlines.txt", b"\n" * 5 * MIB + TEXT
    yield "controls.txt", bytes(range(32)) * 1000
    yield "surrogates.txt", b"\xed\xa0\x80" * 1000
    yield "marks.txt", b"\xff\xfe" + bytes(range(256)) * 9 + b"\x00"
    yield "marks-only.txt", b"\xfe\xff"
    yield "combining.txt", ("a" + "\u0301" * 100_000).encode()
    yield "bidi.txt", ("\u202e" * 100_000 + "x").encode()
    yield "headings.txt", "第一章\n".encode() * 50_000
    yield "articles.txt", "第一条 内容。\n".encode() * 20_000
    yield "numbers.json", b"[" + b"9" * 2 * MIB + b"]"
    yield "keys.json", json.dumps({f"k{n}": n for n in range(100_000)}).encode()
    yield "records.jsonl", b'{"a": 1}\n' * 100_000
    yield "strings.json", b'["' + b"\\ud800" * 100_000 + b'"]'
    yield "pipes.md", b"|a" * 50_000 + b"\n" + b"|-" * 50_000 + b"\n"


def _mail_traps() -> Iterator[Named]:
    head = b"From: a@b.c\nDate: Mon, 03 Mar 2025 10:00:00 +0800\nSubject: s\nMIME-Version: 1.0\n"
    parts = b"--x\nContent-Disposition: attachment; filename=a.txt\n\ntext\n" * 10_000
    yield "parts.eml", head + b"Content-Type: multipart/mixed; boundary=x\n\n" + parts + b"--x--"
    nested = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(10_000)
    )
    yield "nested.eml", head + nested
    inner = EmailMessage()
    inner["From"], inner["Subject"] = "a@b.c", "s"
    inner.set_content("text")
    for _ in range(30):
        outer = EmailMessage()
        outer["From"], outer["Subject"] = "a@b.c", "s"
        outer.add_attachment(inner)
        inner = outer
    yield "forwarded.eml", inner.as_bytes()
    yield "header.eml", head + b"To: " + b"a@b.c, " * 200_000 + b"\n\ntext"
    yield "headers.eml", head + b"X-A: b\n" * 100_000 + b"\ntext"
    yield "encoded.eml", head + b"Subject: " + b"=?utf-8?b?4pyT?= " * 20_000 + b"\n\ntext"
    yield (
        "charset.eml",
        head + b"Content-Type: text/plain; charset=rot13\n\ntext in a strange charset",
    )
    yield "date.eml", head.replace(b"2025", b"99999999999999") + b"\ntext"
    yield "base64.eml", head + b"Content-Transfer-Encoding: base64\n\n" + b"====A" * 10_000
    inside = mail("s", "text", is_inner=True)
    for number in range(12):
        inside = mail("s", "t", (attachment("a.msg", inside),), is_inner=number < 11)
    deep = compound(inside)
    yield "deep.msg", deep
    loop = bytearray(deep)
    directory = 512 * (struct.unpack_from("<I", loop, 48)[0] + 1)
    struct.pack_into("<I", loop, directory + 128 + 72, 1)
    yield "loop.msg", bytes(loop)
    for number, place in enumerate((44, 48, 60, 68, 76)):
        changed = bytearray(deep)
        struct.pack_into("<I", changed, place, 0xFFFFFF)
        yield f"header-{number}.msg", bytes(changed)
    yield "nothing.doc", compound({"WordProcessor": TEXT})
    yield "head-only.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


def pdf_of(*objects: str) -> bytes:
    """A file with these numbered objects, the first the catalog; no cross-reference table."""
    body = "".join(f"{n} 0 obj\n{each}\nendobj\n" for n, each in enumerate(objects, start=1))
    return f"%PDF-1.7\n{body}trailer <</Root 1 0 R /Size {len(objects) + 1}>>\n%%EOF".encode()


def _pdf_traps() -> Iterator[Named]:
    catalog = "<</Type/Catalog/Pages 2 0 R>>"
    yield "tree-loop.pdf", pdf_of(catalog, "<</Type/Pages/Count 9/Kids[2 0 R 2 0 R]>>")
    yield "no-pages.pdf", pdf_of(catalog, "<</Type/Pages/Count 0/Kids[]>>")
    yield (
        "count-lies.pdf",
        pdf_of(
            catalog, "<</Type/Pages/Count 2000000000/Kids[3 0 R]>>", "<</Type/Page/Parent 2 0 R>>"
        ),
    )
    leaf = (
        "<</Type/Page/Parent 2 0 R/MediaBox[{}]/Contents 4 0 R/Resources<</XObject<</F 5 0 R>>>>>>"
    )
    tree = "<</Type/Pages/Count 1/Kids[3 0 R]>>"
    draw = "<</Length 4>>stream\n/F Do\nendstream"
    form = "<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Length 4"
    form += "/Resources<</XObject<</F 5 0 R>>>>>>stream\n/F Do\nendstream"
    yield "form-loop.pdf", pdf_of(catalog, tree, leaf.format("0 0 99 99"), draw, form)
    yield "deep-arrays.pdf", pdf_of(catalog, tree, "[" * 50_000)
    yield "deep-dictionaries.pdf", pdf_of(catalog, tree, "<</a" * 50_000)
    for number, box in enumerate(("0 0 99999999 99999999", "0 0 0 0", "nan 1 2 3", "9 9 -9 -9")):
        yield f"box-{number}.pdf", pdf_of(catalog, tree, leaf.format(box), draw, form)
    bomb = zlib.compress(bytes(_BOMB_BYTES), 9)
    head, tail = pdf_of(catalog, tree, leaf.format("0 0 99 99"), "STREAM", form).split(b"STREAM")
    packed = b"<</Filter/FlateDecode/Length %d>>stream\n%b\nendstream" % (len(bomb), bomb)
    yield "bomb.pdf", head + packed + tail
    yield "header-only.pdf", b"%PDF-1.7\n"
    yield "header-late.pdf", b"\n" * 900 + pdf_of(catalog, tree)


def _picture_traps() -> Iterator[Named]:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    for number, (width, height) in enumerate(
        ((100_000, 100_000), (2**31 - 1, 1), (0, 0), (1, 2**31 - 1))
    ):
        header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
        data = chunk(b"IDAT", zlib.compress(bytes(1000)))
        yield f"size-{number}.png", b"\x89PNG\r\n\x1a\n" + header + data + chunk(b"IEND", b"")
    comment = chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(_BOMB_BYTES), 9))
    yield "comment-bomb.png", b"\x89PNG\r\n\x1a\n" + comment
    yield "loop.tif", b"II*\0\x08\0\0\0" + struct.pack("<HHHIII", 1, 256, 4, 1, 9, 8)
    yield (
        "size.bmp",
        b"BM" + struct.pack("<IIIIiiHHI", 99, 0, 54, 40, 2**30, 2**30, 1, 24, 0) + bytes(50),
    )
    yield "head-only.webp", b"RIFF\x10\0\0\0WEBPVP8 " + bytes(9)
    yield "head-only.jpg", b"\xff\xd8\xff\xe0" + bytes(40)


def _office_traps(good: dict[str, bytes]) -> Iterator[Named]:
    word = '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>{}</w:body></w:document>'
    table = "<w:tbl><w:tr><w:tc>" * 2000 + "<w:p/>" + "</w:tc></w:tr></w:tbl>" * 2000
    yield "tables.docx", with_part(good["docx"], "word/document.xml", word.format(table).encode())
    yield "nobody.docx", with_part(good["docx"], "word/document.xml", b"<a/>")
    styles = (
        '<w:styles xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        '<w:style w:type="paragraph" w:styleId="Heading1"><w:basedOn w:val="Heading1"/></w:style></w:styles>'
    )
    yield "style-loop.docx", with_part(good["docx"], "word/styles.xml", styles.encode())
    sheet = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        '<dimension ref="A1:XFD1048576"/>'
        "<sheetData>{}</sheetData></worksheet>"
    )
    cells = {
        "far": '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
        "string": '<row r="1"><c r="A1" t="s"><v>99999999</v></c></row>',
        "wrong": '<row r="x"><c r="1A" t="n"><v>no number</v></c></row>',
        "dates": '<row r="1"><c r="A1" t="d"><v>99999-99-99</v></c></row>',
    }
    for kind, content in cells.items():
        yield (
            f"cell-{kind}.xlsx",
            with_part(good["xlsx"], "xl/worksheets/sheet1.xml", sheet.format(content).encode()),
        )
    for form, part in (
        ("docx", "_rels/.rels"),
        ("xlsx", "xl/_rels/workbook.xml.rels"),
        ("pptx", "ppt/_rels/presentation.xml.rels"),
    ):
        yield f"relations.{form}", with_part(good[form], part, b"<Relationships/>")
        yield f"types.{form}", with_part(good[form], "[Content_Types].xml", b"<Types/>")
        yield f"traversal.{form}", with_part(good[form], "../../evil.xml", b"<a/>")


def _ofd_traps() -> Iterator[Named]:
    loop = (
        '<ofd:CompositeGraphicUnits><ofd:CompositeGraphicUnit ID="8"><ofd:Content>'
        + '<ofd:CompositeObject Boundary="0 0 9 9" ResourceID="8"/>' * 3
        + "</ofd:Content></ofd:CompositeGraphicUnit></ofd:CompositeGraphicUnits>"
    )
    yield (
        "loop.ofd",
        OfdPackage((page('<ofd:CompositeObject ResourceID="8"/>'),), resources=loop).bytes(),
    )
    for number, steps in enumerate(
        ("g 999999999 1", "nan nan", "inf", "g g g", "1e308 " * 50, "g 2")
    ):
        yield (
            f"steps-{number}.ofd",
            OfdPackage((page(text_object("安全" * 20, 1, 9, steps=steps)),)).bytes(),
        )
    for number, box in enumerate(
        ("0 0 0 0", "nan nan nan nan", "0 0 inf inf", "1e308 1 1e308 1", "x")
    ):
        yield f"box-{number}.ofd", OfdPackage((page(text_object("安全", 1, 9), area=box),)).bytes()
    package = OfdPackage((page(text_object("安全", 1, 9)),))
    start, end = package.parts["Doc_0/Document.xml"].split(b"<ofd:Pages>")
    once = b'<ofd:Page ID="1" BaseLoc="Pages/Page_0/Content.xml"/>'
    package.parts["Doc_0/Document.xml"] = start + b"<ofd:Pages>" + once * 4000 + end
    yield "one-page-often.ofd", package.bytes()
    package.parts["Doc_0/Document.xml"] = start + b"<ofd:Pages>" + once * 40_000 + end
    yield "pages.ofd", package.bytes()
    blocks = "<ofd:PageBlock>" * 3000 + text_object("深", 1, 9) + "</ofd:PageBlock>" * 3000
    yield "blocks.ofd", OfdPackage((page(blocks),)).bytes()
    yield "objects.ofd", OfdPackage((page(text_object("多", 1, 9) * 30_000),)).bytes()
    yield (
        "itself.ofd",
        OfdPackage((page(""),), attachments=(("a.ofd", OfdPackage((page(""),)).bytes()),)).bytes(),
    )
    outside = OfdPackage((page(text_object("安全", 1, 9)),))
    outside.parts["OFD.xml"] = outside.parts["OFD.xml"].replace(
        b"Doc_0/Document.xml", b"../../../etc/passwd"
    )
    yield "outside.ofd", outside.bytes()


def _polyglots(good: dict[str, bytes]) -> Iterator[Named]:
    forms = ("pdf", "zip", "html", "png", "gz", "msg", "tar")
    for first in forms:
        for second in forms:
            if first != second:
                yield f"{first}-and-{second}.{second}", good[first] + good[second]
