"""The other side of `ingest.sandbox`: reads one file after another, under limits, and says what it found.

Started as `python -m teaegg.ingest.reading_process`; speaks length-prefixed JSON on its standard
streams: a request is a header and maybe the bytes, a reply is a header and maybe the document.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import struct
import sys
from pathlib import Path
from typing import Any, BinaryIO

from teaegg.core.errors import UnreadableDocumentError
from teaegg.ingest.formats import detect_format, media_type
from teaegg.ingest.readers.base import ReadLimits, unreadable
from teaegg.ingest.reading import read_document
from teaegg.store.codec import encode_parsed

_LENGTH = struct.Struct(">Q")
_NICENESS = 10


def main() -> None:
    """Serve until the other side closes the stream."""
    requests, replies = _private_streams()
    os.nice(_NICENESS)
    while (header := read_frame(requests)) is not None:
        for frame in _reply(json.loads(header), requests):
            write_frame(replies, frame)
        replies.flush()


def read_frame(stream: BinaryIO) -> bytes | None:
    """The next message, None at the end of the stream."""
    prefix = stream.read(_LENGTH.size)
    if len(prefix) < _LENGTH.size:
        return None
    return stream.read(_LENGTH.unpack(prefix)[0])


def write_frame(stream: BinaryIO, data: bytes) -> None:
    stream.write(_LENGTH.pack(len(data)))
    stream.write(data)


def _private_streams() -> tuple[BinaryIO, BinaryIO]:
    """Libraries print; keep what they print away from the stream of replies."""
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return sys.stdin.buffer, replies


def _reply(request: dict[str, Any], requests: BinaryIO) -> list[bytes]:
    name = request["name"]
    data = read_frame(requests) if request["path"] is None else None
    try:
        _limit(request["memory_bytes"], request["seconds"])
        limits = ReadLimits(**request["limits"])
        content = _content(request["path"], name, limits) if data is None else data
        form = media_type(detect_format(content, name))
        parsed = encode_parsed(read_document(content, name, limits))
        return [json.dumps({"ok": True, "media_type": form}).encode(), parsed]
    except UnreadableDocumentError as error:
        return [_failure(error.message, error.remedy)]
    except MemoryError:
        limit = request["memory_bytes"] // 1024**2
        refusal = unreadable(
            name,
            f"reading it takes more than {limit} MiB of memory",
            "Split it, or raise ingest.parse_memory_bytes.",
        )
        return [_failure(refusal.message, refusal.remedy)]


def _failure(message: str, remedy: str) -> bytes:
    return json.dumps({"ok": False, "message": message, "remedy": remedy}).encode()


def _content(path: str, name: str, limits: ReadLimits) -> bytes:
    place = Path(os.fsdecode(bytes.fromhex(path)))
    try:
        size = place.stat().st_size
        if size > limits.max_file_bytes:
            raise unreadable(
                name,
                f"it has {size} bytes, more than {limits.max_file_bytes}",
                "Split it, or raise ingest.max_file_bytes.",
            )
        return place.read_bytes()
    except OSError as error:
        raise unreadable(
            name, str(error.strerror or error), "Check that the file is there and may be read."
        ) from error


def _limit(memory_bytes: int, seconds: float) -> None:
    """Memory for the whole process; processor time for this file, should nobody be left to watch."""
    # Some systems refuse to limit address space; the watch on the clock still holds there.
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, resource.RLIM_INFINITY))
        usage = resource.getrusage(resource.RUSAGE_SELF)
        processor_seconds = int(usage.ru_utime + usage.ru_stime + 2 * seconds + 5)
        resource.setrlimit(resource.RLIMIT_CPU, (processor_seconds, resource.RLIM_INFINITY))


if __name__ == "__main__":
    main()
