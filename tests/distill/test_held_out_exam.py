"""The exam of a new expert as a record: people see the question, and a document takes its items with it."""

from teaegg.core.scenes import Scene
from teaegg.distill.examined import held_out_exam, responses
from teaegg.distill.rows import Row, RowKind, Turn
from teaegg.models.base import Message
from teaegg.retrieval.reading_prompt import ShownPassage, not_said, reading_messages

SCENE = Scene("leave", "休假专家", "员工", "假期", ("handbook",))
LONG = ShownPassage("满一年的，年假5天。\n\n满十年的，年假10天。", "员工手册 第3条")
OTHER = ShownPassage("报销限额600元。", "报销办法")


def make_row(
    name: str,
    question: str,
    answer: str,
    documents: tuple[str, ...],
    *,
    kind: RowKind = "lookup",
    earlier: tuple[Message, ...] = (),
) -> Row:
    messages = reading_messages(
        question, (OTHER, LONG), language="zh", instructions="用原话回答。", earlier=earlier
    )
    turns = tuple(map(Turn.of, messages))
    return Row(id=name, kind=kind, turns=turns, answer=answer, documents=documents)


def test_a_row_becomes_an_item_that_a_person_can_review() -> None:
    (item,) = held_out_exam(SCENE, [make_row("1", "年假几天？", "年假5天", ("d2", "d1"))]).items
    assert (item.form, item.area, item.questions, item.right) == (
        "short", "exam", ("年假几天？",), ("年假5天",),
    )  # fmt: skip
    assert [(p.place, p.text, p.document, p.gold) for p in item.passages] == [
        ("报销办法", OTHER.text, "d2", False),
        ("员工手册 第3条", LONG.text, "d1", True),
    ]
    assert item.document == "d1"


def test_what_the_documents_do_not_say_is_to_be_declined_and_still_the_scenes_own_question() -> (
    None
):
    exam = held_out_exam(
        SCENE,
        [
            make_row("1", "产假几天？", not_said("zh"), ("d2", "d1", "d3"), kind="unanswerable"),
            make_row("2", "唱首歌？", not_said("zh"), ("d2", "d1"), kind="out_of_scope"),
        ],
    )
    assert [(item.form, item.area, item.right) for item in exam.items] == [
        ("refusal", "exam", ()),
        ("out_of_scope", "exam", ()),
    ]
    assert exam.items[0].document == "d3"


def test_a_question_that_leans_on_the_one_before_shows_it() -> None:
    earlier = (Message("user", "年假几天？"), Message("assistant", "5天"))
    row = make_row("1", "满十年呢？", "10天", ("d2", "d1"), kind="follow_up", earlier=earlier)
    assert held_out_exam(SCENE, [row]).items[0].questions == ("年假几天？\n5天\n满十年呢？",)


def test_every_document_of_a_row_is_named() -> None:
    for documents in (("d1",), ("d1", "d2"), ("d1", "d2", "d3", "d4")):
        (item,) = held_out_exam(SCENE, [make_row("1", "几天？", "年假5天", documents)]).items
        assert {passage.document for passage in item.passages} == set(documents)


def test_what_was_said_belongs_to_its_item_and_equal_rows_make_an_equal_exam() -> None:
    rows = [make_row(name, f"第{name}问？", "年假5天", ("d2", "d1")) for name in "12"]
    exam = held_out_exam(SCENE, rows)
    assert exam.hash == held_out_exam(SCENE, list(rows)).hash
    said = responses(exam, rows, {"2": "五天", "1": "年假5天"})
    assert [(each.item, each.text) for each in said] == [
        (exam.items[0].hash, "年假5天"),
        (exam.items[1].hash, "五天"),
    ]


def test_a_long_name_still_names_an_exam() -> None:
    scene = Scene("a" * 52 + "-" + "b" * 10, "t", "a", "p", ("c",))
    exam = held_out_exam(scene, [make_row("1", "几天？", "年假5天", ("d1",))])
    assert exam.name == "a" * 52 + "-documents"
