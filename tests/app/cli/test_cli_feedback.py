"""What people thought of answers, given and listed on the command line."""

from pathlib import Path
from typing import Any

QUESTION = "年假有几天？"


def asked(company: Any) -> str:
    return str(company.done("ask", QUESTION, "--as", "lina", "--json").data["trace"])


def test_a_thumb_with_a_comment_and_a_corrected_text_is_kept_and_listed(
    company: Any, tmp_path: Path
) -> None:
    trace = asked(company)
    file = tmp_path / "corrected.txt"
    file.write_text("工作满一年才有年假。\n", encoding="utf-8")
    given = company.done(
        "feedback",
        trace,
        "down",
        "--comment",
        "不全",
        "--corrected",
        str(file),
        "--as",
        "lina",
        "--json",
    ).data
    assert given["corrected"] == "工作满一年才有年假。"
    (judged,) = company.done("feedback", "list", "--only", "down", "--json").data
    assert (judged["trace"], judged["question"], judged["comment"]) == (trace, QUESTION, "不全")
    shown = company.done("feedback", "list").out
    assert trace in shown
    assert "不全" in shown
    assert company.done("feedback", "list", "--only", "up", "--json").data == []


def test_the_long_form_says_the_same(company: Any) -> None:
    trace = asked(company)
    company.done("feedback", "give", trace, "up")
    assert company.done("feedback", "list", "--json").data[0]["helpful"] is True


def test_others_answers_and_unknown_ones_are_not_there(company: Any) -> None:
    typed = company("feedback", asked(company), "up", "--as", "wang")
    assert typed.code != 0
    assert "There is no trace" in typed.err
    assert company("feedback", "list", "--as", "lina").code != 0


def test_a_thumb_goes_up_or_down(company: Any) -> None:
    typed = company("feedback", asked(company), "sideways")
    assert typed.code == 2
    assert "up" in typed.err
    assert "down" in typed.err


def test_a_corrected_text_that_cannot_be_read_is_told(company: Any, tmp_path: Path) -> None:
    typed = company("feedback", asked(company), "down", "--corrected", str(tmp_path / "none.txt"))
    assert typed.code != 0
    assert "none.txt" in typed.err
