import pytest

from teaegg.retrieval.query import understand
from teaegg.retrieval.understanding.codes import codes_in, joined_codes, look_alikes
from teaegg.retrieval.understanding.references import (
    ArticleReference,
    holds_clause,
    references_in,
)
from teaegg.store.documents import DocumentName

LAWS = [
    DocumentName("civil-procedure", "中华人民共和国民事诉讼法", "民事诉讼法(2023).md"),
    DocumentName("criminal-procedure", "中华人民共和国刑事诉讼法", "刑事诉讼法(2018).md"),
    DocumentName("contract", "中华人民共和国劳动合同法", "劳动合同法(2012).md"),
    DocumentName("consumers", "中华人民共和国消费者权益保护法", "消保.md"),
]


@pytest.mark.parametrize(
    "spelling",
    [
        "QH-HX-M8X30",
        "qh-hx-m8x30",
        "ＱＨ－ＨＸ－Ｍ８Ｘ３０",
        "QH_HX.M8×30",
        "QH–HX–M8*30",
        "qh hx m8x30",
    ],
)
def test_a_part_number_is_read_in_every_spelling(spelling: str) -> None:
    question = f"请问 {spelling} 的单价？"
    assert "QHHXM8X30" in codes_in(question) | joined_codes(question)


def test_words_of_a_sentence_are_no_joined_code() -> None:
    assert joined_codes("what is the price of a valve") == frozenset()


def test_look_alikes_swap_letters_and_digits_but_never_give_the_code_itself() -> None:
    assert {"QH10", "QHI0", "QHLO"} - look_alikes(["QH1O"]) == set()
    assert "QH1O" not in look_alikes(["QH1O"])


def test_a_code_of_many_ambiguous_characters_is_not_guessed_at() -> None:
    assert look_alikes(["0O1L0O1L"]) == frozenset()


@pytest.mark.parametrize(
    ("question", "references"),
    [
        ("第三十三条第二款第（三）项", [ArticleReference("33", 2, 3)]),
        ("依照第一百二十條之一", [ArticleReference("120-1")]),
        ("Art. 33(2)", [ArticleReference("33", 2)]),
        ("what does § 5 say, and section 7(1)(2)?", [ArticleReference("5"), ArticleReference("7", 1, 2)]),
        ("劳动合同法33条", [ArticleReference("33")]),
        ("附 3 条件和 2 条款", []),
    ],
)  # fmt: skip
def test_articles_and_clauses_are_read(question: str, references: list[ArticleReference]) -> None:
    assert list(references_in(question)) == references


@pytest.mark.parametrize(
    ("question", "holds"),
    [
        ("第五条第（三）项", True),
        ("第五条第十二项", True),
        ("Art. 5(1)(4)", True),
        ("第五条第（九）项", False),
        ("第五条第二款", False),
    ],
)
def test_the_piece_with_the_item_asked_for_is_known(question: str, holds: bool) -> None:
    piece = "（三）提供必要的文件；\n(4) further papers；\n（十二）其他材料。"
    assert holds_clause(references_in(question), piece) is holds


@pytest.mark.parametrize(
    ("question", "document"),
    [
        ("民诉法第五十条", "civil-procedure"),
        ("刑诉法怎么规定取保候审", "criminal-procedure"),
        ("劳动和同法第十九条", "contract"),
        ("劳动合法第十九条", "contract"),
        ("勞動合同法第十九條", "contract"),
        ("消保法规定的七天无理由退货", "consumers"),
    ],
)
def test_laws_are_known_by_abbreviation_slip_and_traditional_script(
    question: str, document: str
) -> None:
    assert understand(question, LAWS).documents == (document,)


@pytest.mark.parametrize("question", ["诉讼法第五十条", "这是什么法", "方法有哪些", "我的办法"])
def test_what_could_mean_several_titles_or_none_names_none(question: str) -> None:
    assert understand(question, LAWS).documents == ()


@pytest.mark.parametrize(
    "question", ["Who won the 92nd Academy Awards?", "music of the 1990s", "20th century"]
)
def test_ordinals_and_decades_are_no_part_numbers(question: str) -> None:
    assert not codes_in(question)


def test_a_part_number_that_begins_like_an_ordinal_is_one() -> None:
    assert "92NDX" in codes_in("price of 92NDX")
