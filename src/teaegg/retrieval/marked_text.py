"""Reading what a composing model writes: sentences as they arrive, each with the marks [1][3] at it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_MARK = r"[\[【]\s*(?:资料|来源|passage\s+|source\s+)?\^?\d{1,3}(?:\s*[,，、;；\-~–]\s*\d{1,3})*\s*[\]】]"
_ROUND_MARK = r"[(（]\s*\d{1,2}(?:\s*[,，、]\s*\d{1,2})*\s*[)）]"
_MARKS = re.compile(_MARK, re.IGNORECASE)
_TRAILING_ROUND_MARKS = re.compile(rf"(?:\s*{_ROUND_MARK})+(?=[\s。！？.!?]*$)")
_LEADING_MARKS = re.compile(rf"(?:\s*(?:{_MARK}|{_ROUND_MARK}))+\s*[。.]?", re.IGNORECASE)
_UNFINISHED_MARK = re.compile(r"\s*(?:[\[【(（][^\]】)）\n]{0,20})?$")
_END = re.compile(
    r"[。！？!?]+[”’」』）)】\"']*|\n+"
    r"|(?<=[^\W\d])(?<![A-Z])(?<!\b[A-Z][a-z])(?<!\bNo)(?<!\bvs)\.[\"')]*(?=\s+\S)"
    r"|(?<=[\d%)\]A-Z])\.[\"')]*(?=\s+[A-Z\[【])"
)
_BULLET = re.compile(r"^\s*(?:[-*•]\s+|\d{1,2}(?:、|[.)]\s+)|#+\s+|\*\*)")
_ONLY_BULLET = re.compile(r"^\s*(?:[-*•#]+|\d{1,2}[.、)])?\s*$")
_THOUGHT = re.compile(r"<think>.*?</think>", re.DOTALL)
_LARGEST_RANGE = 20


@dataclass(frozen=True, slots=True)
class MarkedSentence:
    """One sentence of a model without its marks; `marks` count passages from 1, in order, once each."""

    text: str
    marks: tuple[int, ...]


class SentenceReader:
    """Feed pieces as they come; sentences come out as soon as their marks cannot grow any more."""

    def __init__(self) -> None:
        self._buffer = ""

    def feed(self, piece: str) -> Iterator[MarkedSentence]:
        self._buffer = _THOUGHT.sub("", self._buffer + piece)
        if "<think>" in self._buffer or "<think>".startswith(self._buffer.strip()):
            return
        while (end := _finished(self._buffer)) is not None:
            sentence, self._buffer = self._buffer[:end], self._buffer[end:]
            yield from _read(sentence)

    def finish(self) -> Iterator[MarkedSentence]:
        """What is left at the end; a thought that was never closed is no answer."""
        rest, self._buffer = self._buffer.partition("<think>")[0], ""
        while (end := _finished(rest)) is not None:
            yield from _read(rest[:end])
            rest = rest[end:]
        yield from _read(rest)


def _finished(buffer: str) -> int | None:
    """Where the first sentence ends with the marks behind it; None while that is not certain."""
    end = _END.search(buffer)
    if end is None:
        return None
    behind = _LEADING_MARKS.match(buffer, end.end())
    stop = behind.end() if behind else end.end()
    return None if _UNFINISHED_MARK.match(buffer, stop) else stop


def _read(written: str) -> Iterator[MarkedSentence]:
    numbers = [n for mark in _MARKS.findall(written) for n in _numbers(mark)]
    text = _MARKS.sub("", written)
    round_marks = _TRAILING_ROUND_MARKS.search(text) or _after_end(text)
    if round_marks:
        numbers += _numbers(round_marks[0])
        text = text[: round_marks.start()] + text[round_marks.end() :]
    text = _tidy(text)
    if not _ONLY_BULLET.match(text):
        yield MarkedSentence(text, tuple(dict.fromkeys(numbers)))


def _after_end(text: str) -> re.Match[str] | None:
    """……5天。(1): a round mark behind the full stop."""
    return re.search(rf"(?<=[。！？.!?])(?:\s*{_ROUND_MARK})+\s*$", text)


def _numbers(mark: str) -> list[int]:
    numbers: list[int] = []
    for low, dash, high in re.findall(r"(\d{1,3})(?:\s*([-~–])\s*(\d{1,3}))?", mark):
        last = int(high) if dash else int(low)
        numbers += range(int(low), min(last, int(low) + _LARGEST_RANGE) + 1) or [int(low), last]
    return numbers


def _tidy(text: str) -> str:
    """Without list bullets, bold signs and the gaps that marks leave before punctuation."""
    text = _BULLET.sub("", text.strip()).replace("**", "")
    text = re.sub(r"\s+(?=[。，；！？,.;!?])", "", text)
    return re.sub(r"[。.]{2,}$", lambda match: match[0][0], re.sub(r"\s+", " ", text)).strip()
