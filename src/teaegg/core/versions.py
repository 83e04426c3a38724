"""Why a document is not what applies today, as data and in the words that every door uses."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date
from typing import Literal

VersionStatus = Literal["older", "future", "repealed"]


@dataclass(frozen=True, slots=True)
class VersionNote:
    """Why a document is not what applies today.

    `day` is until when an older or repealed version applied, or from when a future one will; `title`
    the document that applies instead, "" when there is none that the asker may know of, or when it
    is called the same.
    """

    status: VersionStatus
    day: date | None = None
    title: str = ""

    def mark_in(self, language: Literal["zh", "en"]) -> str:
        """A few words, to stand beside a citation."""
        return _mark_in_chinese(self) if language == "zh" else _mark_in_english(self)

    def said_in(self, language: Literal["zh", "en"]) -> str:
        """One line for people: the mark, and what applies instead as far as that is known."""
        if language == "zh":
            return f"{_mark_in_chinese(self)}{_instead_in_chinese(self)}。"
        return f"{_mark_in_english(self)}{_instead_in_english(self)}."


def _mark_in_chinese(note: VersionNote) -> str:
    day = f"{note.day.year}年{note.day.month}月{note.day.day}日" if note.day else ""
    match note.status:
        case "older":
            return f"旧版本，施行至{day}" if day else "旧版本"
        case "future":
            return f"尚未施行，{day}起施行" if day else "尚未施行"
        case "repealed":
            return f"已于{day}废止" if day else "已废止"


def _instead_in_chinese(note: VersionNote) -> str:
    if note.status == "older" and not note.title:
        return "；另有更新的版本"
    if not note.title:
        return ""
    title = f"《{note.title.strip('《》')}》"
    return f"；在此之前适用{title}" if note.status == "future" else f"；现行的是{title}"


def _mark_in_english(note: VersionNote) -> str:
    # The English names of months unless a program around this sets another locale.
    day = (
        f"{calendar.month_name[note.day.month]} {note.day.day}, {note.day.year}" if note.day else ""
    )
    match note.status:
        case "older":
            return f"older version, in force until {day}" if day else "older version"
        case "future":
            return f"not yet in force, only from {day}" if day else "not yet in force"
        case "repealed":
            return f"repealed on {day}" if day else "repealed"


def _instead_in_english(note: VersionNote) -> str:
    if note.status == "older" and not note.title:
        return "; there is a newer one"
    if not note.title:
        return ""
    if note.status == "future":
        return f"; until then, {note.title} applies"
    return f"; in force now: {note.title}"
