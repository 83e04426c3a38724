import pytest

from teaegg.serving.followups import understand_followup


@pytest.mark.parametrize(
    ("earlier", "question", "understood"),
    [
        ("年假有几天？", "那病假呢？", "病假有几天？"),
        ("试用期最长多久？", "试用期最长多久？", "试用期最长多久？"),
        ("经理出差住宿标准是多少？", "总监呢？", "总监 经理出差住宿标准是多少？"),
        (
            "劳动合同期限三年的，试用期多久？",
            "那试用期呢",
            "试用期 劳动合同期限三年的，试用期多久？",
        ),
        ("QH-200 的流量是多少？", "它的扬程是多少？", "QH-200 它的扬程是多少？"),
        ("How many days of annual leave are there?", "And sick leave?",
         "sick leave: How many days of annual leave are there?"),
    ],
)  # fmt: skip
def test_a_followup_is_made_whole(earlier: str, question: str, understood: str) -> None:
    result = understand_followup(question, [earlier])
    assert result.replace(" ", "") == understood.replace(" ", "")


def test_the_first_question_is_left_alone() -> None:
    assert understand_followup("它是什么？", []) == "它是什么？"


def test_a_question_that_stands_by_itself_is_left_alone() -> None:
    question = "劳动合同应当具备哪些条款？"
    assert understand_followup(question, ["年假有几天？"]) == question
