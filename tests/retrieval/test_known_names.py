"""Names in memory: they find what reading every name would find, and show nobody a hidden one."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from teaegg.core.actors import VisibleSet, scope_of
from teaegg.core.documents import Document
from teaegg.retrieval.understanding.known_names import KnownNames, NameCatalogue
from teaegg.retrieval.understanding.titles import named_documents
from teaegg.store.database import open_database
from teaegg.store.documents import DocumentName, DocumentRecords

EVERYTHING = VisibleSet(everything=True)
# Few characters, so that titles often stand in a question, nearly stand there or share halves.
WORDS = st.text("民事诉讼合同法（）a 《", min_size=1, max_size=9)
TITLES = st.lists(WORDS, max_size=12)


def names_of(titles: list[str], scope: str = "collection:c") -> list[DocumentName]:
    return [DocumentName(f"d{i}", title, f"{i}.txt", scope) for i, title in enumerate(titles)]


@given(TITLES, st.text("民事诉讼合同法（）a 《", max_size=20))
@example(["民事诉讼法"], "民诉法第三条")
@example(["民事诉讼合同法"], "民事讼诉合同法")
@example(["民事诉讼合同法"], "民事诉合讼同法")
@example(["民事诉讼合同法"], "民事诉讼合法")
@example(["民事诉讼合同法", "事民诉讼合同法"], "事诉讼合同法")
def test_what_is_near_holds_every_document_that_a_question_names(
    titles: list[str], question: str
) -> None:
    names = names_of(titles)
    near = KnownNames(names).near(question, visible=EVERYTHING)
    assert named_documents(question, near) == named_documents(question, names)


@given(WORDS.filter(lambda title: len(title) > 4), st.data())
def test_one_slip_anywhere_in_a_title_keeps_it_near(title: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(title) - 1))
    swapped = title[:at] + title[at : at + 2][::-1] + title[at + 2 :]
    wrong = data.draw(
        st.sampled_from(
            [title[:at] + title[at + 1 :], title[:at] + "天" + title[at + 1 :], swapped]
        )
    )
    names = names_of([title])
    near = KnownNames(names).near(f"请问{wrong}吗", visible=EVERYTHING)
    found = named_documents(f"请问{wrong}吗", names)
    assert found == named_documents(f"请问{wrong}吗", near)


def test_only_names_that_may_be_known_come_out_of_memory() -> None:
    hidden = DocumentName("hidden", "差旅制度", "b.txt", scope_of("", "hidden", restricted=True))
    known = KnownNames([DocumentName("open", "差旅制度", "a.txt", "collection:c"), hidden])
    seen = VisibleSet(scopes=frozenset({"collection:c"}))
    granted = VisibleSet(documents=frozenset({"hidden"}))

    def found(visible: VisibleSet) -> list[list[str]]:
        ways = (
            known.near("差旅制度", visible=visible),
            known.of(["open", "hidden"], visible=visible),
            known.family("差旅制度", visible=visible),
        )
        return [[name.document for name in names] for names in ways]

    assert found(seen) == [["open"]] * 3
    assert found(granted) == [["hidden"]] * 3
    assert found(VisibleSet()) == [[]] * 3
    assert found(EVERYTHING) == [["open", "hidden"]] * 3


def document(name: str, title: str) -> Document:
    return Document(
        name, "c", f"{name}.txt", title, "text/plain", "v", "complete", False, 0, 1,
        datetime(2026, 1, 1, tzinfo=UTC),
    )  # fmt: skip


@pytest.fixture
def address(tmp_path: Path) -> str:
    return f"sqlite+aiosqlite:///{tmp_path}/records.db"


async def test_every_change_by_another_program_is_known_at_the_next_question(address: str) -> None:
    database, other = await open_database(address), await open_database(address)
    catalogue, records = NameCatalogue(DocumentRecords(database)), DocumentRecords(other)
    of_collection = VisibleSet(scopes=frozenset({"collection:c"}))

    async def known() -> list[DocumentName]:
        return (await catalogue.current()).of(["a"], visible=of_collection)

    assert await known() == []
    await records.put(document("a", "报销制度"), root="")
    assert await known() == [DocumentName("a", "报销制度", "a.txt", "collection:c")]
    await records.move("a", root="", source="new.txt", mark="")
    assert [name.source for name in await known()] == ["new.txt"]
    await records.set_restricted("a", True)
    assert await known() == []
    await records.set_restricted("a", False)
    await records.put(document("a", "差旅制度"), root="")
    assert [name.title for name in await known()] == ["差旅制度"]
    await records.set_state("a", "v", "quarantined")
    assert await known() == []
    await records.put(document("a", "差旅制度"), root="")
    await records.forget(["a"], at=datetime(2026, 3, 2, tzinfo=UTC))
    assert await known() == []
    await database.close()
    await other.close()


async def test_names_are_not_read_again_while_nothing_changes(address: str) -> None:
    database = await open_database(address)
    records = DocumentRecords(database)
    catalogue = NameCatalogue(records)
    await records.put(document("a", "报销制度"), root="")
    known = await catalogue.current()
    await records.touch("a", mark="later", permissions="")
    await records.set_state("a", "v", "searchable")
    assert await catalogue.current() is known
    await database.close()
