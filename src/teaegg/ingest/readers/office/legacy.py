"""Old and other Office formats: LibreOffice turns them into today's, which our own readers read.

It runs without a window, with a profile of its own that lasts for one file, where macros are
switched off and links to other places are not followed.
"""

from __future__ import annotations

import contextlib
import os
import resource
import shutil
import struct
import subprocess
import tempfile
from pathlib import Path

from teaegg.core.documents import ParsedDocument
from teaegg.ingest.compound import DAMAGE, open_compound
from teaegg.ingest.formats import Format, detect_format
from teaegg.ingest.readers.base import ReadLimits, unreadable
from teaegg.ingest.readers.nested import MemberReader

_FILTERS: dict[Format, str] = {
    **dict.fromkeys(("doc", "rtf", "odt"), "docx:MS Word 2007 XML"),
    **dict.fromkeys(("xls", "ods"), "xlsx:Calc MS Excel 2007 XML"),
    **dict.fromkeys(("ppt", "odp"), "pptx:Impress MS PowerPoint 2007 XML"),
}
_PLACES = (
    "/usr/lib/libreoffice/program/soffice",
    "/opt/libreoffice/program/soffice",
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
)
_OPTIONS = "--headless --norestore --nolockcheck --nodefault --nologo --nofirststartwizard".split()
_INSTALL = (
    "Install LibreOffice (Debian: apt-get install libreoffice-writer-nogui libreoffice-calc-nogui "
    "libreoffice-impress-nogui) and learn it again, or save the file as {}."
)
# Its first start with a new profile ends with one of these and wants to be started again.
_START_AGAIN = (79, 81)
_SETTING = (
    '<item oor:path="/org.openoffice.Office.{path}"><prop oor:name="{name}" oor:op="fuse">'
    "<value>{value}</value></prop></item>"
)
_SETTINGS = (
    ("Common/Security/Scripting", "MacroSecurityLevel", "3"),
    ("Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    ("Calc/Content/Update", "Link", "1"),
    ("Writer/Content/Update", "Link", "0"),
    ("Common/Misc", "FirstRun", "false"),
)
_ENCRYPTED_FLAG_OFFSET, _ENCRYPTED_FLAG = 0x0A, 0x0100
_FILE_PASS_RECORD, _RECORDS_LOOKED_AT = 0x002F, 20


def find_office() -> Path | None:
    """The program of LibreOffice, None where it is not installed."""
    found = shutil.which("soffice") or shutil.which("libreoffice")
    places = [Path(found).resolve()] if found else [Path(place) for place in _PLACES]
    program = next((place for place in places if place.exists()), None)
    if program is None:
        return None
    # `soffice` is a script that starts this one; without the script there is one process to end.
    binary = program.with_name("soffice.bin")
    return binary if binary.exists() else program


def read(data: bytes, name: str, limits: ReadLimits, read_member: MemberReader) -> ParsedDocument:
    """What the file says after LibreOffice saved it in today's format.

    Raises UnreadableDocumentError where LibreOffice is not installed, takes longer than
    `limits.office_seconds`, or cannot read the file.
    """
    form = detect_format(data, name)
    target = _FILTERS[form].split(":")[0]
    _check_password(data, form, name)
    office = find_office()
    if office is None:
        raise unreadable(
            name,
            f"{form} files are read through LibreOffice, which is not installed",
            _INSTALL.format(target),
        )
    with tempfile.TemporaryDirectory(prefix="teaegg-office-", ignore_cleanup_errors=True) as folder:
        converted = _converted(office, Path(folder), data, form, name, limits)
    return read_member(converted, name, limits)


def _converted(
    office: Path, folder: Path, data: bytes, form: Format, name: str, limits: ReadLimits
) -> bytes:
    source = folder / f"document.{form}"
    source.write_bytes(data)
    target = folder / "out" / f"document.{_FILTERS[form].split(':')[0]}"
    _write_profile(folder / "profile")
    command = [
        str(office),
        *_OPTIONS,
        f"-env:UserInstallation={(folder / 'profile').as_uri()}",
        "--convert-to",
        _FILTERS[form],
        "--outdir",
        str(target.parent),
        str(source),
    ]
    remedy = f"Open it and save it as {target.suffix[1:]}."
    try:
        if _run(command, folder, limits) in _START_AGAIN:
            _run(command, folder, limits)
        return target.read_bytes()
    except subprocess.TimeoutExpired as error:
        why = f"LibreOffice takes longer than {limits.office_seconds:g} seconds with it"
        raise unreadable(name, why, remedy) from error
    except FileNotFoundError as error:
        why = (
            "LibreOffice cannot read it: it is damaged, protected by a password, or of another kind"
        )
        raise unreadable(name, why, remedy) from error
    except OSError as error:
        raise unreadable(name, f"LibreOffice cannot be run ({error})", remedy) from error


def _run(command: list[str], folder: Path, limits: ReadLimits) -> int:
    """The exit code. The process stays in the group of the reading process and ends with it."""
    environment = {
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "PATH": os.defpath,
        "LANG": "C.UTF-8",
    }
    with subprocess.Popen(  # noqa: S603 - a program of the system, arguments made here
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            if hasattr(resource, "prlimit"):
                size = limits.max_archive_bytes
                with contextlib.suppress(ProcessLookupError, ValueError):
                    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (size, size))
            return process.wait(limits.office_seconds)
        finally:
            process.kill()


def _write_profile(folder: Path) -> None:
    items = "".join(
        _SETTING.format(path=path, name=name, value=value) for path, name, value in _SETTINGS
    )
    place = folder / "user" / "registrymodifications.xcu"
    place.parent.mkdir(parents=True)
    place.write_text(
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<oor:items xmlns:oor="http://openoffice.org/2001/registry">' + items + "</oor:items>",
        "utf-8",
    )


def _check_password(data: bytes, form: Format, name: str) -> None:
    """A locked doc or xls says so in its first bytes; LibreOffice would only fail."""
    if form not in ("doc", "xls"):
        return
    with open_compound(data, name) as container:
        try:
            names = [path[0] for path in container.listdir() if len(path) == 1]
            stream = next(each for each in ("WordDocument", "Workbook", "Book") if each in names)
            with container.openstream(stream) as opened:
                head = opened.read(8192)
        except DAMAGE:
            return
    if _is_locked_letter(head) if form == "doc" else _is_locked_book(head):
        raise unreadable(
            name, "it is protected by a password", "Remove the password and learn it again."
        )


def _is_locked_letter(head: bytes) -> bool:
    flags = head[_ENCRYPTED_FLAG_OFFSET : _ENCRYPTED_FLAG_OFFSET + 2]
    return bool(int.from_bytes(flags, "little") & _ENCRYPTED_FLAG)


def _is_locked_book(head: bytes) -> bool:
    place = 0
    for _ in range(_RECORDS_LOOKED_AT):
        if len(head) < place + 4:
            return False
        kind, size = struct.unpack_from("<HH", head, place)
        if kind == _FILE_PASS_RECORD:
            return True
        place += 4 + size
    return False
