"""The exam of a new expert is kept with what it and its base said, and the gate reads it."""

from pathlib import Path

import pytest
from tests.app.test_distilling import SCENE, STATUTES
from tests.expert_making import make_dataset, make_expert, write_export
from tests.release_making import records_of

from teaegg.app.experts.held_out import HeldOutExams
from teaegg.app.wiring import open_workspace
from teaegg.core.actors import LOCAL_OWNER
from teaegg.core.clock import SystemClock
from teaegg.core.settings import EmbeddingModelSettings, Settings
from teaegg.distill.examined import Examined
from teaegg.distill.rows import Row
from teaegg.evals.gate.policy import Criterion, Policy
from teaegg.models.standin import TermEmbedder
from teaegg.store.exams.sittings import SittingRecords

POLICY = Policy(
    criteria=(Criterion("exam", "better", 0.1),),
    unsigned="count",
    least_items=1,
    least_documents=1,
)


@pytest.mark.timeout(300)
async def test_the_exam_of_a_new_expert_is_there_to_be_reviewed_and_judged(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, embedding=EmbeddingModelSettings(dimensions=64))
    files = [
        path for name in ("计量法", "印花税法", "标准化法") for path in STATUTES.glob(f"{name}(*")
    ]
    async with open_workspace(settings, embedder=TermEmbedder(64)) as workspace:
        await workspace.access.create_collection(LOCAL_OWNER, "statutes")
        await workspace.learner.learn(files, collection="statutes")
        report = await workspace.datasets.make(LOCAL_OWNER, SCENE)
        rows: list[Row] = list(await workspace.datasets.records(LOCAL_OWNER, SCENE.name, "exam"))
        assert report.exam_rows == len(rows) == 2
        expert = make_expert(SCENE.name)
        await workspace.experts.register(
            LOCAL_OWNER,
            write_export(tmp_path / "export"),
            expert,
            await workspace.experts.training_documents(
                LOCAL_OWNER, [d.id for d in await workspace.documents(LOCAL_OWNER)]
            ),
            scene=SCENE,
            dataset=make_dataset(expert),
            training={},
        )
        examined = Examined(
            tuple(rows), {row.id: row.answer for row in rows}, {row.id: "不知道" for row in rows}
        )
        async with records_of(tmp_path) as database:
            sittings = SittingRecords(database)
            held_out = HeldOutExams(workspace.exam_items, sittings, SystemClock())
            version = await held_out.keep(LOCAL_OWNER, SCENE, expert, examined)
            assert version is not None and version.exam.name == SCENE.name
            assert await held_out.keep(LOCAL_OWNER, SCENE, expert, examined) == version
            both = await sittings.of_exam(version.id)
            assert {each.target for each in both} == {"base", f"expert:{SCENE.name}"}
            assert all(each.finished_at for each in both)
        reviewed = await workspace.exams.reviewed(LOCAL_OWNER, SCENE.name)
        assert len(reviewed.unsigned) == len(version.exam.items) >= 1
        judged = await workspace.releases.judge(LOCAL_OWNER, SCENE.name, policy=POLICY)
        (finding,) = judged.found.findings
        assert judged.verdict.baseline == "" and len(judged.verdict.exams) == 1
        if finding.items:
            assert (finding.candidate, finding.baseline) == (1.0, 0.0)
        (exam_of_record,) = judged.verdict.exams
        assert exam_of_record.exam == version.id
