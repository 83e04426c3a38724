"""The whole way from documents to rows, stage by stage, each of which leaves a file."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from teaegg.core.clock import Clock
from teaegg.core.documents import Document, Passage
from teaegg.core.errors import InvalidRequestError
from teaegg.core.ids import text_hash
from teaegg.core.scenes import Scene
from teaegg.distill.data.asking import Asking
from teaegg.distill.data.balance import balanced
from teaegg.distill.data.checking.clean import cleaned
from teaegg.distill.data.checking.verify import verified
from teaegg.distill.data.corpus import Corpus
from teaegg.distill.data.manifest import Manifest, Stage, read_manifest, stage_file
from teaegg.distill.data.quiz import FILE_NAME as QUIZ_FILE
from teaegg.distill.data.quiz import Student, quiz
from teaegg.distill.data.records import Asked, Rejected, Side, SplitDocument
from teaegg.distill.data.shape import NO_PIECES, Shaper, Shelf
from teaegg.distill.data.shares import questions_wanted, weights_of
from teaegg.distill.data.split import split_documents
from teaegg.distill.data.stages import Made, OnProgress, Workbench
from teaegg.distill.exchange.checks import checked, giving_way
from teaegg.distill.exchange.dataset import IMPORTED_FILE, ImportedUse, imported_use
from teaegg.distill.exchange.grounding import grounded
from teaegg.distill.rows import ROW_SHAPE, Row, RowKind, read_rows, rows_hash
from teaegg.distill.teachers.base import Teacher
from teaegg.distill.teachers.replies import Pieces, RememberingTeacher
from teaegg.store.lines import read_lines

_USEFUL_ROWS = 300
_SHAPED_AT_A_TIME = 8
MOST_QUIZZED = 200


@dataclass(frozen=True, slots=True)
class DatasetReport:
    """What came of it. `edited` are stages whose files were changed by hand and kept; `advice` says
    what would make the dataset better; `known` counts quizzed items that the student knew;
    `imported` is None where nobody brought rows."""

    folder: Path
    manifest: Manifest
    rows: int
    exam_rows: int
    kinds: Mapping[RowKind, int]
    edited: tuple[Stage, ...]
    quizzed: int
    known: int
    advice: tuple[str, ...]
    imported: ImportedUse | None = None


async def make_dataset(
    scene: Scene,
    corpus: Corpus,
    teacher: Teacher,
    folder: Path,
    *,
    clock: Clock,
    student: Student | None = None,
    most_quizzed: int = MOST_QUIZZED,
    on_progress: OnProgress = lambda stage, done, total: None,
) -> DatasetReport:
    """Make or bring up to date the dataset in `folder`; its name is the folder's.

    A stage is done only when what it depends on has changed; a file that was edited by hand is kept
    and the later stages start from it. A student is quizzed on `most_quizzed` questions at most, and
    what it knows gets fewer rows. Raises InvalidRequestError when there is nothing to learn
    from, ConflictError for an edit that its own inputs have overtaken, and what the teacher and the
    student raise: what was done by then stays, and the same call goes on from there.
    """
    making = _Making(scene, corpus, teacher, folder, clock, on_progress)
    return await making.run(student, most_quizzed)


class _Making:
    """One run: what the stages share."""

    def __init__(
        self,
        scene: Scene,
        corpus: Corpus,
        teacher: Teacher,
        folder: Path,
        clock: Clock,
        on_progress: OnProgress,
    ) -> None:
        self._scene = scene
        self._corpus = corpus
        self._teacher = teacher
        self._on_progress = on_progress
        self._weights = weights_of(scene)
        manifest = read_manifest(folder) or Manifest(name=folder.name)
        self._bench = Workbench(folder, manifest, clock)
        self._passages: dict[str, Sequence[Passage]] = {}
        self._split: list[SplitDocument] = []

    async def run(self, student: Student | None, most_quizzed: int) -> DatasetReport:
        documents = await self._readable(student)
        self._split = await self._divide(documents)
        self._require_known(documents)
        asked = await self._ask("training", self._scene.rows)
        proved = await self._stage("verified", Asked, {}, ("split", "asked"), self._verify(asked))
        clean = await self._stage(
            "clean",
            Asked,
            {"language": self._scene.language, "personal": self._scene.data.personal_data},
            ("split", "verified"),
            self._clean(proved, exam=False),
        )
        known, quizzed = await self._quiz(student, clean[:most_quizzed])
        exam = await self._exam()
        brought = await self._brought(exam)
        rows = await self._shape(await self._balance(clean, brought, known))
        told = {name for row in (*rows, *exam) for name in row.documents}
        learned = {item.document for item in self._split}
        # Every file is of this run now, so nothing else is told of any more.
        self._bench.describe(rows_hash=rows_hash(rows), documents=tuple(sorted(told | learned)))
        return self._report(rows, exam, quizzed, len(known))

    async def _readable(self, student: Student | None) -> list[Document]:
        found = await self._corpus.documents()
        readable = [document for document in found if document.state != "quarantined"]
        if not readable:
            raise InvalidRequestError(
                f"There are no readable documents in {', '.join(self._scene.collections)}.",
                remedy="Learn some: teaegg learn FOLDER -c COLLECTION. What could not be read is "
                "named by `teaegg failures`.",
            )
        self._bench.describe(
            name=self._bench.folder.name,
            scene=_plain(self._scene),
            seed=self._scene.exam.seed,
            teacher=self._teacher.name,
            teacher_fingerprint=self._teacher.fingerprint,
            student=student.fingerprint if student else "",
            # Files of an earlier run may tell of more than is readable now.
            documents=tuple(sorted({*self._bench.manifest.documents, *(d.id for d in readable)})),
            quarantined=tuple(d.title for d in found if d.state == "quarantined"),
        )
        return readable

    async def _divide(self, documents: Sequence[Document]) -> list[SplitDocument]:
        path = self._bench.path("split")
        earlier = list(read_lines(path, SplitDocument)) if path.is_file() else []
        exam = self._scene.exam

        async def make() -> Made[SplitDocument]:
            texts = {}
            for number, document in enumerate(documents, start=1):
                texts[document.id] = "\n".join(p.text for p in await self._of(document.id))
                self._on_progress("split", number, len(documents))
            before = earlier if self._bench.manifest.seed == exam.seed else []
            return Made(
                await asyncio.to_thread(split_documents, documents, texts, exam, earlier=before)
            )

        names = [[document.id, document.version, document.title] for document in documents]
        inputs = self._bench.inputs([names, exam.share, exam.seed])
        return await self._bench.run("split", SplitDocument, inputs, make)

    def _require_known(self, documents: Sequence[Document]) -> None:
        """An edited split may name only what there is; what it leaves out is simply not used."""
        there = {document.id for document in documents}
        unknown = [item for item in self._split if item.document not in there]
        if unknown:
            raise InvalidRequestError(
                f"{stage_file('split')} names the document {unknown[0].document}, which is not "
                "among those of the scene.",
                remedy="Take its line out.",
            )

    async def _ask(self, side: Side, rows: int) -> list[Asked]:
        stage: Stage = "asked"
        wanted = questions_wanted(rows, self._weights)
        inputs = self._bench.inputs(
            [
                wanted,
                self._teacher.fingerprint,
                self._scene.language,
                self._scene.asks,
                self._scene.problem,
                self._scene.exam.seed,
            ],
            "split",
        )

        async def make() -> Made[Asked]:
            asking = self._asking(side, wanted, stage)
            made = Made(await asking.ask(await self._side(side), self._scene.exam.seed))
            asking.forget_kept()
            return made

        return await self._bench.run(stage, Asked, inputs, make)

    def _asking(self, side: Side, wanted: Mapping[RowKind, int], stage: Stage) -> Asking:
        kept = self._bench.folder / f"{side}-lessons.partial.jsonl"
        progress = partial(self._on_progress, stage)
        return Asking(self._scene, self._teacher, wanted, kept, progress)

    def _verify(self, asked: Sequence[Asked]) -> Any:
        async def make() -> Made[Asked]:
            passages = await self._shelf("training")
            return await asyncio.to_thread(verified, asked, passages.passages)

        return make

    def _clean(self, items: Sequence[Asked], *, exam: bool) -> Any:
        async def make() -> Made[Asked]:
            shelf = await self._shelf("exam" if exam else "training")
            texts = {} if exam else await self._exam_texts()
            return await asyncio.to_thread(
                cleaned, items, shelf.passages, self._scene, exam_texts=texts
            )

        return make

    async def _exam_texts(self) -> dict[str, str]:
        return {
            item.title: "\n".join(p.text for p in await self._of(item.document))
            for item in self._split
            if item.side == "exam"
        }

    async def _quiz(self, student: Student | None, clean: Sequence[Asked]) -> tuple[set[str], int]:
        """(ids that the student answers right, how many it was asked)."""
        if student is None:
            return set(), 0
        shelf = await self._shelf("training")
        results = await quiz(
            student,
            clean,
            shelf.passages,
            self._bench.folder / QUIZ_FILE,
            partial(self._on_progress, "balanced"),
        )
        return {result.id for result in results if result.right}, len(results)

    async def _brought(self, exam: Sequence[Row]) -> list[Asked] | None:
        """What people brought, tied to the training documents and checked; None where nobody did."""
        path, scene = self._bench.folder / IMPORTED_FILE, self._scene
        if not path.is_file():
            # What an earlier run made of a file that is gone is not learned from any more.
            self._bench.drop("brought")
            return None
        rows = list(read_rows(path))

        async def make() -> Made[Asked]:
            sides = {item.document: item.side for item in self._split}
            tied = await grounded(rows, self._corpus, sides, partial(self._on_progress, "brought"))
            shelf, texts = await self._shelf("training"), await self._exam_texts()
            return await asyncio.to_thread(
                checked, tied, shelf.passages, scene, exam_texts=texts, exam=exam
            )

        settings = [scene.language, scene.data.personal_data, rows_hash(rows)]
        return await self._stage("brought", Asked, settings, ("split", "exam"), make)

    async def _balance(
        self, clean: Sequence[Asked], brought: Sequence[Asked] | None, known: set[str]
    ) -> list[Asked]:
        scene = self._scene

        async def make() -> Made[Asked]:
            left = await asyncio.to_thread(giving_way, clean, brought or ())
            chosen = self._chosen(left.records, scene.rows, known, brought or ())
            taken = {item.id for item in chosen}
            spare = [_spare(item) for item in brought or () if item.id not in taken]
            return Made(chosen, (*left.rejected, *spare))

        settings = {
            "rows": scene.rows,
            "weights": self._weights,
            "language": scene.language,
            "known": sorted(known),
            "known_share": scene.data.known_share,
            "seed": scene.exam.seed,
        }
        before: tuple[Stage, ...] = ("clean",) if brought is None else ("clean", "brought")
        return await self._stage("balanced", Asked, settings, before, make)

    def _chosen(
        self,
        items: Sequence[Asked],
        total: int,
        known: set[str],
        brought: Sequence[Asked] = (),
    ) -> list[Asked]:
        return balanced(
            items,
            self._weights,
            total,
            language=self._scene.language,
            known=known,
            known_share=self._scene.data.known_share,
            brought=brought,
            seed=self._scene.exam.seed,
        )

    async def _shape(self, items: Sequence[Asked]) -> list[Row]:
        settings: dict[str, Any] = {
            "style": self._scene.style,
            "distractors": self._scene.data.distractors,
            "personal": self._scene.data.personal_data,
            "seed": self._scene.exam.seed,
        }

        teacher = self._teacher
        pieces = teacher.pieces() if isinstance(teacher, RememberingTeacher) else {}
        if pieces:
            settings["pieces"] = text_hash(repr(sorted(pieces.items())))

        async def make() -> Made[Row]:
            return await self._shaped(items, "training", "rows", pieces)

        return await self._stage("rows", Row, settings, ("split", "balanced"), make)

    async def _shaped(
        self, items: Sequence[Asked], side: Side, stage: Stage, pieces: Pieces = NO_PIECES
    ) -> Made[Row]:
        seed = self._scene.exam.seed
        shelf = await self._shelf(side)
        shaper = Shaper(self._scene, self._corpus, shelf, seed=seed, pieces=pieces)
        rows: list[Row] = []
        rejected: list[Rejected] = []
        for start in range(0, len(items), _SHAPED_AT_A_TIME):
            batch = items[start : start + _SHAPED_AT_A_TIME]
            for result in await asyncio.gather(*(shaper.row(item) for item in batch)):
                if isinstance(result, Row):
                    rows.append(result)
                else:
                    rejected.append(result)
            self._on_progress(stage, start + len(batch), len(items))
        return Made(rows, rejected)

    async def _exam(self) -> list[Row]:
        """Rows of the exam documents, made in the same way, to be asked and never learned."""
        exam, data = self._scene.exam, self._scene.data
        settings = {
            "items": exam.items,
            "wanted": questions_wanted(exam.items, self._weights),
            "teacher": self._teacher.fingerprint,
            "scene": _plain(self._scene),
            "distractors": data.distractors,
        }

        async def make() -> Made[Row]:
            asking = self._asking("exam", questions_wanted(exam.items, self._weights), "exam")
            asked = await asking.ask(await self._side("exam"), exam.seed)
            shelf = await self._shelf("exam")
            proved = await asyncio.to_thread(verified, asked, shelf.passages)
            clean = await self._clean(proved.records, exam=True)()
            chosen = self._chosen(clean.records, exam.items, set())
            items = [item for item in chosen if item.kind != "replay"]
            made = await self._shaped(items, "exam", "exam")
            asking.forget_kept()
            left_out = (*proved.rejected, *clean.rejected, *made.rejected)
            return Made(made.records, left_out)

        return await self._stage("exam", Row, settings, ("split",), make)

    async def _stage(
        self, stage: Stage, kind: Any, settings: Any, before: Sequence[Stage], make: Any
    ) -> list[Any]:
        inputs = self._bench.inputs(settings, *before)
        shape = ROW_SHAPE if kind is Row else ""
        return await self._bench.run(stage, kind, inputs, make, shape=shape)

    async def _of(self, document: str) -> Sequence[Passage]:
        if document not in self._passages:
            self._passages[document] = await self._corpus.passages(document)
        return self._passages[document]

    async def _side(self, side: Side) -> dict[str, Sequence[Passage]]:
        wanted = [item.document for item in self._split if item.side == side]
        return {document: await self._of(document) for document in wanted}

    async def _shelf(self, side: Side) -> Shelf:
        documents = await self._side(side)
        passages = {passage.id: passage for own in documents.values() for passage in own}
        return Shelf(passages, {item.document: item.group for item in self._split})

    def _report(
        self, rows: Sequence[Row], exam: Sequence[Row], quizzed: int, known: int
    ) -> DatasetReport:
        kinds: dict[RowKind, int] = {}
        for row in rows:
            kinds[row.kind] = kinds.get(row.kind, 0) + 1
        return DatasetReport(
            folder=self._bench.folder,
            manifest=self._bench.manifest,
            rows=len(rows),
            exam_rows=len(exam),
            kinds=kinds,
            edited=tuple(self._bench.edited),
            quizzed=quizzed,
            known=known,
            advice=self._advice(rows, exam),
            imported=imported_use(self._bench.folder),
        )

    def _advice(self, rows: Sequence[Row], exam: Sequence[Row]) -> tuple[str, ...]:
        advice = []
        if len(rows) < min(_USEFUL_ROWS, self._scene.rows):
            advice.append(
                f"There are {len(rows)} rows; a useful pilot has {_USEFUL_ROWS} to 1,000. More "
                "documents, a larger teacher, or your own questions and answers would help."
            )
        if self._scene.exam.share > 0 and not exam:
            advice.append(
                "No document is kept for the exam: there must be two that are not versions of each "
                "other."
            )
        if quarantined := self._bench.manifest.quarantined:
            advice.append(
                f"{len(quarantined)} documents could not be read and are left out: "
                f"{'; '.join(quarantined[:3])}. `teaegg failures` says why."
            )
        return tuple(advice)


def _spare(item: Asked) -> Rejected:
    reason = "half of the rows are imported ones already; a scene with more `rows` takes more"
    return Rejected(stage="balanced", reason=reason, item=item)


def _plain(scene: Scene) -> dict[str, Any]:
    return asdict(scene)
