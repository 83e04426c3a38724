"""Who says more nearly what is right, at what, and in which form."""

from teaegg.core.exams import ExamItem
from teaegg.evals.reading import ReadingScore
from teaegg.evals.reading_comparison import best_form, compare, mean_reading


def item(number: int, right: str = "甲", kind: str = "lookup") -> ExamItem:
    return ExamItem(
        id=f"i{number}",
        form="short",
        questions=(f"问题{number}",),
        right=(right,),
        document=f"d{number // 2}",
        kind=kind,
    )


def test_a_comparison_tells_who_is_better_and_at_what() -> None:
    exam = [item(n, kind="lookup" if n % 2 else "table") for n in range(40)]
    right = {entry.id: "甲" for entry in exam}
    half = {entry.id: "甲" if entry.kind == "table" else "乙" for entry in exam}
    found = compare(exam, right, half, seed=1)
    assert (found.candidate.exact, found.baseline.exact) == (1, 0.5)
    assert mean_reading(exam, half) == found.baseline == ReadingScore(0.5, 0.5)
    assert found.better
    assert found.p_exact < 0.001
    assert found.by_kind == {"table": (20, 1, 1), "lookup": (20, 1, 0)}
    assert not compare(exam, right, right, seed=1).better


def test_of_several_forms_the_one_that_serves_the_examinee_counts_cut_where_it_helps() -> None:
    exam = [item(0), item(1)]
    repeats = {"i0": "问题0", "i1": "问题1"}
    goes_on = {"i0": "甲\n问题：还有呢", "i1": "甲\n\n乙"}
    assert best_form(exam, [repeats, goes_on]) == {"i0": "甲", "i1": "甲"}
    assert best_form(exam, [repeats]) == repeats


def test_an_examinee_whose_answers_have_several_lines_is_not_cut() -> None:
    asked = [item(0, right="甲\n乙")]
    assert best_form(asked, [{"i0": "甲\n乙"}]) == {"i0": "甲\n乙"}
