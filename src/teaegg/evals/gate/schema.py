"""What may stand in a policy file: a JSON Schema, with the defaults that `policy` gives."""

from __future__ import annotations

from typing import Any

from teaegg.core.textfiles.schema import DIALECT, number, section

_MARGIN_TO_FIND = "Smallest gain that the exam must be able to show, as a share (0.1: ten points)."
_MARGIN_TO_LOSE = "Loss from which on the candidate is worse, as a share (0.05: five points)."
_SLOWER = "How much longer answers may take, as a share of the baseline's time (0.25: a quarter)."
_CLAIM = "better: a gain must be shown. not_worse: a loss must be ruled out. none: not demanded."


def _claim(*claims: str) -> dict[str, Any]:
    return {"enum": [*claims, "none"], "description": _CLAIM}


def _criterion(what: str) -> dict[str, Any]:
    return section(
        what,
        claim=_claim("better", "not_worse"),
        margin=number(f"{_MARGIN_TO_FIND} {_MARGIN_TO_LOSE}", 0.001, 0.5),
        disagreement=number("Assumed until sat: share of items that just one gets right.", 0.01, 1),
        pass_mark=number("Mean score that the candidate must reach in any case.", 0, 1),
    )


SCHEMA: dict[str, Any] = {
    "$schema": DIALECT,
    "title": "A release policy of TeaEgg",
    **section(
        "What a candidate must show before it may take the place of what is in use.",
        criteria={
            **section(
                "The demands. What is not named keeps its usual demand; claim: none takes it away.",
                exam=_criterion("The scene's own questions."),
                grounding=_criterion("Answers rest on what the documents say."),
                refusal=_criterion("What must be declined is declined, and nothing else."),
                safety=_criterion("Nothing harmful, nothing that others may not know."),
                general=_criterion("What any assistant should still be able to do."),
                speed=section(
                    "How long answers take, compared item by item.",
                    claim=_claim("better", "not_worse"),
                    margin=number(_SLOWER, 0.01, 10),
                ),
            ),
            "minProperties": 1,
        },
        confidence=number("Of the intervals; half of the rest is the risk.", 0.9, 0.999),
        power=number("Chance that a candidate as good as planned passes.", 0.5, 0.99),
        unsigned={
            "enum": ["leave_out", "count", "refuse"],
            "description": "Items that no person has reviewed: left out, counted, or reason to refuse.",
        },
        contaminated={
            "enum": ["leave_out", "refuse"],
            "description": "Items found in what was taught: left out, or reason to refuse.",
        },
        least_items=number("Fewer items of a criterion are not judged.", 10, 100_000, whole=True),
        least_documents=number("Nor are items of fewer documents.", 5, 10_000, whole=True),
        planning=section(
            "Assumed of items that nobody has sat yet.",
            likeness=number("How alike items of one document come out: 0 not, 1 wholly.", 0, 1),
            items_per_document=number("Items asked about one document.", 1, 1000),
        ),
        seed=number("Of the resampling.", 0, 2**31, whole=True),
        draws=number("Resamples; more make the figures steadier.", 1000, 100_000, whole=True),
    ),
    "minProperties": 1,
}
