"""A teacher on loopback that answers as it is told to, and measures what reaches it."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Request = dict[str, Any]


@dataclass
class Said:
    """What one call is answered. `body` of bytes goes out as it is; a dict as JSON."""

    body: dict[str, Any] | bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 0


Behaviour = Callable[[int, Request], Said]
"""From the number of the call (from 0) and its request to the answer."""


class TeachingServer(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, behaviour: Behaviour, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.behaviour = behaviour
        self.requests: list[Request] = []
        self.arrived: list[float] = []
        self.most_at_once = 0
        self.at_once = 0
        self.measuring = threading.Lock()
        self.stopped = threading.Event()
        self.reached = threading.Event()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"

    @property
    def calls(self) -> int:
        return len(self.requests)


class _Handler(BaseHTTPRequestHandler):
    server: TeachingServer
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        server = self.server
        if server.stopped.is_set():
            self.close_connection = True  # A dead server answers nobody, kept connections included.
            return
        with server.measuring:
            number = len(server.requests)
            server.requests.append(request)
            server.arrived.append(time.monotonic())
            server.at_once += 1
            server.most_at_once = max(server.most_at_once, server.at_once)
        server.reached.set()
        said = server.behaviour(number, request)
        stopped = server.stopped.wait(said.seconds) if said.seconds else False
        with server.measuring:
            server.at_once -= 1
        if stopped:
            self.close_connection = True
        else:
            self._answer(said)

    def _answer(self, said: Said) -> None:
        body = said.body if isinstance(said.body, bytes) else json.dumps(said.body).encode()
        try:
            self.send_response(said.status)
            self.send_header("Content-Type", "application/json")
            for name, value in said.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except OSError:
            self.close_connection = True  # The client has gone: it waited long enough.

    def log_message(self, format: str, *args: Any) -> None:
        return


@contextmanager
def teaching_server(behaviour: Behaviour, port: int = 0) -> Iterator[TeachingServer]:
    server = TeachingServer(behaviour, port)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stopped.set()
        server.shutdown()
        server.server_close()
        thread.join()


def completion(
    content: str | None,
    *,
    model: str = "large",
    finish: str = "stop",
    usage: tuple[int, int] | None = (100, 50),
    seconds: float = 0,
    **message: Any,
) -> Said:
    """A completion as the protocol has it."""
    body: dict[str, Any] = {
        "id": "1",
        "object": "chat.completion",
        "created": 1,
        "model": model,
        "choices": [
            {
                "index": 0,
                "finish_reason": finish,
                "message": {"role": "assistant", "content": content, **message},
            }
        ],
    }
    if usage:
        body["usage"] = {
            "prompt_tokens": usage[0],
            "completion_tokens": usage[1],
            "total_tokens": sum(usage),
        }
    return Said(body, seconds=seconds)


def items(request: Request) -> dict[str, Any]:
    """A right answer: for every kind asked for, the first sentence of the first passage."""
    asked = "\n".join(turn["content"] for turn in request["messages"])
    passage = re.findall(r'<passage number="1">\n[^\n]*\n(.*?)\n</passage>', asked, re.DOTALL)[-1]
    kinds = re.findall(r"^- (\w+): ", asked, re.MULTILINE) or re.findall(r"^- (\w+):", asked, re.M)
    answer = re.split(r"(?<=[。.])", passage)[0]
    quote = [{"passage": 1, "text": answer}]
    return {
        "items": [
            {"kind": kind, "question": f"{kind}? {answer[:6]}", "answer": answer, "quotes": quote}
            for kind in kinds
        ]
    }


def right(number: int, request: Request) -> Said:
    return completion(json.dumps(items(request), ensure_ascii=False))


def failed(status: int, code: str = "", *, headers: dict[str, str] | None = None) -> Said:
    error = {"message": f"wrong: {code}", "type": "error", "code": code or None}
    return Said({"error": error}, status, headers or {})
