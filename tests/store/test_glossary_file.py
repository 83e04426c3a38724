from pathlib import Path

import pytest

from teaegg.core.actors import VisibleSet
from teaegg.core.errors import ConflictError, InvalidRequestError, NotFoundError
from teaegg.store.glossary import GlossaryEntry, GlossaryFile, glossary_text, parse_glossary

CIVIL_CODE = GlossaryEntry("中华人民共和国民法典", ("民法典", "Civil Code"), "", "law")
SECRET = GlossaryEntry("QH-200 水泵", ("小茶壶",), "research")


@pytest.fixture
def file(tmp_path: Path) -> GlossaryFile:
    return GlossaryFile(tmp_path / "glossary.csv")


def test_without_a_file_there_are_no_entries(file: GlossaryFile) -> None:
    assert file.entries() == ()


def test_entries_come_back_as_they_were_added_and_go_when_removed(file: GlossaryFile) -> None:
    file.add(CIVIL_CODE)
    file.add(SECRET)
    assert GlossaryFile(file.path).entries() == (CIVIL_CODE, SECRET)
    file.remove("中华人民共和国民法典")
    assert file.entries() == (SECRET,)
    assert [path.name for path in file.path.parent.iterdir()] == ["glossary.csv"]


def test_a_name_stands_once_in_a_collection(file: GlossaryFile) -> None:
    file.add(CIVIL_CODE)
    with pytest.raises(ConflictError, match="teaegg glossary remove"):
        file.add(CIVIL_CODE)
    with pytest.raises(NotFoundError):
        file.remove("QH-200 水泵")
    with pytest.raises(NotFoundError):
        file.remove("中华人民共和国民法典", "research")


def test_a_changed_file_is_read_again(file: GlossaryFile) -> None:
    file.add(CIVIL_CODE)
    assert len(file.entries()) == 1
    file.path.write_text(glossary_text([CIVIL_CODE, SECRET]), encoding="utf-8")
    assert file.entries() == (CIVIL_CODE, SECRET)
    file.path.unlink()
    assert file.entries() == ()


def test_of_the_same_name_the_imported_entry_stays(file: GlossaryFile) -> None:
    file.add(CIVIL_CODE)
    newer = GlossaryEntry(CIVIL_CODE.name, ("民典",))
    assert file.merge([newer, SECRET]) == 2
    assert file.entries() == (newer, SECRET)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_what_spreadsheet_programs_write_is_read(encoding: str) -> None:
    table = "name,aliases,collection,note\r\n# 备注\r\n\r\n民法典,民典；Civil Code、CC,,法\r\n"
    assert parse_glossary(table.encode(encoding), "x") == (
        GlossaryEntry("民法典", ("民典", "Civil Code", "CC"), "", "法"),
    )


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        ("a,b\n,c\n", "line 2 .*a name and at least one alias"),
        ("a,b\nc,c\n", "line 2 .*at least one alias"),
        ("a,b\n\na,d\n", "line 3 .*twice"),
        ("a,b,c,d,e\n", "line 1 .*5 columns"),
        ("a,b\nc," + "x" * 81, "line 2 .*80 characters"),
        ('a,b\n"c,d\n', "line 2 "),
        (b"\xff\xfe\xff", "neither UTF-8 nor GB18030"),
    ],
)
def test_what_cannot_be_understood_names_its_line(table: str | bytes, problem: str) -> None:
    data = table if isinstance(table, bytes) else table.encode()
    with pytest.raises(InvalidRequestError, match=problem):
        parse_glossary(data, "glossary.csv")


def test_an_entry_of_a_collection_is_known_to_its_readers_only() -> None:
    readers = VisibleSet(scopes=frozenset({"collection:research"}))
    others = VisibleSet(scopes=frozenset({"collection:shop"}), documents=frozenset({"d1"}))
    assert SECRET.is_visible(readers)
    assert not SECRET.is_visible(others)
    assert not SECRET.is_visible(VisibleSet())
    assert SECRET.is_visible(VisibleSet(everything=True))
    assert CIVIL_CODE.is_visible(others)
