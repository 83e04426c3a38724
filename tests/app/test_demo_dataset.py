"""The demo company's scene becomes training rows, every answer of which its documents prove."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from teaegg.app.demo import read_company, set_up
from teaegg.app.wiring import open_workspace
from teaegg.core.actors import LOCAL_OWNER
from teaegg.core.errors import NotAllowedError
from teaegg.core.settings import EmbeddingModelSettings, Settings
from teaegg.distill.data import editing
from teaegg.distill.data.checking.personal import personal_data
from teaegg.distill.data.general import hidden_orders
from teaegg.distill.rows import read_rows
from teaegg.guard.quotes import verify_quote
from teaegg.models.standin import ScriptedChat, TermEmbedder
from teaegg.retrieval.reading_prompt import not_said
from teaegg.scenes.reading import read_scene

DEMO = Path(__file__).parents[2] / "demo"
LEARNED = ("handbook/staff-handbook.docx", "handbook/onboarding-en.md", "parts/substitutions.csv")
STATUTES = ("劳动法", "劳动合同法", "产品质量法", "会计法", "消防法", "计量法", "公司法")


async def test_the_demo_company_becomes_rows_that_its_documents_prove(tmp_path: Path) -> None:
    company = read_company(DEMO / "company")
    settings = Settings(home=tmp_path / "home", embedding=EmbeddingModelSettings(dimensions=64))
    scene = replace(read_scene(DEMO / "scenes/staff-adviser.yaml"), rows=150)
    async with open_workspace(
        settings, chat=ScriptedChat(), embedder=TermEmbedder(64)
    ) as workspace:
        await set_up(workspace, company)
        for collection in company.collections:
            found = sorted((company.folder / collection.path).glob("*"))
            files = [
                path
                for path in found
                if f"{collection.path}/{path.name}" in LEARNED
                or path.name.startswith(tuple(f"{name}(" for name in STATUTES))
            ]
            if files:
                await workspace.learner.learn(files, collection=collection.name)
        report = await workspace.datasets.make(LOCAL_OWNER, scene)
        assert report.rows == 150
        assert report.exam_rows >= 20
        proved = editing.read_stage(report.folder, "clean")
        for item in proved:
            for proof in item.proofs:
                _, parsed = await workspace.parsed(LOCAL_OWNER, proof.document)
                assert verify_quote(proof.text, parsed.text, proof.start, proof.end)
        member = await workspace.access.actor("zhangwei")
        with pytest.raises(NotAllowedError):
            await workspace.datasets.list(member)
    rows = list(read_rows(report.folder / "rows.jsonl"))
    # Which documents are kept for the exam follows from their ids, and so from where this test runs:
    # the only table with rows to look up may be there.
    kinds = Counter(row.kind for row in (*rows, *read_rows(report.folder / "exam.jsonl")))
    assert len(kinds) >= 11, kinds
    for row in rows:
        prompt = row.turns[-1].content
        if row.answer == not_said("zh") or row.answer == not_said("en"):
            assert row.kind in ("unanswerable", "out_of_scope")
        else:
            assert all(line in prompt for line in row.answer.split("\n")), row
        for order in hidden_orders("zh") + hidden_orders("en"):
            prompt = prompt.replace(order, "")
        assert not personal_data(prompt)
