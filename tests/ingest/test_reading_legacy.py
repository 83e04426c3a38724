"""Old and other Office formats through LibreOffice: read, and harmless."""

from __future__ import annotations

import asyncio
import http.server
import io
import stat
import subprocess
import threading
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.ingest.compound_files import compound
from tests.needed import do_without

from teaegg.core.errors import UnreadableDocumentError
from teaegg.ingest.readers.base import DEFAULT_LIMITS, ReadLimits
from teaegg.ingest.readers.office.legacy import find_office
from teaegg.ingest.reading import read_document
from teaegg.ingest.sandbox import ReadingWorker, SandboxLimits

LEAVE = "员工每年享有十五天带薪年休假"
RTF = rb"{\rtf1\ansi\deff0 {\fonttbl{\f0 Times New Roman;}}\f0 Leave: 15 days a year.\par}"


@pytest.fixture(scope="session")
def office() -> Path:
    program = find_office()
    if program is None:
        do_without(
            "LibreOffice is not installed (Debian: apt-get install libreoffice-writer-nogui "
            "libreoffice-calc-nogui libreoffice-impress-nogui)"
        )
    return program


@pytest.fixture(scope="session")
def old_files(
    office: Path, files: Any, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, bytes]:
    """doc, xls and ppt made by LibreOffice from the new formats."""
    folder = tmp_path_factory.mktemp("old")
    made = {}
    for new, old in (("docx", "doc"), ("xlsx", "xls"), ("pptx", "ppt")):
        (folder / f"a.{new}").write_bytes(files.make(new))
        command = [
            str(office),
            "--headless",
            "--norestore",
            f"-env:UserInstallation={folder.as_uri()}/p",
        ]
        command += ["--convert-to", old, "--outdir", str(folder), str(folder / f"a.{new}")]
        for _ in range(2):
            subprocess.run(command, capture_output=True, check=False, timeout=120)
            if (folder / f"a.{old}").exists():
                break
        made[old] = (folder / f"a.{old}").read_bytes()
    return made


@pytest.mark.parametrize(("old", "also"), [("doc", "wps"), ("xls", "et"), ("ppt", "dps")])
def test_old_files_say_what_new_ones_say(old_files: dict[str, bytes], old: str, also: str) -> None:
    parsed = read_document(old_files[old], f"a.{also}")
    assert LEAVE in "".join(parsed.text.split())
    if old == "xls":
        assert [(b.location.sheet, b.location.row) for b in parsed.blocks] == [
            ("制度", 2),
            ("制度", 3),
        ]
    if old == "ppt":
        assert parsed.blocks[0].location.page == 1


async def test_rich_text_is_read_inside_of_the_limits_of_the_reading_process(office: Path) -> None:
    worker = ReadingWorker()
    try:
        read = await worker.read(RTF, "a.rtf")
    finally:
        await worker.close()
    assert "15 days" in read.parsed.text and read.media_type == "application/rtf"


def open_document(body: str, script: str = "") -> bytes:
    """A text document; `script` is a Basic macro that wants to run when it is opened."""
    spaces = " ".join(
        f'xmlns:{short}="{name}"'
        for short, name in (
            ("office", "urn:oasis:names:tc:opendocument:xmlns:office:1.0"),
            ("text", "urn:oasis:names:tc:opendocument:xmlns:text:1.0"),
            ("draw", "urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"),
            ("svg", "urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0"),
            ("script", "urn:oasis:names:tc:opendocument:xmlns:script:1.0"),
            ("xlink", "http://www.w3.org/1999/xlink"),
        )
    )
    event = (
        '<office:scripts><office:event-listeners><script:event-listener script:language="ooo:script" '
        'script:event-name="dom:load" xlink:type="simple" '
        'xlink:href="vnd.sun.star.script:Standard.Module1.Main?language=Basic&amp;location=document"/>'
        "</office:event-listeners></office:scripts>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr(
            "content.xml",
            f'<office:document-content {spaces} office:version="1.2">{event if script else ""}'
            f"<office:body><office:text>{body}</office:text></office:body></office:document-content>",
        )
        names = ["content.xml"]
        if script:
            library = 'xmlns:library="http://openoffice.org/2000/library"'
            standard = f'<library:library {library} library:name="Standard"'
            module = '<script:module xmlns:script="http://openoffice.org/2000/script" '
            parts = {
                "Basic/script-lc.xml": f"<library:libraries {library}>{standard} "
                'library:link="false"/></library:libraries>',
                "Basic/Standard/script-lb.xml": f'{standard} library:readonly="false">'
                '<library:element library:name="Module1"/></library:library>',
                "Basic/Standard/Module1.xml": f'{module} script:name="Module1" '
                f'script:language="StarBasic">{script}</script:module>',
            }
            for name, content in parts.items():
                archive.writestr(name, content)
            names += parts
        entries = "".join(
            f'<manifest:file-entry manifest:full-path="{name}" manifest:media-type="text/xml"/>'
            for name in names
        )
        archive.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" '
            'manifest:version="1.2"><manifest:file-entry manifest:full-path="/" '
            f'manifest:media-type="application/vnd.oasis.opendocument.text"/>{entries}</manifest:manifest>',
        )
    return out.getvalue()


