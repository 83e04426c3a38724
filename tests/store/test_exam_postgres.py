"""Exams on PostgreSQL: kept and forgotten at the same time, no item outlives its document."""

import asyncio

from tests.expert_making import NOW
from tests.ingest.sources.test_sources_postgres import port  # noqa: F401
from tests.store.test_expert_postgres import database  # noqa: F401
from tests.store.test_expert_records import RULES
from tests.store.test_forgetting_items import exam, item

from teaegg.core.errors import ConflictError
from teaegg.store.database import Database
from teaegg.store.documents import DocumentRecords
from teaegg.store.exams.records import ExamRecords, ExamVersion


async def test_whatever_order_they_come_in_no_item_outlives_its_document(
    database: Database,  # noqa: F811
) -> None:
    records, documents = ExamRecords(database), DocumentRecords(database)
    for number in range(10):
        await documents.put(RULES, root="")
        made = exam(item(str(number), RULES.id), item("free"))
        kept, _ = await asyncio.gather(
            records.keep(made, by="olga", at=NOW, documents=[RULES.id]),
            documents.forget([RULES.id], at=NOW),
            return_exceptions=True,
        )
        assert isinstance(kept, ExamVersion | ConflictError)
        for version in await records.called("rules"):
            assert not any(each.documents for each in version.exam.items)


async def test_an_exam_is_kept_renewed_and_found(database: Database) -> None:  # noqa: F811
    records = ExamRecords(database)
    await records.keep(exam(item("1", RULES.id), item("2")), by="olga", at=NOW)
    await DocumentRecords(database).forget([RULES.id], at=NOW, by="chen")
    (left,) = await records.newest()
    assert (left.version, left.by, [each.id for each in left.exam.items]) == (2, "chen", ["2"])
