import pytest

from teaegg.retrieval.query import language_of, understand
from teaegg.store.documents import DocumentName

NAMES = [
    DocumentName("labour", "中华人民共和国劳动法", "laws/劳动法(2018-12-29).md"),
    DocumentName("contract-old", "中华人民共和国劳动合同法", "laws/劳动合同法(2007-06-29).md"),
    DocumentName("contract-new", "中华人民共和国劳动合同法", "laws/劳动合同法(2012-12-28).md"),
    DocumentName("civil", "中华人民共和国民法典 总则", "laws/民法典-总则.md"),
    DocumentName("handbook", "Staff handbook", "handbook.docx"),
]


@pytest.mark.parametrize(
    ("question", "documents"),
    [
        ("劳动合同法第十九条的内容是什么？", ("contract-new", "contract-old")),
        ("《中华人民共和国劳动法》怎么规定加班？", ("labour",)),
        ("民法典第三条", ("civil",)),
        ("What does the staff handbook say about travel?", ("handbook",)),
        ("试用期最长多久？", ()),
    ],
)
def test_documents_named_in_a_question_are_found_newest_first(
    question: str, documents: tuple[str, ...]
) -> None:
    assert understand(question, NAMES).documents == documents


def test_articles_and_codes_are_read_in_every_spelling() -> None:
    query = understand("劳动合同法第 19 条，件号 ｑｈ-hx_m8x30，2023 年", NAMES)
    assert query.articles == {"19"}
    assert query.codes == {"QHHXM8X30"}


def test_words_that_only_ask_are_no_terms() -> None:
    assert understand("请问年假有多少天呢？", []).terms == ("年假", "天")
    assert "what" not in understand("What is the warranty period?", []).terms


def test_a_question_of_nothing_but_asking_words_keeps_them() -> None:
    assert understand("是什么？", []).terms


@pytest.mark.parametrize(
    ("text", "language"),
    [("年假", "zh"), ("VPN 怎么用", "zh"), ("How many days?", "en"), ("42", "en")],
)
def test_the_language_is_seen(text: str, language: str) -> None:
    assert language_of(text) == language
