"""The verdicts on the page of figures: nothing that was not measured counts as won."""

import runpy
from pathlib import Path
from typing import Any

PAGE = runpy.run_path(str(Path(__file__).parents[2] / "docs" / "bench_beside_peers.py"))


def half(value: float) -> dict[str, float]:
    return {"recall@1": value, "recall@5": value, "mrr@10": value}


def record(**systems: float) -> dict[str, Any]:
    found = {name: {"reported": half(value)} for name, value in systems.items()}
    return {"sets": {name: {"systems": found} for name in PAGE["PEER_SETS"]}}


def is_won(compared: dict[str, Any]) -> bool:
    return all(PAGE["leads"](own, best) for _, _, own, best in PAGE["lead"](compared))


def test_ahead_of_the_best_peer_is_won() -> None:
    assert is_won(record(teaegg=0.9, good=0.89, bad=0.1))


def test_level_with_the_best_peer_is_not_won() -> None:
    assert not is_won(record(teaegg=0.9, good=0.9))


def test_both_perfect_is_won_since_nothing_is_above() -> None:
    assert is_won(record(teaegg=1.0, good=1.0))


def test_a_set_that_was_not_measured_is_not_won() -> None:
    compared = record(teaegg=0.9, good=0.8)
    del compared["sets"]["cmrc2018"]
    assert not is_won(compared)
    said = PAGE["lead_said"](compared)
    assert said == "ahead in 27 of 27 comparisons; TeaEgg not measured: cmrc2018"


def test_a_set_without_peers_or_without_us_is_not_won() -> None:
    assert not is_won(record(teaegg=0.9))
    assert not is_won(record(good=0.1))


def test_what_is_behind_is_named_with_both_figures() -> None:
    said = PAGE["lead_said"](record(teaegg=0.5, good=0.75))
    assert said.startswith("ahead in 0 of 30")
    assert "xquad-zh-to-en recall@1 50.0 % against 75.0 %" in said
