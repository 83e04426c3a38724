"""A stored trace for people: what was asked, what was found, what was decided, how long it took."""

from __future__ import annotations

from typing import Any

from rich.text import Text

from teaegg.app.cli.output import say, write_table

_HEADINGS = (
    "asked_at",
    "user",
    "question",
    "understood",
    "mode",
    "expert",
    "verdict",
    "confidence",
)


def show_trace(record: dict[str, Any]) -> None:
    """`record` is what `Workspace.trace` gives."""
    for name in _HEADINGS:
        value = record.get(name, "")
        if value == "":
            continue
        shown = f"{value:.3f}" if isinstance(value, float) else str(value)
        say(Text.assemble((f"{name.replace('_', ' '):<12}", "bold"), shown))
    _section("Answer")
    say(str(record.get("answer", "")))
    _section("Evidence")
    columns = ("passage", "title", "score", "full text", "vector", "exact")
    write_table(columns, map(_evidence_row, record.get("evidence", ())), empty="None.")
    if record.get("dropped"):
        _section("Dropped, because unproved")
        for dropped in record["dropped"]:
            say(f"{dropped['text']}  ({'; '.join(dropped['reasons'])})")
    _section("Models")
    for role, name in record.get("models", {}).items():
        say(f"{role}: {name}")
    if record.get("prompt_hash"):
        say(f"prompt: {record['prompt_hash']}")
    _section("Milliseconds")
    for stage, spent in record.get("timings_ms", {}).items():
        say(f"{stage}: {spent}")


def _section(title: str) -> None:
    say()
    say(Text(title, style="bold underline"))


def _evidence_row(item: dict[str, Any]) -> tuple[str, ...]:
    scores = (item.get("score"), item.get("text_score"), item.get("vector_score"))
    shown = ("–" if score is None else f"{score:.3f}" for score in scores)
    return (item["passage"], item["title"], *shown, "yes" if item.get("exact") else "")
