"""The glossary from the command line."""

from pathlib import Path
from typing import Any


def test_entries_are_added_listed_exported_imported_and_removed(
    company: Any, tmp_path: Path
) -> None:
    company.done("glossary", "add", "价格表", "报价单", "price list", "--note", "sales say so")
    company.done("glossary", "add", "员工手册", "红宝书", "--collection", "handbook")
    listed = company.done("glossary", "list", "--json").data
    assert listed[0] == {
        "name": "价格表",
        "aliases": ["报价单", "price list"],
        "collection": "",
        "note": "sales say so",
    }
    table = tmp_path / "words.csv"
    company.done("glossary", "export", str(table))
    company.done("glossary", "remove", "价格表")
    assert len(company.done("glossary", "list", "--json").data) == 1
    company.done("glossary", "import", str(table))
    assert company.done("glossary", "list", "--json").data[-2:] == [*listed]


def test_a_wrong_table_is_refused_with_its_line(company: Any, tmp_path: Path) -> None:
    table = tmp_path / "words.csv"
    table.write_text("name,aliases\n价格表,\n", encoding="utf-8")
    typed = company("glossary", "import", str(table))
    assert typed.code == 2
    assert "line 2" in typed.err
    assert company("glossary", "import", str(tmp_path / "none.csv")).code == 3
    assert company.done("glossary", "list", "--json").data == []


def test_members_add_nothing(company: Any) -> None:
    assert company("glossary", "add", "甲", "乙", "--as", "lina").code == 4


def doctors_word(company: Any, **environment: str) -> dict[str, str]:
    findings = company("doctor", "--json", **environment).data
    return next(finding for finding in findings if finding["check"] == "glossary")


def test_the_doctor_names_the_line_that_cannot_be_read(company: Any, tmp_path: Path) -> None:
    table = tmp_path / "words.csv"
    table.write_text("name,aliases\n年假,带薪假\n价格表,\n", encoding="gb18030")
    found = doctors_word(company, TEAEGG_SEARCH__GLOSSARY=str(table))
    assert found["level"] == "error"
    assert f"{table}, line 3" in found["what"]
    assert found["remedy"]


def test_the_doctor_names_entries_that_no_document_speaks_of(company: Any) -> None:
    assert doctors_word(company)["what"] == "No entries."
    company.done("glossary", "add", "年假", "带薪假")
    assert doctors_word(company)["level"] == "ok"
    company.done("glossary", "add", "量子纠缠仪", "纠缠机")
    found = doctors_word(company)
    assert found["level"] == "warn"
    assert "1 of 2 entries: 量子纠缠仪." in found["what"]
    # The word is there, but not where the entry counts.
    company.done("glossary", "add", "年假", "休假", "--collection", "prices")
    assert "2 of 3 entries: 量子纠缠仪, 年假." in doctors_word(company)["what"]
