"""The measure of fidelity itself: what counts as read, and that losing something lowers it."""

from __future__ import annotations

from bench.fidelity import cell_recall, known_text, text_recall, words_of
from hypothesis import given
from hypothesis import strategies as st

TABLE = """\
# 电机参数

| 型号 | 电流 | 电流 |
| - | - | - |
| 型号 | 额定 | 最大 |
| QH-2 | 16 A | 20 A |
| QH-3 | 25 A | 32 A |
"""


def test_words_are_chinese_characters_and_runs_of_letters_and_digits() -> None:
    assert words_of("ＱＨ-2型：16 A（常备）") == ("qh", "2", "型", "16", "a", "常", "备")


def test_a_lost_or_doubled_word_is_counted_as_often_as_it_is_expected() -> None:
    known = known_text("甲乙甲 cat cat")
    assert text_recall(known, "cat 甲 乙 cat 甲").recall == 1
    assert text_recall(known, "甲 乙 cat cat cat").recall == 4 / 5
    assert text_recall(known, "").recall == 0


def test_marks_of_markdown_and_comments_are_no_words() -> None:
    known = known_text("<!-- image -->\n1. **甲** [乙](http://x.example)\n\n$$\\frac{1}{2}$$")
    assert sorted(known.words) == ["1", "2", "乙", "甲"]


def test_a_merged_cell_is_expected_once() -> None:
    assert known_text(TABLE).words["型"] == 1
    assert cell_recall(known_text(TABLE), "").expected == 2 + 2 + 3 + 3


def test_cells_count_in_one_line_only() -> None:
    known = known_text(TABLE)
    rows = (
        "型号: QH-2；电流 额定: 16 A；电流 最大: 20 A\n型号: QH-3；电流 额定: 25 A；电流 最大: 32 A"
    )
    assert cell_recall(known, rows).recall == 1
    torn = "\n".join(["型号", "电流 额定 最大", "QH-2", "16 A", "20 A", "QH-3", "25 A", "32 A"])
    assert cell_recall(known, torn).found == 3 + 1 + 1


def test_one_line_that_holds_the_whole_table_counts_for_one_row() -> None:
    known = known_text(TABLE)
    assert cell_recall(known, " ".join(TABLE.split())).found == 4 + 3


def test_raised_figures_and_white_space_in_formulas_mean_nothing() -> None:
    known = known_text("证明 $A T^{2}=A R^{2}$ 与 $\\triangle A B D$，H 2 O 共 $5.00 和 $6.00")
    assert text_recall(known, "证明AT2=AR2与△ABD，H2O共$5.00和$6.00").recall == 1
    assert text_recall(known, "证明AT=AR与△ABD，H2O共$5.00和$6.00").found == known.words.total() - 2


def test_a_header_goes_on_where_the_row_below_names_the_parts_of_its_wide_cells() -> None:
    known = known_text(
        "|  | 产量 | 产量 | 销量 | 销量 |\n| - | - | - | - | - |\n"
        "|  | 去年 | 今年 | 去年 | 今年 |\n| 一厂 | 1 | 2 | 3 | 4 |\n| 二厂 | 5 | 6 | 7 | 8 |\n"
    )
    named = (
        "一厂；产量 去年: 1；产量 今年: 2；销量 去年: 3；销量 今年: 4\n"
        "二厂；产量 去年: 5；产量 今年: 6；销量 去年: 7；销量 今年: 8"
    )
    plain = "产量 销量\n去年 今年 去年 今年\n一厂 1 2 3 4\n二厂 5 6 7 8"
    assert cell_recall(known, named) == cell_recall(known, plain) == (16, 16)


def test_a_row_with_a_name_of_its_own_below_a_wide_header_stays_a_row() -> None:
    known = known_text("| 厂 | 产量 | 产量 |\n| - | - | - |\n| 一厂 | 1 | 2 |\n")
    assert cell_recall(known, "厂 产量\n一厂 1 2").recall == 1
    assert cell_recall(known, "厂 产量\n一厂\n1\n2").found == 3


def test_the_lines_of_a_lone_cell_may_stay_lines_and_must_all_be_there() -> None:
    known = known_text("| 第一项 第二项 |\n| - |\n| 第三项 |\n")
    assert cell_recall(known, "第一项\n第二项\n第三项").recall == 1
    assert cell_recall(known, "第一项\n第三项").found == 1


def test_labels_of_the_reference_around_a_comment_are_not_expected() -> None:
    known = known_text("[author: 王芳, time: 2026-01-02T03:04:05]: 同意")
    assert text_recall(known, "王芳 (2026-01-02 03:04:05): 同意").recall == 1


@given(st.text(max_size=40), st.text(max_size=40))
def test_recall_never_falls_when_more_is_given_and_stays_a_share(one: str, more: str) -> None:
    known = known_text(one)
    share = text_recall(known, one)
    assert (
        share.found == share.expected
        or "\\" in one
        or "$" in one
        or "|" in one
        or share.recall <= 1
    )
    assert text_recall(known, f"{one}\n{more}").found >= share.found
