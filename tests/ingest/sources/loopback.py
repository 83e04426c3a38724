"""Real servers on this machine for sources: a web site that misbehaves to order, S3, IMAP."""

from __future__ import annotations

import contextlib
import hashlib
import imaplib
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.needed import do_without

Answer = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class WebSite:
    """`pages` are served with ETag and 304; `odd` answers stand for a path that does otherwise."""

    port: int = 0
    pages: dict[str, tuple[bytes, str]] = field(default_factory=dict)
    odd: dict[str, Answer] = field(default_factory=dict)
    asked: list[tuple[str, int]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def put(self, path: str, text: str, media_type: str = "text/html; charset=utf-8") -> str:
        self.pages[path] = (text.encode(), media_type)
        return self.url + path

    def put_sitemap(self, *paths: str) -> str:
        places = "".join(f"<url><loc>{self.url}{path}</loc></url>" for path in paths)
        body = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{places}</urlset>'
        return self.put("/sitemap.xml", body, "application/xml")

    def statuses(self, path: str) -> list[int]:
        return [status for asked, status in self.asked if asked == path]


def answer(request: BaseHTTPRequestHandler, status: int, body: bytes = b"", **headers: str) -> None:
    request.server.site.asked.append((request.path, status))  # type: ignore[attr-defined]
    request.send_response(status)
    for name, value in headers.items():
        request.send_header(name.replace("_", "-"), value)
    request.send_header("Content-Length", str(len(body)))
    request.end_headers()
    request.wfile.write(body)


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        site: WebSite = self.server.site  # type: ignore[attr-defined]
        site.headers.append(dict(self.headers))
        if odd := site.odd.get(self.path):
            odd(self)
            return
        if self.path not in site.pages:
            answer(self, 404, b"<html>nothing here</html>", Content_Type="text/html")
            return
        body, media_type = site.pages[self.path]
        etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        if self.headers.get("If-None-Match") == etag:
            answer(self, 304, ETag=etag)
        else:
            answer(self, 200, body, ETag=etag, Content_Type=media_type)

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


@contextlib.contextmanager
def web_site() -> Iterator[WebSite]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    site = WebSite(server.server_port)
    server.site = site  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@contextlib.contextmanager
def process(command: list[str], port: int, **options: Any) -> Iterator[None]:
    """A server process, up when its port answers."""
    running = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options
    )
    try:
        deadline = time.monotonic() + 60
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.2):
                break
            assert running.poll() is None, f"{command[0]} ended"
            assert time.monotonic() < deadline, f"{command[2]} did not start"
            time.sleep(0.05)
        yield
    finally:
        running.kill()
        running.wait()


@contextlib.contextmanager
def s3_server() -> Iterator[str]:
    """moto's S3 in a process of its own; yields its address."""
    port = free_port()
    with process([sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)], port):
        yield f"http://127.0.0.1:{port}"


@dataclass
class MailServer:
    """pymap in a process of its own, with one account."""

    port: int
    user: str = "demouser"
    password: str = "demopass"

    @cached_property
    def owner(self) -> imaplib.IMAP4:
        """The connection of whoever owns the mail; signing in takes long, so there is one."""
        server = imaplib.IMAP4("127.0.0.1", self.port, timeout=30)
        server.login(self.user, self.password)
        return server

    def append(self, folder: str, message: bytes) -> None:
        status, told = self.owner.append(f'"{folder}"', "", None, message)  # type: ignore[arg-type]
        assert status == "OK", told


@contextlib.contextmanager
def mail_server() -> Iterator[MailServer]:
    port = free_port()
    program = os.path.join(os.path.dirname(sys.executable), "pymap")  # noqa: PTH118, PTH120
    if not os.path.exists(program):  # noqa: PTH110
        do_without("the IMAP server pymap is not installed: pip install 'teaegg[dev]'")
    with process(
        [program, "--host", "127.0.0.1", "--port", str(port), "--no-tls", "dict", "--demo-data"],
        port,
    ):
        yield MailServer(port)
