"""Exams sat, listed, compared and reported from the command line."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from tests.app.cli.conftest import CommandLine, TermEmbedder
from tests.app.talking_server import talking_server

from teaegg.app.configuration import load_settings
from teaegg.app.wiring import open_workspace
from teaegg.core.actors import LOCAL_OWNER
from teaegg.core.exams import Exam, ExamItem
from teaegg.models.standin import ScriptedChat

ITEMS = [
    ExamItem(
        id=f"i{number}",
        form="choice",
        questions=(f"第{number}题：年假有几天？",),
        options=("3天", "5天", "9天"),
        right=("B",),
        document=f"d{number}",
    )
    for number in range(40)
]


class PickingCommandLine(CommandLine):
    """The base says B of every choice."""

    def _open(self, settings: Any) -> Any:
        return open_workspace(
            settings, chat=ScriptedChat(picks=(1,)), embedder=TermEmbedder(self.embedder_dimensions)
        )


async def keep(line: CommandLine) -> None:
    async with line._open(load_settings({"TEAEGG_HOME": str(line.home)})) as workspace:
        exam = Exam(name="leave", title="休假", items=tuple(ITEMS))
        await workspace.exams.keep(LOCAL_OWNER, exam)


@pytest.fixture
def home(cli: CommandLine) -> CommandLine:
    """A home with an exam of forty items."""
    line = PickingCommandLine(cli.home)
    asyncio.run(keep(line))
    return line


def test_an_exam_is_sat_and_listed_with_its_interval(home: CommandLine) -> None:
    sat = home.done("exam", "sit", "leave", "--target", "base", "--json")
    assert "base: 40 of 40 items" in sat.err
    assert sat.data["score"]["mean"] == 1 and 0.8 < sat.data["score"]["low"] < 1
    assert sat.data["passed"] and sat.data["answered"] == 40 and sat.data["finished_at"]
    shown = home.done("exam", "sit", "leave", "-t", "base")
    assert "100.0 (95 % between" in shown.out and "reaches the pass mark" in shown.out
    assert "Nobody has signed the items" in shown.err
    listed = home.done("exam", "sittings", "leave").out
    assert sat.data["sitting"][:12] in listed and "40 of 40" in listed


def test_unsigned_items_are_counted_apart(home: CommandLine) -> None:
    home.done("exam", "sign", "leave", *[part for n in range(30) for part in ("--item", f"i{n}")])
    sat = home.done("exam", "sit", "leave", "-t", "base", "--json").data
    assert sat["score"]["items"] == 30
    assert {how: mean["items"] for how, mean in sat["apart"].items()} == {
        "signed": 30,
        "unsigned": 10,
    }
    assert "apart, 10 unsigned items" in home.done("exam", "sit", "leave", "-t", "base").out


def test_an_endpoint_sits_with_its_key_tokens_and_price(home: CommandLine) -> None:
    with talking_server(lambda question: "答案是 C。") as talk:
        command = ["exam", "sit", "leave", "-t", f"{talk.address}#general", "--price", "2,8"]
        sat = home.done(*command, "--key", "GENERAL_KEY", "--json", GENERAL_KEY="k").data
        missing = home(*command, "--key", "NO_SUCH_KEY", "--again")
    assert sat["score"]["mean"] == 0 and sat["tokens"] == 110
    assert sat["price"] == pytest.approx(280 / 1_000_000)
    assert missing.code == 8 and "NO_SUCH_KEY" in missing.err


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("sit", "leave", "-t", "nobody"), 2, "names nobody"),
        (("sit", "unknown", "-t", "base"), 3, "no exam"),
        (("sit", "leave", "-t", "expert:tax"), 3, "tax"),
        (("sit", "leave", "-t", "base+5"), 2, "no items are named"),
        (("sit", "leave", "-t", "http://127.0.0.1:1/v1#m", "--price", "2"), 2, "two prices"),
    ],
)
def test_what_cannot_be_sat_says_why(
    home: CommandLine, words: tuple[str, ...], code: int, said: str
) -> None:
    typed = home("exam", *words)
    assert typed.code == code and said in typed.err


def test_two_sittings_are_compared_with_a_verdict_for_each_area(home: CommandLine) -> None:
    home.done("exam", "sit", "leave", "-t", "base")
    with talking_server(lambda question: "C") as talk:
        general = f"{talk.address}#general"
        home.done("exam", "sit", "leave", "-t", general)
    (against,) = home.done("exam", "compare", "leave", "base", general, "--json").data
    assert against["baseline"] == general
    exam = next(one for one in against["findings"] if one["subject"] == "exam")
    assert (exam["outcome"], exam["candidate"], exam["baseline"]) == ("better", 1.0, 0.0)
    assert exam["p_better"] < 0.001 and exam["items"] == 40
    shown = home.done("exam", "compare", "leave", general, "base")
    assert "worse" in shown.out and "−100.0" in shown.out
    unknown = home("exam", "compare", "leave", "base", "pipeline")
    assert unknown.code == 3 and "has not sat" in unknown.err


def test_too_few_items_are_said_to_be_too_few(home: CommandLine) -> None:
    for target in ("base", "base+search"):
        home.done("exam", "sit", "leave", "-t", target, "--limit", "12")
    (against,) = home.done("exam", "compare", "leave", "base", "base+search", "--json").data
    assert {one["outcome"] for one in against["findings"]} == {"too few"}
    assert all(one["more"] > 0 for one in against["findings"])


def test_what_was_said_is_scored_again_item_by_item(home: CommandLine) -> None:
    with talking_server(lambda question: "B" if "第7题" in question else "C") as talk:
        general = f"{talk.address}#general"
        home.done("exam", "sit", "leave", "-t", general)
    scored = home.done("exam", "score", "leave", general, "--json").data
    assert len(scored) == 40 and sum(one["score"] for one in scored) == 1
    assert next(one for one in scored if one["score"])["id"] == "i7"
    wrong = home.done("exam", "score", "leave", general, "--below", "1", "--json").data
    assert len(wrong) == 39
    assert "i7" in home.done("exam", "score", "leave", general).out


@pytest.mark.parametrize(("language", "word"), [("zh", "休假"), ("en", "95 %")])
def test_a_report_is_written_as_a_page_and_as_text(
    home: CommandLine, tmp_path: Path, language: str, word: str
) -> None:
    home.done("exam", "sit", "leave", "-t", "base")
    with talking_server(lambda question: "C") as talk:
        home.done("exam", "sit", "leave", "-t", f"{talk.address}#general")
    out = tmp_path / "reports"
    written = home.done(
        "exam", "report", "leave", "-o", str(out), "--language", language, "--json"
    ).data
    assert [Path(path).suffix for path in written["files"]] == [".html", ".md"]
    for path in written["files"]:
        text = Path(path).read_text("utf-8")
        assert "base" in text and "#general" in text
    assert word in Path(written["files"][1]).read_text("utf-8")


def test_a_report_of_an_exam_that_nobody_sat_says_so(home: CommandLine, tmp_path: Path) -> None:
    typed = home("exam", "report", "leave", "-o", str(tmp_path))
    assert typed.code == 2 and "Nobody has sat" in typed.err
