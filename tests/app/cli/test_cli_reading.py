"""Search, ask, trace, documents and why: shapes for programs, and the same silence about what is
not yours as about what is not there."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw

QUESTION = "年假有几天？"
SECRET = "QH-200-1.5的成本价是多少？"
PRICE = re.compile(r"(?<![0-9a-f])968(?![0-9a-f])")
"""The price itself, not three digits of an id that chance has made."""


def test_an_answer_as_json_has_the_promised_shape(company: Any) -> None:
    answer = company.done("ask", QUESTION, "--as", "lina", "--json").data
    assert {"verdict", "answer", "sentences", "trace", "timings"} <= set(answer)
    assert answer["verdict"] == "answered"
    citation = answer["sentences"][0]["citations"][0]
    assert {"document", "title", "location", "quote", "start", "end"} <= set(citation)
    assert "年假5天" in citation["quote"]


def test_a_citation_is_what_stands_in_the_passage(company: Any) -> None:
    answer = company.done("ask", QUESTION, "--json").data
    citation = answer["sentences"][0]["citations"][0]
    shown = company.done("show", citation["document"], "--passages", "--json").data
    assert any(citation["quote"] in passage["text"] for passage in shown["contents"])
    assert [passage["number"] for passage in shown["contents"]][:2] == [1, 2]
    assert all(passage["vector"] for passage in shown["contents"])
    told = company.done("show", citation["document"], "--passages").out
    first = shown["contents"][0]
    assert (
        f"#1  {first['location']['path'][-1]}  characters {first['start']}–{first['end']}" in told
    )


def test_people_see_sentences_numbered_sources_and_the_trace(company: Any) -> None:
    typed = company.done("ask", QUESTION, "--as", "lina")
    assert "年假5天。[1]" in typed.out
    assert "来源\n[1] 员工手册  年假\n" in typed.out
    assert "answered" in typed.err and "teaegg trace t" in typed.err


def test_no_answer_says_so_and_shows_the_nearest(company: Any) -> None:
    sure = {"TEAEGG_ANSWERS__ABSTAIN_BELOW": "1"}
    answer = company.done("ask", "公司的上市计划是什么？", "--as", "lina", "--json", **sure).data
    assert answer["verdict"] == "abstained"
    assert answer["sentences"] == []
    assert answer["nearest"][0]["title"] == "员工手册"
    shown = company.done("ask", "公司的上市计划是什么？", "--as", "lina", **sure).out
    assert shown.startswith("您可以查阅的资料中没有说明。\n\n最接近的内容\n[1] 员工手册")


def test_what_may_not_be_read_is_neither_found_nor_answered(company: Any) -> None:
    assert PRICE.search(company.done("ask", SECRET, "--as", "wang").out)
    for command in ("ask", "search"):
        typed = company.done(command, SECRET, "--as", "lina", "--json")
        assert not PRICE.search(typed.out)
        assert "价格表" not in typed.out


def hidden_and_absent(company: Any, *words: str) -> list[tuple[int, str, str]]:
    """What a command about the hidden document and about none at all gives, their names aside."""
    hidden = next(
        d["document"] for d in company.done("documents", "--json").data if d["title"] == "价格表"
    )
    absent = "d0123456789abcdef"
    results = []
    for document in (hidden, absent):
        typed = company(*(word.replace("DOCUMENT", document) for word in words), "--as", "lina")
        told = (typed.out.replace(document, "…"), typed.err.replace(document, "…"))
        results.append((typed.code, *told))
    return results


@pytest.mark.parametrize(
    "words",
    [
        ("show", "DOCUMENT"),
        ("show", "DOCUMENT", "--passages", "--json"),
        ("forget", "DOCUMENT", "--yes"),
        ("why", "lina", "DOCUMENT"),
        ("grant", "group:staff", "document:DOCUMENT"),
        ("revoke", "group:staff", "document:DOCUMENT"),
    ],
)
def test_not_yours_looks_like_not_there(company: Any, words: tuple[str, ...]) -> None:
    hidden, absent = hidden_and_absent(company, *words)
    assert hidden == absent
    assert hidden[0] == 3


@pytest.mark.parametrize("name", ["价格表", "prices.md"])
def test_a_hidden_title_or_path_is_not_there_either(company: Any, name: str) -> None:
    assert company("show", name, "--as", "lina").code == 3
    assert company("show", name, "--as", "wang").code == 0


def test_collections_and_counts_tell_only_of_what_is_readable(company: Any) -> None:
    assert company.done("collection", "list", "--as", "lina", "--json").data == ["handbook"]
    assert len(company.done("documents", "--as", "lina", "--json").data) == 1
    assert company("documents", "-c", "prices", "--as", "lina", "--json").data == []


def test_why_gives_the_verdict_and_its_reasons_in_both_languages(company: Any) -> None:
    allowed = company.done("why", "wang", "价格表", "--json").data
    assert allowed["verdict"] == "allowed"
    assert any(
        "finance" in reason["en"] and "finance" in reason["zh"] for reason in allowed["reasons"]
    )
    denied = company.done("why", "lina", "prices.md")
    assert "denied" in denied.out


def test_a_trace_is_shown_to_its_asker_and_to_owners_only(company: Any) -> None:
    trace = company.done("ask", QUESTION, "--as", "lina", "--json").data["trace"]
    record = company.done("trace", trace, "--json").data
    assert record["question"] == QUESTION
    assert record["user"] == "lina"
    assert company.done("trace", trace, "--as", "lina", "--json").data == record
    others = company("trace", trace, "--as", "wang")
    nobodys = company("trace", "t0000", "--as", "wang")
    assert others.code == nobodys.code == 3
    assert others.err.replace(trace, "…") == nobodys.err.replace("t0000", "…")
    for word in (QUESTION, "Evidence", "scripted", "Milliseconds"):
        assert word in company.done("trace", trace).out


def test_a_question_can_be_followed_up(company: Any) -> None:
    first = company.done("ask", QUESTION, "--as", "lina", "--json").data
    second = company.done("ask", "那病假呢？", "--as", "lina", "--continue", "--json").data
    assert second["conversation"] == first["conversation"]
    understood = company.done("trace", second["trace"], "--json").data["understood"]
    assert understood == "病假有几天？"
    fresh = company.done("ask", "那病假呢？", "--as", "lina", "--json").data
    assert fresh["conversation"] != first["conversation"]
    stolen = company("ask", "那病假呢？", "--as", "wang", "--conversation", first["conversation"])
    assert stolen.code == 3


def test_two_ways_to_name_the_conversation_exclude_each_other(company: Any) -> None:
    assert company("ask", QUESTION, "--continue", "--conversation", "c1").code == 2


@pytest.mark.parametrize("command", [("ask", QUESTION), ("search", QUESTION), ("documents",)])
def test_an_unknown_or_closed_account_cannot_act(company: Any, command: tuple[str, ...]) -> None:
    company.done("user", "deactivate", "lina")
    for name in ("nobody", "lina"):
        typed = company(*command, "--as", name, "--json")
        assert (typed.code, typed.out) == (3, "")
        assert name in typed.err


def test_a_question_keeps_to_the_named_collection(company: Any) -> None:
    found = company.done("search", QUESTION, "-c", "prices", "--json").data["results"]
    assert {item["collection"] for item in found} <= {"prices"}


def test_an_empty_question_is_refused_with_a_remedy(company: Any) -> None:
    typed = company("ask", "   ", "--json")
    assert typed.code == 2
    assert "What to do:" in typed.err


def test_forgetting_asks_back_and_takes_the_document_out(company: Any) -> None:
    assert company("forget", "价格表", typed="n\n").code == 1
    assert PRICE.search(company.done("search", SECRET, "--json").out)
    company.done("forget", "价格表", "--yes")
    assert json.loads(company.done("documents", "-c", "prices", "--json").out) == []
    assert not PRICE.search(company.done("search", SECRET, "--json").out)


def test_show_says_of_a_passages_page_that_ocr_was_unsure_of_it(
    company: Any, tmp_path: Path
) -> None:
    scan = tmp_path / "faint-scan.png"
    image = Image.new("RGB", (900, 300), "white")
    ImageDraw.Draw(image).text((60, 100), "Annual leave: 12 days", fill="black", font_size=60)
    image.resize((70, 23)).resize((900, 300)).save(scan)
    company.done("learn", str(scan), "--collection", "handbook")
    out = company.done("show", "faint-scan", "--passages").out
    (head,) = (line for line in out.splitlines() if line.startswith("#1 "))
    assert re.search(r"OCR is [5-8]\d% sure", " ".join(out.split()))
    assert "hard to read" in head
    assert "OCR is" not in company.done("show", "handbook.md", "--passages").out
