"""A corpus of broken and hostile files, the same for every run with the same seed.

`hostile_files` gives the traps of `hostile_traps` and, for every format, sound files that were cut,
flipped, overwritten, spliced, repeated and misnamed. What is packed (Office, OFD, books) is mutated
inside as well: a damaged container is refused by its check sums long before a reader sees its markup.
"""

from __future__ import annotations

import gzip
import io
import random
import tarfile
import zipfile
from collections.abc import Callable, Iterator

from tests.ingest.compound_files import attachment, compound, mail
from tests.ingest.conftest import LEAVE, Files
from tests.ingest.hostile_traps import Named, traps, zipped
from tests.ingest.ofd_files import OfdPackage, page, text_object
from tests.ingest.test_reading_books import epub

PACKED = ("docx", "pptx", "xlsx", "ofd", "epub")
Mutation = Callable[[bytes, random.Random], bytes]


def good_files(files: Files) -> dict[str, bytes]:
    """One sound file of each format, by its ending."""
    made = {form: files.make(form) for form in files.formats}
    rules = f"请假制度\n\n{LEAVE}\n".encode()
    made["ofd"] = OfdPackage(
        (page(text_object(LEAVE, 20, 50), template="50"), page(text_object("特此通知。", 20, 50))),
        template=page(text_object("文件", 20, 20, size=7)),
        attachments=(("a.csv", made["csv"]),),
    ).bytes()
    made["msg"] = compound(mail("关于年假", LEAVE, (attachment("a.docx", made["docx"]),)))
    made["epub"] = epub(("手册", f"<h1>休假</h1><p>{LEAVE}</p>"))
    made["json"] = (
        f'{{"title": "制度", "rows": [{{"说明": "{LEAVE}"}}, {{"说明": "按规定"}}]}}'.encode()
    )
    made["jsonl"] = f'{{"说明": "{LEAVE}"}}\n{{"说明": "按规定"}}\n'.encode()
    made["xml"] = f"<目录><行><说明>{LEAVE}</说明></行><行><说明>按规定</说明></行></目录>".encode()
    made["zip"] = zipped(("制度/a.txt", rules), ("b.docx", made["docx"]))
    made["tar"] = _tar(("制度/a.txt", rules), ("b.csv", made["csv"]))
    made["gz"] = gzip.compress(made["tar"], mtime=0)
    return made


def hostile_files(files: Files, *, seed: int = 1, rounds: int = 1) -> Iterator[Named]:
    """(name, content); each name says what was done to what. More `rounds`, more mutations."""
    good = good_files(files)
    yield from traps(good)
    for form, content in good.items():
        for number in range(rounds):
            for kind, mutate in MUTATIONS.items():
                chance = random.Random(f"{seed} {form} {kind} {number}")
                yield f"{kind}-{number}.{form}", mutate(content, chance)
                if form in PACKED:
                    yield f"{kind}-inside-{number}.{form}", _inside(content, mutate, chance)


def _inside(content: bytes, mutate: Mutation, chance: random.Random) -> bytes:
    """The container with one of its parts mutated, and sound in itself."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        names = [name for name in old.namelist() if old.getinfo(name).file_size > 1]
        spoiled = chance.choice(names)
        for name in old.namelist():
            part = old.read(name)
            new.writestr(name, mutate(part, chance) if name == spoiled else part)
    return out.getvalue()


def _cut(content: bytes, chance: random.Random) -> bytes:
    return content[: chance.randrange(1, len(content))]


def _cut_front(content: bytes, chance: random.Random) -> bytes:
    return content[chance.randrange(1, len(content)) :]


def _flipped(content: bytes, chance: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(chance.choice((1, 4, 16))):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _overwritten(content: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(content))
    length = chance.randrange(1, 200)
    return (
        content[:start] + chance.choice((b"\0", b"\xff", b"A")) * length + content[start + length :]
    )


def _sizes(content: bytes, chance: random.Random) -> bytes:
    """Numbers that programs trust: lengths, counts and places."""
    changed = bytearray(content)
    for _ in range(3):
        start = chance.randrange(max(1, len(changed) - 4))
        changed[start : start + 4] = chance.choice(
            (b"\xff\xff\xff\xff", b"\0\0\0\x80", b"\0\0\0\0")
        )
    return bytes(changed)


def _spliced(content: bytes, chance: random.Random) -> bytes:
    pieces = [content[i : i + 64] for i in range(0, len(content), 64)]
    first, second = chance.randrange(len(pieces)), chance.randrange(len(pieces))
    pieces[first], pieces[second] = pieces[second], pieces[first]
    return b"".join(pieces)


def _repeated(content: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(content))
    piece = content[start : start + chance.randrange(1, 500)]
    return content[:start] + piece * chance.randrange(2, 200) + content[start:]


MUTATIONS: dict[str, Mutation] = {
    "cut": _cut,
    "cut-front": _cut_front,
    "flipped": _flipped,
    "overwritten": _overwritten,
    "sizes": _sizes,
    "spliced": _spliced,
    "repeated": _repeated,
}


def _tar(*members: Named) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, content in members:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()
