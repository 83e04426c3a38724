"""A small writer of compound files (MS-CFB), and Outlook mails made with it."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Union

Tree = Mapping[str, Union[bytes, "Tree"]]

_SECTOR, _MINI, _CUTOFF = 512, 64, 4096
_END, _FREE, _FAT, _NONE = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD, 0xFFFFFFFF


@dataclass
class _Entry:
    name: str
    kind: int
    content: bytes = b""
    child: int = _NONE
    right: int = _NONE
    start: int = _END
    size: int = 0


@dataclass
class _Writer:
    entries: list[_Entry] = field(default_factory=lambda: [_Entry("Root Entry", 5)])
    sectors: list[bytes] = field(default_factory=list)
    table: list[int] = field(default_factory=list)

    def add(self, parent: int, tree: Tree) -> None:
        """Brothers are chained to the right in their order; the format asks for no more."""
        before = None
        for name in sorted(tree, key=lambda each: (len(each), each.upper())):
            content = tree[name]
            number = len(self.entries)
            self.entries.append(_Entry(name, 2 if isinstance(content, bytes) else 1))
            if before is None:
                self.entries[parent].child = number
            else:
                self.entries[before].right = number
            before = number
            if isinstance(content, bytes):
                self.entries[number].content = content
            else:
                self.add(number, content)

    def store(self, content: bytes) -> int:
        """The first sector of `content`."""
        pieces = [
            content[i : i + _SECTOR].ljust(_SECTOR, b"\0") for i in range(0, len(content), _SECTOR)
        ]
        if not pieces:
            return _END
        first = len(self.sectors)
        self.sectors += pieces
        self.table += [*range(first + 1, first + len(pieces)), _END]
        return first

    def bytes(self) -> bytes:
        mini, mini_table = b"", []
        for entry in self.entries[1:]:
            entry.size = len(entry.content)
            if entry.size >= _CUTOFF:
                entry.start = self.store(entry.content)
            elif entry.size:
                entry.start = len(mini) // _MINI
                count = -(-entry.size // _MINI)
                mini += entry.content.ljust(count * _MINI, b"\0")
                mini_table += [*range(entry.start + 1, entry.start + count), _END]
        root = self.entries[0]
        root.start, root.size = self.store(mini), len(mini)
        mini_fat = (
            self.store(struct.pack(f"<{len(mini_table)}I", *mini_table)) if mini_table else _END
        )
        mini_sectors = -(-4 * len(mini_table) // _SECTOR)
        directory = self.store(b"".join(map(self._packed, self.entries)))
        needed = 1
        while 128 * needed < len(self.table) + needed:
            needed += 1
        first = len(self.sectors)
        self.table += [_FAT] * needed
        self.table += [_FREE] * (128 * needed - len(self.table))
        self.sectors += [
            struct.pack("<128I", *self.table[i : i + 128]) for i in range(0, len(self.table), 128)
        ]
        places = [*range(first, first + needed)] + [_FREE] * (109 - needed)
        head = struct.pack(
            "<8s16sHHHHH6sIIIIIIIII109I",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"", 0x3E, 3, 0xFFFE, 9, 6, b"", 0, needed, directory,
            0, _CUTOFF, mini_fat, mini_sectors, _END, 0, *places,
        )[:_SECTOR]  # fmt: skip
        return head + b"".join(self.sectors)

    def _packed(self, entry: _Entry) -> bytes:
        name = entry.name.encode("utf-16-le") + b"\0\0"
        return struct.pack(
            "<64sHBBIII16sIQQIQ",
            name, len(name), entry.kind, 1, _NONE, entry.right, entry.child, b"", 0, 0, 0,
            entry.start, entry.size,
        )  # fmt: skip


def compound(tree: Tree) -> bytes:
    """A compound file with these streams (bytes) and folders (trees)."""
    writer = _Writer()
    writer.add(0, tree)
    return writer.bytes()


def _text(number: int, text: str, code_page: str = "") -> dict[str, bytes]:
    if code_page:
        return {f"__substg1.0_{number:04X}001E": text.encode(code_page)}
    return {f"__substg1.0_{number:04X}001F": text.encode("utf-16-le")}


def attachment(name: str, content: bytes | Tree) -> Tree:
    key = "__substg1.0_37010102" if isinstance(content, bytes) else "__substg1.0_3701000D"
    return {**_text(0x3707, name), key: content, "__properties_version1.0": bytes(8)}


def mail(
    subject: str,
    body: str,
    attachments: tuple[Tree, ...] = (),
    *,
    html: bytes = b"",
    code_page: str = "",
    is_inner: bool = False,
) -> Tree:
    """The tree of an Outlook mail sent on 3 March 2025 at 10:00 UTC."""
    ticks = 133_854_696_000_000_000
    properties = struct.pack("<HHIQ", 0x0040, 0x0039, 6, ticks)
    if code_page:
        properties += struct.pack("<HHIQ", 0x0003, 0x3FFD, 6, int(code_page.removeprefix("cp")))
    tree: dict[str, bytes | Tree] = {
        "__properties_version1.0": bytes(24 if is_inner else 32) + properties,
        **_text(0x0037, subject, code_page),
        **_text(0x0C1A, "王芳", code_page),
        **_text(0x5D01, "wang@example.com", code_page),
        **_text(0x0E04, "hr@example.com", code_page),
    }
    if body:
        tree |= _text(0x1000, body, code_page)
    if html:
        tree["__substg1.0_10130102"] = html
    for number, each in enumerate(attachments):
        tree[f"__attach_version1.0_#{number:08X}"] = each
    return tree
