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
        ("QH-200 的流量是多少？", "它的扬程是多少？", "QH-200 的扬程是多少？"),
        ("年假有几天？", "它需要什么手续？", "年假需要什么手续？"),
        ("年假的申请由谁批准？", "最晚什么时候？", "年假 最晚什么时候？"),
        ("年假有几天？", "多少钱？", "年假 多少钱？"),
        ("经理出差住宿标准是多少？", "换成总监呢？", "总监 经理出差住宿标准是多少？"),
        ("经理出差住宿标准是多少？", "其中早餐算吗？", "经理出差住宿标准 其中早餐算吗？"),
        ("How many days of annual leave are there?", "And for interns?",
         "interns: How many days of annual leave are there?"),
        ("What is the warranty of the QH-200 pump?", "How long does it last?",
         "QH-200 pump: How long does it last?"),
        ("What is the warranty of the QH-200 pump?", "Why?",
         "What is the warranty of the QH-200 pump Why?"),
        ("How many days of annual leave are there?", "And sick leave?",
         "sick leave: How many days of annual leave are there?"),
    ],
)  # fmt: skip
def test_a_followup_is_made_whole(earlier: str, question: str, understood: str) -> None:
    result = understand_followup(question, [earlier])
    assert result.replace(" ", "") == understood.replace(" ", "")


def test_the_first_question_is_left_alone() -> None:
    assert understand_followup("它是什么？", []) == "它是什么？"


@pytest.mark.parametrize(
    "question",
    [
        "劳动合同应当具备哪些条款？",
        "病假工资怎么算才合法？",
        "What is the price of the QH-300?",
        "And what is the price of the QH-300?",
        "How many days of sick leave are there?",
    ],
)
def test_a_question_that_stands_by_itself_is_left_alone(question: str) -> None:
    assert understand_followup(question, ["年假有几天？"]) == question
