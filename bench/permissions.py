"""Generated (user, grants, question) cases: does anything outside the visible set come out?

Random companies with users, groups, collections, restricted documents and grants go through the
real records, index and answerer. What may be seen is worked out again here, from the grants alone,
by a reference that shares no code with `access`. Every document holds a secret word of its own; a
case fails when a search, a count, a title, a frequency, a quote or a nearest passage gives one away.

usage: python -m bench.permissions [--limit CASES]
"""

from __future__ import annotations

import asyncio
import random
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.measuring import Progress, arguments, report
from teaegg.app.wiring import open_workspace
from teaegg.app.workspace import Workspace
from teaegg.core.actors import EVERYONE, LOCAL_OWNER, Actor
from teaegg.core.settings import AnswerSettings, EmbeddingModelSettings, Settings
from teaegg.models.standin import ScriptedChat, TermEmbedder
from teaegg.retrieval.events import AnswerReady, EvidenceFound

CASES = 10_000
CASES_PER_COMPANY = 250
TOPICS = ("试用期", "年假", "报销", "价格", "保密", "warranty", "travel", "螺钉")


@dataclass
class Company:
    """What was set up, as the reference sees it: names and grants, nothing of the product."""

    groups: dict[str, set[str]] = field(default_factory=dict)
    users: list[str] = field(default_factory=list)
    documents: dict[str, tuple[str, bool]] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    grants: set[tuple[str, str, str, str]] = field(default_factory=set)

    def may_read(self, user: str, document: str) -> bool:
        """By the grants alone: a collection opens its ordinary documents, a document itself."""
        collection, restricted = self.documents[document]
        names = {("user", user), ("group", EVERYONE)}
        names |= {("group", group) for group, members in self.groups.items() if user in members}
        return any(
            (kind, name, "document", document) in self.grants
            or (not restricted and (kind, name, "collection", collection) in self.grants)
            for kind, name in names
        )


async def found_company(workspace: Workspace, folder: Path, dice: random.Random) -> Company:
    """Set up a random company: 4 groups, 6 users, 4 collections, 24 documents, some 20 grants."""
    company, access = Company(), workspace.access
    for number in range(4):
        await access.add_group(LOCAL_OWNER, f"group{number}")
        company.groups[f"group{number}"] = set()
    for number in range(6):
        name = f"user{number}"
        joined = dice.sample(sorted(company.groups), dice.randint(0, 2))
        await access.add_user(LOCAL_OWNER, name, groups=joined)
        company.users.append(name)
        for group in joined:
            company.groups[group].add(name)
    collections = [f"collection{number}" for number in range(4)]
    for number, collection in enumerate(collections):
        await access.create_collection(LOCAL_OWNER, collection)
        for restricted in (False, True):
            place = folder / f"{number}-{restricted}"
            await _write(workspace, company, place, collection, restricted, dice)
    for _ in range(20):
        await _grant(workspace, company, collections, dice)
    await workspace.vectors.fill()
    return company


async def _write(
    workspace: Workspace,
    company: Company,
    place: Path,
    collection: str,
    restricted: bool,
    dice: random.Random,
) -> None:
    place.mkdir(parents=True)  # noqa: ASYNC240 - a measurement waits for nobody
    for number in range(3):
        secret = f"秘密{dice.getrandbits(48):012x}"
        topics = "，".join(dice.sample(TOPICS, 3))
        text = f"关于{topics}的规定：口令是{secret}。{topics}由部门经理决定。"
        (place / f"{number}-{secret}.txt").write_text(text, encoding="utf-8")
    outcomes = await workspace.learner.learn([place], collection=collection, restricted=restricted)
    for outcome in outcomes:
        company.documents[outcome.document] = (collection, restricted)
        company.secrets[outcome.document] = Path(outcome.source).stem.partition("-")[2]


