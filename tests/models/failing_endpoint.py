"""An HTTP server that fails in one chosen way, and counts how often it was asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class FailingEndpoint(ThreadingHTTPServer):
    """`status`, `content_type` and `body` are what every request gets; `hang` seconds come first."""

    daemon_threads = True

    def __init__(
        self, status: int, content_type: str, body: bytes, *, hang: float, cut: bool
    ) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.status, self.content_type, self.body, self.cut = status, content_type, body, cut
        self.hang = hang
        self.stopped = threading.Event()
        self.requests: list[dict[str, Any]] = []

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"


class _Handler(BaseHTTPRequestHandler):
    server: FailingEndpoint
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.requests.append(json.loads(body))
        if self.server.stopped.wait(self.server.hang):
            return
        self.send_response(self.server.status)
        self.send_header("Content-Type", self.server.content_type)
        # A promised length that never comes is how a broken connection looks to a client.
        self.send_header("Content-Length", str(len(self.server.body) + 100 * self.server.cut))
        self.end_headers()
        self.wfile.write(self.server.body)
        if self.server.cut:
            self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:
        return


@contextmanager
def failing_endpoint(
    status: int = 200,
    body: bytes | str = b"{}",
    *,
    content_type: str = "application/json",
    hang: float = 0,
    cut: bool = False,
) -> Iterator[FailingEndpoint]:
    raw = body.encode() if isinstance(body, str) else body
    server = FailingEndpoint(status, content_type, raw, hang=hang, cut=cut)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stopped.set()
        server.shutdown()
        server.server_close()
        thread.join()
