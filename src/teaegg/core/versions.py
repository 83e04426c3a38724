"""Why a document is not what applies today, as data and in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

VersionStatus = Literal["older", "future", "repealed"]


@dataclass(frozen=True, slots=True)
class VersionNote:
    """Why a document is not what applies today.

    `day` is until when an older or repealed version applied, or from when a future one will; `title`
    the document that applies instead, "" when there is none that the asker may know of.
    """

    status: VersionStatus
    day: date | None = None
    title: str = ""

    def said_in(self, language: Literal["zh", "en"]) -> str:
        """One line for people."""
        return _in_chinese(self) if language == "zh" else _in_english(self)


def _in_chinese(note: VersionNote) -> str:
    day = f"{note.day.year}年{note.day.month}月{note.day.day}日" if note.day else ""
    if note.status == "future":
        now = f"，现行的是《{note.title.strip('《》')}》" if note.title else ""
        return f"尚未施行，自{day}起施行{now}。"
    if note.status == "older":
        return f"旧版本{f'，施行至{day}' if day else ''}；另有更新的版本。"
    by = f"，由《{note.title.strip('《》')}》废止" if note.title else ""
    return f"已废止{f'（{day}起）' if day else ''}{by}。"


def _in_english(note: VersionNote) -> str:
    day = note.day.isoformat() if note.day else ""
    if note.status == "future":
        now = f"; {note.title} applies until then" if note.title else ""
        return f"Not yet in force: from {day}{now}."
    if note.status == "older":
        return f"An older version{f', in force until {day}' if day else ''}; there is a newer one."
    by = f" by {note.title}" if note.title else ""
    return f"Repealed{f' on {day}' if day else ''}{by}."
