"""Which version is in force: the newer one wins, the older one is named, tomorrow's is said to be so."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from teaegg.app.wiring import open_workspace
from teaegg.app.workspace import Workspace
from teaegg.core.actors import LOCAL_OWNER
from teaegg.core.answers import Answer
from teaegg.core.clock import SystemClock
from teaegg.core.settings import AnswerSettings, EmbeddingModelSettings, Settings
from teaegg.models.standin import ScriptedChat, TermEmbedder
from teaegg.retrieval.events import AnswerReady
from teaegg.retrieval.versions.reading import (
    edition_of,
    family_of,
    repealed_families,
    statement_of,
)
from teaegg.store.documents import DocumentName

FILES = {  # one line per article
    "公司法(2018-10-26).md": "# 中华人民共和国公司法\n\n第一条 为了规范公司的组织，制定本法。\n\n"
    "第二条 有限责任公司的注册资本为在登记机关登记的出资额。\n\n第三条 本法自2006年1月1日起施行。\n",
    "公司法(2023-12-29).md": "# 中华人民共和国公司法\n\n第一条 为了规范公司的组织和行为，制定本法。\n\n"
    "第二条 有限责任公司的注册资本应当自公司成立之日起五年内缴足。\n\n第三条 本法自2024年7月1日起施行。\n",
    "增值税暂行条例(2017-11-19).md": "# 中华人民共和国增值税暂行条例\n\n"
    "第一条 在境内销售货物，为增值税的纳税人。\n\n"
    "第二条 本条例自2009年1月1日起施行。\n",
    "增值税法(2024-12-25).md": "# 中华人民共和国增值税法\n\n第一条 为了规范增值税的征收，制定本法。\n\n"
    "第二条 本法自2026年1月1日起施行。《中华人民共和国增值税暂行条例》同时废止。\n",
    "差旅费管理制度v1.md": "# 差旅费管理制度 V1.0\n\n市内交通每天补助五十元。\n",
    "差旅费管理制度v2.md": "# 差旅费管理制度 V2.0\n\n市内交通每天补助八十元。\n",
    "民法典-继承编.md": "# 中华人民共和国民法典\n\n第一条 继承从被继承人死亡时开始。\n",
    "民法典-附则.md": "# 中华人民共和国民法典\n\n第一条 本法自2021年1月1日起施行。\n",
    "周报 2024-03-01.md": "# 周报 2024-03-01\n\n仓库盘点完成。\n",
    "周报 2024-03-08.md": "# 周报 2024-03-08\n\n仓库盘点复核。\n",
}


class ClockAt(SystemClock):
    def __init__(self, day: date) -> None:
        self._now = datetime(day.year, day.month, day.day, tzinfo=UTC)

    def now(self) -> datetime:
        return self._now


@pytest.fixture
async def today(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Workspace]:
    day = getattr(request, "param", date(2025, 6, 1))
    settings = Settings(
        home=tmp_path / "home",
        embedding=EmbeddingModelSettings(dimensions=64),
        answers=AnswerSettings(abstain_below=0.0),
    )
    folder = tmp_path / "laws"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    opened = open_workspace(
        settings, clock=ClockAt(day), chat=ScriptedChat(), embedder=TermEmbedder(64)
    )
    async with opened as workspace:
        await workspace.learner.learn([folder], collection="laws")
        yield workspace


async def answer_to(workspace: Workspace, question: str) -> Answer:
    events = [event async for event in workspace.ask(LOCAL_OWNER, question)]
    assert isinstance(events[-1], AnswerReady)
    return events[-1].answer


async def first(workspace: Workspace, question: str) -> tuple[str, dict[str, str]]:
    """(text of the first passage, source → status of what is not in force)."""
    found = await workspace.search(LOCAL_OWNER, question, limit=20)
    sources = {d.id: Path(d.source).stem for d in await workspace.documents(LOCAL_OWNER)}
    notes = {sources[document]: note.status for document, note in found.versions.items()}
    return found.evidence[0].passage.text, notes


async def test_the_version_in_force_comes_first_and_the_older_is_named(today: Workspace) -> None:
    text, notes = await first(today, "公司法第二条")
    assert "五年内缴足" in text
    assert notes["公司法(2018-10-26)"] == "older"
    assert "公司法(2023-12-29)" not in notes
    found = await today.search(LOCAL_OWNER, "公司法第二条")
    (note,) = (note for note in found.versions.values() if note.status == "older")
    assert note.day == date(2024, 7, 1)
    assert "2024年7月1日" in note.said_in("zh")
    assert "July 1, 2024" in note.said_in("en")


async def test_an_article_pointed_at_stands_in_every_version_before_anything_else(
    today: Workspace,
) -> None:
    found = await today.search(LOCAL_OWNER, "公司法第二条的内容是什么？")
    texts = [item.passage.text for item in found.evidence]
    assert "五年内缴足" in texts[0]
    assert "登记机关登记的出资额" in texts[1]
    assert len(texts) > 2


async def test_an_answer_quotes_the_article_in_force_first_and_calls_the_other_older(
    today: Workspace,
) -> None:
    answer = await answer_to(today, "公司法第二条的内容是什么？")
    assert "五年内缴足" in answer.sentences[0].text
    older = next(s for s in answer.sentences if "登记机关登记的出资额" in s.text)
    assert answer.versions[older.citations[0].document].status == "older"
    assert "旧版本" in answer.notes[0]


@pytest.mark.parametrize(
    "question", ["2018年的公司法第二条", "公司法（2018）第二条", "旧版公司法第二条"]
)
async def test_the_older_version_is_found_when_it_is_asked_for(
    today: Workspace, question: str
) -> None:
    text, _ = await first(today, question)
    assert "登记机关登记的出资额" in text


async def test_before_its_day_a_new_law_is_not_in_force_and_the_old_one_is(
    today: Workspace,
) -> None:
    _, notes = await first(today, "增值税的纳税人")
    assert notes == {"增值税法(2024-12-25)": "future"}
    found = await today.search(LOCAL_OWNER, "增值税的纳税人")
    assert "2026年1月1日" in next(iter(found.versions.values())).said_in("zh")


@pytest.mark.parametrize("today", [date(2026, 3, 1)], indirect=True)
async def test_from_its_day_a_law_repeals_what_it_says(today: Workspace) -> None:
    _, notes = await first(today, "增值税的纳税人")
    assert notes == {"增值税暂行条例(2017-11-19)": "repealed"}
    found = await today.search(LOCAL_OWNER, "增值税的纳税人")
    assert "增值税法" in next(iter(found.versions.values())).said_in("zh")


async def test_numbered_editions_of_company_rules_are_versions(today: Workspace) -> None:
    text, notes = await first(today, "市内交通每天补助多少")
    assert "八十元" in text
    assert notes == {"差旅费管理制度v1": "older"}


async def test_reports_that_differ_by_date_are_no_versions(today: Workspace) -> None:
    _, notes = await first(today, "仓库盘点")
    assert notes == {}


async def test_parts_of_one_code_are_no_versions(today: Workspace) -> None:
    _, notes = await first(today, "民法典继承从什么时候开始")
    assert not [source for source in notes if source.startswith("民法典")]


async def test_a_newer_version_that_one_may_not_see_is_not_told_of(today: Workspace) -> None:
    old = next(d for d in await today.documents(LOCAL_OWNER) if "2018" in d.source)
    await today.access.add_user(LOCAL_OWNER, "lina")
    await today.access.grant(LOCAL_OWNER, "user", "lina", "document", old.id)
    found = await today.search(await today.access.actor("lina"), "公司法第二条")
    assert found.versions == {}
    assert "登记机关登记的出资额" in found.evidence[0].passage.text


@pytest.mark.parametrize(
    ("title", "family"),
    [
        ("中华人民共和国公司法（2018修正）", "公司法"),
        ("《中华人民共和国公司法》(2018-10-26)", "公司法"),
        ("差旅费管理制度 V2.0", "差旅费管理制度"),
        ("差旅费管理制度（2024年修订版）", "差旅费管理制度"),
        ("差旅费管理制度 第3版", "差旅费管理制度"),
        ("Travel Policy v2", "travelpolicy"),
        ("若干问题的解释（二）", "若干问题的解释(二)"),
        ("2024", ""),
    ],
)
def test_a_title_without_its_edition(title: str, family: str) -> None:
    assert family_of(title) == family


def test_editions_are_read_from_title_then_file() -> None:
    assert edition_of(DocumentName("d", "公司法（2018修正）", "x(2023-01-01).md")).day == date(
        2018, 1, 1
    )
    assert edition_of(DocumentName("d", "公司法", "公司法(2023-12-29).md")).day == date(
        2023, 12, 29
    )
    assert (
        edition_of(DocumentName("d", "手册 V1.10", "x")).number
        > edition_of(DocumentName("d", "手册 V1.9", "x")).number
    )


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("本法自2024年7月1日起施行。", date(2024, 7, 1)),
        ("本制度从二〇二四年三月一日开始执行。", date(2024, 3, 1)),
        ("This policy is effective from 1 March 2024.", date(2024, 3, 1)),
        ("自公布之日起施行。", None),
    ],
)
def test_the_day_in_force_is_read(text: str, day: date | None) -> None:
    assert statement_of([text]).in_force_from == day


def test_repealed_titles_are_read_and_others_are_not() -> None:
    text = "自2026年1月1日起施行。《甲乙丙条例》、《丁戊己办法》同时废止。依照《庚辛法》处理。"
    assert repealed_families(text) == {"甲乙丙条例", "丁戊己办法"}
    assert statement_of(["本办法已废止。"]).is_repealed


@pytest.mark.parametrize("today", [date(2026, 3, 1)], indirect=True)
async def test_an_answer_says_what_it_cites_of_the_past_and_its_record_names_no_other_document(
    today: Workspace,
) -> None:
    answer = await answer_to(today, "2017年增值税暂行条例第一条")
    cited = {citation.document for s in answer.sentences for citation in s.citations}
    assert answer.versions and set(answer.versions) <= cited
    (note,) = answer.versions.values()
    assert (note.status, note.day) == ("repealed", date(2026, 1, 1))
    assert "增值税法" in note.title and "增值税法" in answer.notes[0]
    kept = (await today.trace(LOCAL_OWNER, answer.trace))["versions"]
    assert list(kept.values()) == [{"status": "repealed", "day": "2026-01-01", "title": ""}]
