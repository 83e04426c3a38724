"""Real questions taken into exams, for whoever manages; for everybody else there is nothing here."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from teaegg.app.api.identity import TheManager, TheWorkspace
from teaegg.evals.items.promoting import Promotion

router = APIRouter(prefix="/exams", tags=["exams"])


class NewItem(BaseModel):
    """The question of `trace`. `right` "": the answer that was given; `nothing`: the documents do not
    say; `complaint`: what was wrong with that answer."""

    model_config = ConfigDict(extra="forbid")
    trace: str = Field(min_length=1, max_length=100)
    right: str = Field("", max_length=4000)
    nothing: bool = False
    complaint: str = Field("", max_length=1000)


@router.post("/{exam}/items", status_code=201)
async def promote(
    exam: str, new: NewItem, manager: TheManager, workspace: TheWorkspace
) -> dict[str, Any]:
    """Adds the question to the exam, which is made where there is none; nobody has signed it."""
    said = Promotion(right=new.right.strip(), declines=new.nothing, complaint=new.complaint.strip())
    version = await workspace.exam_items.promote(manager, new.trace, exam, said)
    return {
        "exam": version.exam.name,
        "version": version.version,
        "items": len(version.exam.items),
        "item": version.exam.items[-1].id,
    }