async def _grant(
    workspace: Workspace, company: Company, collections: list[str], dice: random.Random
) -> None:
    kind = dice.choice(("user", "group"))
    who = dice.choice(company.users if kind == "user" else [*company.groups, EVERYONE])
    target_kind = dice.choice(("collection", "document", "document"))
    targets = collections if target_kind == "collection" else sorted(company.documents)
    target = dice.choice(targets)
    await workspace.access.grant(LOCAL_OWNER, kind, who, target_kind, target)
    company.grants.add((kind, who, target_kind, target))


async def leaks(workspace: Workspace, company: Company, actor: Actor, question: str) -> list[str]:
    """What came out that the actor may not read; [] when all is well."""
    seen: set[str] = set()
    texts: list[str] = []
    result = await workspace.search(actor, question, limit=20)
    seen |= {item.passage.document for item in result.evidence}
    texts += [item.passage.text for item in result.evidence]
    async for event in workspace.ask(actor, question):
        if isinstance(event, EvidenceFound):
            seen |= {item.passage.document for item in event.evidence}
        elif isinstance(event, AnswerReady):
            cited = [c for s in event.answer.sentences for c in s.citations]
            seen |= {citation.document for citation in (*cited, *event.answer.nearest)}
            texts += [event.answer.text, *(c.quote + c.title for c in event.answer.nearest)]
    listed = await workspace.documents(actor)
    seen |= {document.id for document in listed}
    allowed = {document for document in company.documents if company.may_read(actor.name, document)}
    problems = [f"{actor.name} saw {document}" for document in seen - allowed]
    if len(listed) != len(allowed):
        problems.append(
            f"{actor.name} was told of {len(listed)} documents, {len(allowed)} are theirs"
        )
    hidden = {secret for name, secret in company.secrets.items() if name not in allowed}
    joined = "\n".join(texts)
    return problems + [f"{actor.name} read {secret}" for secret in hidden if secret in joined]


async def run(cases: int, seed: int) -> dict[str, Any]:
    """Counts of cases, of companies, of answers given, and everything that leaked."""
    dice = random.Random(seed)
    done = companies = 0
    problems: list[str] = []
    progress = Progress(cases, "cases")
    while done < cases:
        companies += 1
        with tempfile.TemporaryDirectory(prefix="teaegg-permissions-") as name:
            folder = Path(name)
            settings = Settings(
                home=folder / "home",
                embedding=EmbeddingModelSettings(dimensions=64),
                answers=AnswerSettings(abstain_below=0.0),
            )
            async with open_workspace(
                settings, chat=ScriptedChat(), embedder=TermEmbedder(64)
            ) as workspace:
                company = await found_company(workspace, folder / "files", dice)
                for _ in range(min(CASES_PER_COMPANY, cases - done)):
                    actor = await workspace.access.actor(dice.choice(company.users))
                    question = _question(company, dice)
                    problems += await leaks(workspace, company, actor, question)
                    done += 1
                    progress.step()
                    if dice.random() < 0.05:
                        await _regrant(workspace, company, dice)
    return {"cases": done, "companies": companies, "seed": seed, "leaks": len(problems),
            "examples": problems[:5]}  # fmt: skip


def _question(company: Company, dice: random.Random) -> str:
    """About a topic, or straight for a secret, whosever it is."""
    topic = dice.choice(TOPICS)
    if dice.random() < 0.5:
        return f"{topic}的口令是什么？"
    return f"{dice.choice(sorted(company.secrets.values()))} {topic}"


async def _regrant(workspace: Workspace, company: Company, dice: random.Random) -> None:
    """Take a grant back: it must hold from the next question on."""
    if company.grants:
        gone = dice.choice(sorted(company.grants))
        company.grants.remove(gone)
        kind, who, target_kind, target = gone
        await workspace.access.revoke(LOCAL_OWNER, kind, who, target_kind, target)  # type: ignore[arg-type]


async def main() -> None:
    options = arguments(__doc__ or "").parse_args()
    report("permissions", await run(options.limit or CASES, seed=20261121))


if __name__ == "__main__":
    asyncio.run(main())
