"""One reader over many files in a process of its own; run by `bench.parsing` with that reader's Python.

python bench/reading_tool.py TOOL < paths, one a line; prints one JSON object a file, then a summary.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

Reader = Callable[[str], str]


def teaegg(pictures: int) -> tuple[Reader, str]:
    from teaegg import __version__
    from teaegg.ingest.readers.base import ReadLimits
    from teaegg.ingest.reading import read_document

    limits = ReadLimits(pictures=pictures)

    def read(path: str) -> str:
        return _shown(read_document(Path(path).read_bytes(), Path(path).name, limits))

    return read, __version__


def _shown(parsed: Any) -> str:
    """The blocks, and what stands over them only in their place: sheets, titles of tables."""
    lines: list[str] = []
    open_path: tuple[str, ...] = ()
    said: set[str] = set()
    for block in parsed.blocks:
        path = block.location.path
        lines += [name for name in path if name not in open_path and name not in said]
        lines.append(block.text)
        said.update([block.text] if block.kind in ("heading", "caption") else [])
        open_path = path
    return "\n".join(lines)


def markitdown() -> tuple[Reader, str]:
    from markitdown import MarkItDown

    converter = MarkItDown()
    return lambda path: str(converter.convert(path).text_content), version("markitdown")


def llamaindex() -> tuple[Reader, str]:
    from llama_index.core import SimpleDirectoryReader

    def read(path: str) -> str:
        pieces = SimpleDirectoryReader(input_files=[path]).load_data()
        return "\n".join(piece.get_content() for piece in pieces)

    return read, version("llama-index-readers-file")


TOOLS: dict[str, Callable[[], tuple[Reader, str]]] = {
    "teaegg": lambda: teaegg(300),
    "teaegg-without-ocr": lambda: teaegg(0),
    "markitdown": markitdown,
    "llamaindex": llamaindex,
}


def main() -> None:
    paths = sys.stdin.read().splitlines()
    # What libraries print must not stand between the records.
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    began = time.perf_counter()
    read, tool_version = TOOLS[sys.argv[1]]()
    loading = time.perf_counter() - began
    for path in paths:
        start = time.perf_counter()
        try:
            text, error = read(path), ""
        except Exception as problem:  # a peer may raise anything; the file then counts as not read
            text, error = "", f"{type(problem).__name__}: {problem}"[:200]
        seconds = time.perf_counter() - start
        out.write(
            json.dumps({"path": path, "text": text, "seconds": seconds, "error": error}) + "\n"
        )
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    summary = {
        "version": tool_version,
        # Of this process and of what it started (LibreOffice): other work on the machine does not count.
        "processor_seconds": round(sum(each.ru_utime + each.ru_stime for each in used), 1),
        "loading_seconds": round(loading, 2),
        "resident_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }
    out.write(json.dumps(summary) + "\n")
    out.close()


if __name__ == "__main__":
    main()
