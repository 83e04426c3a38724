"""The example report: an exam on the demo company's own documents, sat by the bundled base in two ways:
without passages, and reading those of the item.

Most items are made without a model: a number is taken out of a sentence of a statute, and three other
numbers of the same unit stand beside it. The others are the questions that come with the company, with
their proof, and questions that its documents do not answer. Nobody has reviewed them, which the report
says. What was said is kept in the home: the same command goes on where it was cut off.

usage: python -m bench.exam_report [--home FOLDER] [--out docs/examples]
"""

from __future__ import annotations

import asyncio
import random
import re
import sys
import tomllib
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from typing import Any

from bench.data import ROOT
from bench.harness import workspace_in
from bench.measuring import arguments, home_folder
from teaegg.app.demo import read_company, set_up
from teaegg.app.exams.examinees import Wish
from teaegg.app.workspace import Workspace
from teaegg.core.actors import LOCAL_OWNER
from teaegg.core.documents import Document, Passage
from teaegg.core.exams import LETTERS, Exam, ExamItem, ItemPassage
from teaegg.evals.report.base import ExamReport
from teaegg.evals.report.page import html
from teaegg.evals.report.tables import markdown

NAME = "qinghe-example"
STATUTES = "法律法规"
GAP = "____"
OF_A_STATUTE = 2
NUMBERS = ("三", "五", "七", "十", "十五", "三十", "六十")
_NUMBER = re.compile(
    r"[一二三四五六七八九十百]+(?=(个工作日|个月|小时|万元|周岁|日|天|年|倍)(?!以后|龄|度))"
)
_SENTENCE = re.compile(r"[^。\n]{16,90}。")
UNANSWERED = (
    "公司食堂今天中午有什么菜？",
    "董事长上个月去了哪几个城市出差？",
    "QH-200 泵在火星上能不能用？",
    "公司明年打算在哪里建新厂？",
    "隔壁公司给员工的年终奖是多少？",
    "Which football team does the warranty clerk support?",
)
WAYS = (
    Wish("base", passages=False, max_tokens=64),
    Wish("base", max_tokens=64),
)
BASELINE = "base (plain-zh template, without passages)"


async def main() -> None:
    parser = arguments(__doc__ or "")
    parser.add_argument("--out", type=Path, default=ROOT / "docs/examples", help="where to")
    options = parser.parse_args()
    with home_folder(options.home) as home:
        async with workspace_in(home) as workspace:
            await learn_company(workspace)
            items = [item async for item in exam_items(workspace)]
            exam = Exam(
                name=NAME,
                title="青禾精密机械：示例考试 · Qinghe, an example exam",
                items=tuple(items),
            )
            await workspace.exams.keep(LOCAL_OWNER, exam)
            for wish in WAYS:
                await workspace.examining.sit(LOCAL_OWNER, NAME, wish, tell=tell)
            report = await workspace.examining.report(LOCAL_OWNER, NAME, baseline=BASELINE)
    write(report, options.out)


async def learn_company(workspace: Workspace) -> None:
    """Its documents, found by full text alone: their vectors would take longer than the exam."""
    company = read_company(ROOT / "demo/company")
    await set_up(workspace, company)
    for collection in company.collections:
        await workspace.learner.learn(
            [company.folder / collection.path], collection=collection.name
        )


def write(report: ExamReport, folder: Path) -> None:
    """The page in one language and the tables in the other: both would be twice the size."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "exam-report-zh.html").write_text(html(report, "zh"), "utf-8")
    (folder / "exam-report-en.md").write_text(markdown(report, "en"), "utf-8")


async def exam_items(workspace: Workspace) -> AsyncIterator[ExamItem]:
    """In the same order every time, with the same options."""
    found = sorted(await workspace.documents(LOCAL_OWNER), key=lambda document: document.source)
    passages = {each.id: await workspace.passages(LOCAL_OWNER, each.id) for each in found}
    for item in choices([each for each in found if each.collection == STATUTES], passages):
        yield item
    told = tomllib.loads((ROOT / "demo/company/company.toml").read_text(encoding="utf-8"))
    for question in told["question"]:
        if item := known(question, found, passages):
            yield item
    for number, text in enumerate(UNANSWERED, start=1):
        yield ExamItem(id=f"unanswered-{number}", form="refusal", questions=(text,), source="bench")


def choices(
    documents: Sequence[Document], passages: dict[str, list[Passage]]
) -> Iterator[ExamItem]:
    """At most two of each statute that has sentences with one number in them."""
    random_source = random.Random(1)
    for number, document in enumerate(documents, start=1):
        gaps = [
            (passage, sentence, match)
            for passage in passages[document.id]
            for sentence in _SENTENCE.findall(passage.text)
            for match in [_NUMBER.search(sentence)]
            if match and len(_NUMBER.findall(sentence)) == 1
        ]
        chosen = random_source.sample(gaps, min(OF_A_STATUTE, len(gaps)))
        for place, (passage, sentence, match) in enumerate(chosen, start=1):
            options = shuffled(match.group(), random_source)
            gapped = f"{sentence[: match.start()].strip()}{GAP}{sentence[match.end() :]}"
            yield ExamItem(
                id=f"statute-{number}-{place}",
                form="choice",
                questions=(f"《{document.title}》：{gapped} 空格里应当填什么？",),
                options=tuple(f"{value}{match.group(1)}" for value in options),
                right=(LETTERS[options.index(match.group())],),
                passages=(shown(passage, document),),
                document=document.id,
                kind="cloze",
                source=document.title,
            )


def shuffled(right: str, random_source: random.Random) -> list[str]:
    """The right number among three others."""
    options = [right, *random_source.sample([value for value in NUMBERS if value != right], 3)]
    random_source.shuffle(options)
    return options


def known(
    question: dict[str, Any], documents: Sequence[Document], passages: dict[str, list[Passage]]
) -> ExamItem | None:
    """A question of the company with its proof; None where it has several, or asks who may read."""
    asked = (question["text"],)
    if question["kind"] == "unanswerable":
        return ExamItem(id=question["id"], form="refusal", questions=asked, source="demo/company")
    if len(question["expect"]) != 1:
        return None
    name, right = Path(question["document"]).name, question["expect"][0]
    document = next(each for each in documents if each.source.endswith(name))
    proof = next((p for p in passages[document.id] if right in p.text), None)
    if proof is None:
        return None
    return ExamItem(
        id=question["id"],
        form="grounded",
        questions=asked,
        right=(right,),
        passages=(shown(proof, document),),
        document=document.id,
        kind=question["kind"],
        source=document.title,
    )


def shown(passage: Passage, document: Document) -> ItemPassage:
    place = " · ".join((document.title, *passage.location.path))
    return ItemPassage(text=passage.text, place=place, document=document.id, passage=passage.id)


def tell(done: int, total: int) -> None:
    if done == total or done % 10 == 0:
        print(f"{done} of {total}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    asyncio.run(main())
