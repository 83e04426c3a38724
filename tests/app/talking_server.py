"""An endpoint of the OpenAI protocol on loopback that says what a function says, and remembers who asked."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

FILTERED = "FILTERED"


class Talk:
    """`say` makes an answer of the last turn; None is HTTP 503, FILTERED what a filter answers.
    `questions` are the last turns heard."""

    def __init__(self, say: Callable[[str], str | None], *, seconds: float = 0.0) -> None:
        self.say = say
        self.seconds = seconds
        self.questions: list[str] = []
        self.address = ""


@contextmanager
def talking_server(say: Callable[[str], str | None], *, seconds: float = 0.0) -> Iterator[Talk]:
    talk = Talk(say, seconds=seconds)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            question = body["messages"][-1]["content"]
            talk.questions.append(question)
            time.sleep(talk.seconds)
            answer = talk.say(question)
            if answer == FILTERED:
                self._decline()
                return
            self.send_response(503 if answer is None else 200)
            self.send_header("Content-Type", "text/event-stream")
            self.end_headers()
            if answer is not None:
                self.wfile.write(_events(answer).encode())

        def _decline(self) -> None:
            self.send_response(400)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            error = {"message": "declined", "code": "data_inspection_failed", "type": "filter"}
            self.wfile.write(json.dumps({"error": error}).encode())

        def log_message(self, *_: object) -> None:
            """Nothing: the tests look at `questions`."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    talk.address = f"http://127.0.0.1:{server.server_port}/v1"
    try:
        yield talk
    finally:
        server.shutdown()
        server.server_close()


def _events(answer: str) -> str:
    def event(choices: list[object], **more: object) -> str:
        record = {"id": "1", "object": "chat.completion.chunk", "created": 0, "model": "talk"}
        return f"data: {json.dumps({**record, 'choices': choices, **more})}\n\n"

    said = {"index": 0, "delta": {"role": "assistant", "content": answer}, "finish_reason": None}
    end = {"index": 0, "delta": {}, "finish_reason": "stop"}
    usage = {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110}
    return f"{event([said])}{event([end])}{event([], usage=usage)}data: [DONE]\n\n"
