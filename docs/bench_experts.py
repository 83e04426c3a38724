"""The demands on experts, and the rules that judge a record by them."""

from __future__ import annotations

from bench_beside_peers import Record
from bench_targets import Target

TAX_EXPERT = "expert + statutes"


def _reading(record: Record) -> str:
    found = record["examinees"]
    return (
        "; ".join(
            f"{said} exact {found[name]['exact']:g}, F1 {found[name]['f1']:g}"
            for name, said in (
                ("expert", "expert"),
                ("base", "base"),
                ("five_examples", "base with five examples"),
            )
        )
        + f"; {record['questions']:,} questions on {record['documents_never_learned']} documents never"
        f" learned; {record['training']['minutes']:g} minutes of training"
    )


def _journey(record: Record) -> str:
    exam = record["exam"]
    return (
        f"F1 {exam['expert']['f1']:g} against {exam['base']['f1']:g}: {exam['f1_points']:+g} points, 95 %"
        f" between {exam['interval'][0]:+g} and {exam['interval'][1]:+g}; {exam['items']} items of"
        f" {exam['documents']} documents, {record['minutes']:g} minutes in all"
    )


def _tax(record: Record) -> str:
    found = record["examinees"]
    expert = found[TAX_EXPERT]
    low, high = expert["interval"]
    others = "; ".join(
        f"{name} {said['accuracy']:.2f} %" for name, said in found.items() if name != TAX_EXPERT
    )
    return (
        f"{TAX_EXPERT} {expert['accuracy']:.2f} %, 95 % between {low:g} and {high:g}; {others};"
        f" {record['questions']} questions"
    )


def _training(record: Record) -> str:
    own = record["medians"]["teaegg"]
    return f"{own['tokens_per_second']:g} tokens/s, {own['resident_mib']:,} MiB; " + ", ".join(
        f"{times:g} times {name}" for name, times in record["times_faster"].items()
    )


def _option_exam(record: Record) -> str:
    own, peer = record["five_examples"], record["peer"]
    return (
        f"{record['items']:,} items in {own['seconds']:g} s, {own['accuracy']:g} % right, behind no"
        f" examples {record['no_examples']['seconds']:g} s; lm-evaluation-harness {peer['seconds']:g} s,"
        f" {peer['accuracy']:g} % ({100 * peer['same_choices']:.0f} % the same choices);"
        f" {record['times_faster']:g} times; {record['resident_mib']:,} MiB against"
        f" {peer['resident_mib']:,}"
    )


def _rebase(record: Record) -> str:
    there, back = record["to_smollm2"], record["back_anew"]
    scenes = "; ".join(
        f"{one['scene']} F1 {one['f1']['old_expert']:g} → {one['f1']['new_expert']:g}"
        for one in there["experts"]
    )
    return (
        f"{len(there['experts'])} experts of Gemma re-made on SmolLM2 in {there['seconds'] / 60:.0f} min"
        f" ({scenes}), found again on Gemma in {record['found_again']['seconds']:g} s, made anew on it in"
        f" {back['seconds'] / 60:.0f} min; largest divergence of an export"
        f" {max(one['export'] for one in record['parity']):g} nats"
    )


EXPERTS = (
    Target(
        13,
        "a reading expert of Gemma 3 270M made in ≤ 60 minutes on 2 cores: on whole passages of"
        " cmrc2018 documents never learned, exact match ≥ 65.5 and F1 ≥ 84.5",
        "reading_expert",
        _reading,
        lambda r: (
            r["examinees"]["expert"]["exact"] >= 65.5
            and r["examinees"]["expert"]["f1"] >= 84.5
            and r["made_in_minutes"] <= 60
        ),
    ),
    Target(
        14,
        "a tax expert on FinanceIQ 税务师 ≥ 36.97 % (ChatGPT 31.97, GPT-4 46.93)",
        "exam_of_record",
        _tax,
        lambda r: r["examinees"][TAX_EXPERT]["accuracy"] >= r["aim"],
    ),
    Target(
        15,
        "`teaegg distill` on the demo company with no teacher: better than its base on exam documents"
        " never seen (paired), in ≤ 45 minutes on 2 cores",
        "offline_journey",
        _journey,
        lambda r: r["exam"]["interval"][0] > 0 and r["minutes"] <= 45,
    ),
    Target(
        16,
        "32 experts loaded: ≤ 10 MB more resident memory for each; 8 of them at 8 requests at once keep"
        " ≥ 80 % of the throughput of one; switching costs ≤ 50 ms at p95",
        "many_experts",
        lambda r: (
            f"{r['extra_mb_per_expert']:g} MB for each; {100 * r['mixed_to_single']:.0f} % of the"
            f" throughput; a switch {r['switch_ms']['p95']:g} ms at p95, median"
            f" {r['switch_ms']['median']:g}"
        ),
        lambda r: (
            r["extra_mb_per_expert"] <= 10
            and r["mixed_to_single"] >= 0.8
            and r["switch_ms"]["p95"] <= 50
        ),
    ),
    Target(
        17,
        "training ≥ 2 times as fast as plain TRL and plain transformers on the same rows",
        "training",
        _training,
        lambda r: min(r["times_faster"].values()) >= 2,
    ),
    Target(
        18,
        "a multiple-choice exam of 1,000 items in ≤ 5 minutes on 2 cores with Gemma 3 270M, ≥ 3 times as"
        " fast as lm-evaluation-harness with the same model",
        "option_exam",
        _option_exam,
        lambda r: (
            r["items"] >= 1000 and r["five_examples"]["seconds"] <= 300 and r["times_faster"] >= 3
        ),
    ),
    Target(
        19,
        "`teaegg rebase` of three experts end to end with one command, and back",
        "rebase",
        _rebase,
        lambda r: (
            len(r["to_smollm2"]["experts"]) >= 3
            and all(one["trained"] for one in r["to_smollm2"]["experts"])
            and all(one["export"] <= one["limit"] for one in r["parity"])
        ),
    ),
)