def test_macros_never_run(office: Path, tmp_path: Path) -> None:
    trace = tmp_path / "ran.txt"
    script = f'Sub Main\nOpen "{trace}" For Output As #1\nPrint #1, "ran"\nClose #1\nEnd Sub'
    parsed = read_document(open_document("<text:p>Leave: 15 days.</text:p>", script), "a.odt")
    assert "15 days" in parsed.text and not trace.exists()


@pytest.fixture
def asked() -> Iterator[tuple[int, list[str]]]:
    """A web server on loopback and the paths that it was asked for."""
    paths: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            self.send_error(404)

        do_HEAD = do_OPTIONS = do_PROPFIND = do_GET  # noqa: N815

        def log_message(self, *_: Any) -> None:
            """Nothing is printed."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1], paths
        server.shutdown()


def test_links_to_other_places_are_not_followed(office: Path, asked: tuple[int, list[str]]) -> None:
    port, paths = asked
    picture = (
        '<text:p>Leave: 15 days.<draw:frame svg:width="5cm" svg:height="5cm" text:anchor-type="as-char">'
        f'<draw:image xlink:href="http://127.0.0.1:{port}/tracker.png" xlink:type="simple" '
        'xlink:actuate="onLoad"/></draw:frame></text:p>'
    )
    assert "15 days" in read_document(open_document(picture), "a.odt").text
    assert paths == []


def test_without_libreoffice_the_message_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr("teaegg.ingest.readers.office.legacy._PLACES", ())
    with pytest.raises(
        UnreadableDocumentError, match="LibreOffice, which is not installed"
    ) as caught:
        read_document(RTF, "a.rtf")
    assert "apt-get install libreoffice-writer-nogui" in caught.value.remedy
    assert "docx" in caught.value.remedy


def slow_office(folder: Path) -> Path:
    program = folder / "soffice"
    program.write_text(f'#!/bin/sh\necho $$ > "{folder}/pid"\nexec sleep 60\n')
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return program


def ends_soon(pid: int) -> bool:
    """Whether the process is gone, or dead and waiting for its parent, within some seconds."""
    for _ in range(100):
        try:
            status = Path(f"/proc/{pid}/status").read_text()
        except OSError:
            return True
        if "State:\tZ" in status or "sleep" not in status.partition("\n")[0]:
            return True
        time.sleep(0.1)
    return False


def test_a_conversion_that_takes_too_long_is_ended(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    slow_office(tmp_path)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(UnreadableDocumentError, match="longer than 1 seconds"):
        read_document(RTF, "a.rtf", ReadLimits(office_seconds=1))
    assert ends_soon(int((tmp_path / "pid").read_text()))


async def test_a_conversion_ends_with_the_reading_process(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    slow_office(tmp_path)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    # The share of the time that a conversion may take is made longer than the time of the file.
    worker = ReadingWorker(DEFAULT_LIMITS, SandboxLimits(timeout_seconds=8))
    worker._limits = ReadLimits(office_seconds=60)
    try:
        with pytest.raises(UnreadableDocumentError, match="longer than 8 seconds"):
            await worker.read(RTF, "a.rtf")
    finally:
        await worker.close()
    pid = int((tmp_path / "pid").read_text())
    assert await asyncio.to_thread(ends_soon, pid)


def test_files_with_a_password_say_so_without_libreoffice() -> None:
    letter = compound({"WordDocument": b"\xec\xa5\xc1\x00" + bytes(6) + b"\x00\x01" + bytes(600)})
    book = compound({"Workbook": b"\x09\x08\x04\x00\x00\x06\x05\x00\x2f\x00\x06\x00" + bytes(600)})
    for data, name in (
        (letter, "a.doc"),
        (book, "a.xls"),
        (compound({"EncryptedPackage": b"x"}), "a.docx"),
    ):
        with pytest.raises(UnreadableDocumentError, match="password"):
            read_document(data, name)


@pytest.mark.parametrize("tree", [{"WordDocument": bytes(900)}, {"Workbook": b"\x09\x08" * 400}])
def test_a_damaged_file_is_refused(office: Path, tree: dict[str, bytes]) -> None:
    with pytest.raises(UnreadableDocumentError) as caught:
        read_document(compound(tree), "a.doc")
    assert caught.value.remedy
