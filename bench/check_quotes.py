"""The independent checker: does every quoted character stand in the cited source? Imports no TeaEgg.

It knows nothing but the answers as written by `bench.quotes` and the source files themselves, and
compares without white space, because joining lines is the one thing reading may change.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path


def squeezed(text: str) -> str:
    return "".join(text.split())


def check(answers: Path) -> dict[str, int]:
    """Counts of answers, quotes, quoted characters, and characters that are not in the source."""
    sources: dict[str, str] = {}
    counts = {"answers": 0, "quotes": 0, "characters": 0, "foreign_characters": 0}
    for line in answers.read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        counts["answers"] += 1
        for quote in record["quotes"]:
            source = quote["source"]
            if source not in sources:
                sources[source] = squeezed(Path(source).read_text(encoding="utf-8"))
            counts["quotes"] += 1
            counts["characters"] += len(quote["text"])
            if squeezed(quote["text"]) not in sources[source]:
                counts["foreign_characters"] += len(quote["text"])
                print(f"not in {source}: {quote['text']!r}", file=sys.stderr)
    return counts


if __name__ == "__main__":
    result = check(Path(sys.argv[1]))
    print(json.dumps(result))
    sys.exit(1 if result["foreign_characters"] else 0)
