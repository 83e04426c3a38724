"""A dataset that was made is on record, so that forgetting a document deletes its rows."""

from pathlib import Path

from teaegg.app.wiring import open_workspace
from teaegg.core.actors import LOCAL_OWNER
from teaegg.core.scenes import Scene
from teaegg.core.settings import EmbeddingModelSettings, Settings
from teaegg.distill.rows import read_rows
from teaegg.models.standin import ScriptedChat, TermEmbedder

RULES = (
    "# 规定{n}\n\n第一条 第{n}号柜台每天接待{n}0人，须提前{n}天预约。\n\n"
    "第二条 第{n}号柜台由{n}组管理，组长每周检查。\n"
)


async def test_forgetting_finds_the_rows_that_data_make_wrote(tmp_path: Path) -> None:
    files = tmp_path / "files"
    files.mkdir()
    for number in range(1, 9):
        (files / f"rules{number}.md").write_text(RULES.format(n=number), encoding="utf-8")
    settings = Settings(home=tmp_path / "home", embedding=EmbeddingModelSettings(dimensions=64))
    async with open_workspace(
        settings, chat=ScriptedChat(), embedder=TermEmbedder(64)
    ) as workspace:
        await workspace.access.create_collection(LOCAL_OWNER, "rules")
        await workspace.learner.learn([files], collection="rules")
        scene = Scene("counter", "柜台", "staff", "rules", ("rules",), rows=20)
        report = await workspace.datasets.make(LOCAL_OWNER, scene)
        rows = report.folder / "rows.jsonl"
        taught = next(row.documents[0] for row in read_rows(rows) if row.documents)
        document = await workspace.document(LOCAL_OWNER, taught)
        forgotten = await workspace.experts.forget(LOCAL_OWNER, [document])
        assert [dataset.hash for dataset in forgotten.datasets] == [report.manifest.rows_hash]
        for file in report.folder.glob("*.jsonl"):
            assert taught not in file.read_text(encoding="utf-8")
        assert [row for row in read_rows(rows) if row.documents]
        # Not an edit by hand: the dataset is made again without a question.
        again = await workspace.datasets.make(LOCAL_OWNER, scene)
        assert again.edited == ()
        assert taught not in again.manifest.documents
