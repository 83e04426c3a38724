"""Questions that an English sentence answers, by the form in which it says something."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from teaegg.distill.rows import RowKind
from teaegg.distill.teachers.structure.finding import Finding, Said, topic
from teaegg.guard.figures import Figure, figures

Rule = Callable[[Said], Iterator[Finding]]

_LONGEST_WORDS = 32
_LONGEST_ANSWER = 160
_POINTS_BACK = re.compile(
    r"^(?:it|its|they|their|this|that|these|those|he|she|his|her|such|here|there|then|so|but|and|or|also"
    r"|however|therefore|otherwise|both|each|one|another|others?|the (?:latter|former|same|other)|in (?:this|that))\b",
    re.IGNORECASE,
)
_AUXILIARY = "may|must|can|should|shall|will|is|are|was|were"
_SUBJECT = r"[A-Z][^,;:()]{1,60}?"
_WHEN = re.compile(r"\b(on|at|by|from|until|since|before|after|in)\s*$")
_LINE = re.compile(r"(?:^|(?<=\n))\s*[-*•]?\s*([A-Z][A-Za-z /]{2,30}): ([^\n]{1,80})")
_NUMERAL = re.compile(
    r"^\s*(?:[A-Z]{3}\s?)?[$€£]?\s?[\d.,]*\d\s*|^(?:one|two|three|four|five|six|seven|eight|nine|ten|twelve)\s+",
    re.IGNORECASE,
)


def questions(said: Said) -> Iterator[Finding]:
    """Everything that the rules ask of one sentence."""
    words = len(said.text.split())
    if words > _LONGEST_WORDS or not said.text[:1].isupper() or _POINTS_BACK.match(said.text):
        return
    for rule in RULES:
        yield from rule(said)


def _found(kind: RowKind, said: Said, question: str, answer: str) -> Iterator[Finding]:
    answer = answer.strip(" ,;:.")
    question = " ".join(question.split())
    question = question[:1].upper() + question[1:]
    if not answer or len(answer) > _LONGEST_ANSWER or answer not in said.text:
        return
    if answer.lower() in question.lower() or len(question.split()) < 4:
        return
    if any(text.count("(") != text.count(")") for text in (question, answer)):
        return
    yield Finding(kind, question, answer, ((0, said.text),), subject=topic(said.passage))


def _lowered(text: str) -> str:
    """Without the capital of a sentence's head; names and abbreviations keep theirs."""
    first = text.split(" ")[0]
    ordinary = first[1:].islower() and first.lower() in _HEADS
    return text[:1].lower() + text[1:] if ordinary or first == "A" else text


_HEADS = frozenset(
    "the a an all any every each no you your our we employees staff managers visitors new only some most if "
    "during for after before when in on at to under payment delivery bring come either two three please office "
    "probation people suppliers customers workers passengers orders goods travel".split()
)


def _may_one(said: Said) -> Iterator[Finding]:
    match = re.match(
        rf"^({_SUBJECT}) ((?:may|must|can|should|shall) (?:not|never)|cannot|may only) (.+)$",
        said.text,
    )
    if match:
        question = f"May {_lowered(match[1])} {match[3]}?"
        yield from _found("condition", said, question, f"{match[2]} {match[3]}")
    match = re.match(r"^(Do not|Never) ([a-z].+)$", said.text)
    if match:
        yield from _found("condition", said, f"Is it allowed to {match[2]}?", said.text)


_NO_NAME = re.compile(
    r"^(?:there|here|what|who|if|when|for|to|in|on|at|by|with|as|from|after|before|during|although|while|because|since)\b"
    r"|\b(?:that|which|who|states?|says?|what|it)\b",
    re.IGNORECASE,
)


def _what_is_meant(said: Said) -> Iterator[Finding]:
    match = re.match(
        r"^[\"“]?([A-Z][\w -]{2,40}?)[\"”]? (?:means|is defined as|refers to|stands for) (.+)$",
        said.text,
    )
    if match and not _NO_NAME.search(match[1]):
        yield from _found("definition", said, f"What does “{_lowered(match[1])}” mean?", match[2])
    match = re.match(
        r"^([A-Z][\w '-]{2,40}?) (is|was|are|were) ((?:an?|the|one of) [^,;]{6,110})$", said.text
    )
    if match and not _NO_NAME.search(match[1]) and len(match[1].split()) <= 6:
        person = match[3].split()[1].lower().endswith(("er", "or", "ist", "ian", "man"))
        asked = "Who" if person else "What"
        yield from _found("definition", said, f"{asked} {match[2]} {_lowered(match[1])}?", match[3])


def _what_then(said: Said) -> Iterator[Finding]:
    match = re.match(r"^(If|When|Where|Unless) ([^,]{6,90}), (?:then )?(.{6,110})$", said.text)
    if match and not _POINTS_BACK.match(match[2]):
        question = f"What applies {match[1].lower()} {match[2]}?"
        yield from _found("condition", said, question, match[3])


def _exception(said: Said) -> Iterator[Finding]:
    match = re.match(
        r"^(.{12,110}?),? ((?:except|unless|with the exception of) .{4,90})$", said.text
    )
    if match:
        question = f"Is there an exception to this: {_lowered(match[1])}?"
        yield from _found("condition", said, question, match[2])


def _by_whom(said: Said) -> Iterator[Finding]:
    match = re.match(
        r"^([A-Z][^,;]{2,60}?) (is|are|was|were|must be|may be|will be) (\w+(?:ed|en|wn|ade|eld|aid|uilt|ought|un)) by "
        r"((?:the |an? )?[A-Z(\w][^,;]{2,60}?)(?: (?:in|on|at|for|from|with|and|during|within) .*)?$",
        said.text,
    )
    if (
        match
        and not _NO_NAME.search(match[1])
        and not re.match(r"\d|means|using|hand\b|\w+ing\b", match[4])
    ):
        auxiliary, _, be = match[2].partition(" ")
        question = f"By whom {auxiliary} {_lowered(match[1])} {be} {match[3]}?"
        yield from _found("lookup", said, question, match[4])


def _where_and_when(said: Said) -> Iterator[Finding]:
    match = re.match(
        r"^([A-Z][^,;]{1,50}?),?(?: which)? (was|were|is|are) (founded|established|built|born|opened|completed|created|published"
        r"|released|located|situated|based|held|launched|introduced|signed)(?: on| in| at) ([^,;]{2,60}?)(?: (?:in|by|and|as|on|with|of|to|from|near) .*)?$",
        said.text,
    )
    if match:
        dated = any(figure.kind == "date" for figure in figures(match[4])) or match[4][:4].isdigit()
        asked = "When" if dated else "Where"
        question = f"{asked} {match[2]} {_lowered(match[1])} {match[3]}?"
        yield from _found("lookup", said, question, match[4])


def _why(said: Said) -> Iterator[Finding]:
    match = re.match(
        rf"^({_SUBJECT}) (is|are|was|were|may|must|can|should|will) ([^,]{{4,70}}?),? because (.{{6,110}})$",
        said.text,
    )
    if match:
        question = f"Why {match[2]} {_lowered(match[1])} {match[3]}?"
        yield from _found("lookup", said, question, match[4])


def _figure(said: Said) -> Iterator[Finding]:
    for figure in figures(said.text):
        counted = _counted(said.text, figure)
        word = f"how many {counted}" if counted else _interrogative(figure)
        before, after = said.text[: figure.start].rstrip(), said.text[figure.end :]
        if (
            word
            and not _PART_OF_MORE.search(before)
            and not after.startswith(("'", "’", "[", ", and"))
        ):
            surface = figure.surface.strip() + (f" {counted}" if counted else "")
            question = _asked_for(said.text, figure.start, figure.start + len(surface), word)
            yield from _found("lookup", said, question, surface)


# The end of a range, the last of a series.
_PART_OF_MORE = re.compile(r"(?:\bto|\band|\bor|[-–,])$")


def _counted(text: str, figure: Figure) -> str:
    """What a bare number counts: the points of "80 points"."""
    if figure.kind != "number" or re.fullmatch(r"1[5-9]\d\d|20\d\d", figure.value):
        return ""
    match = re.match(r" ([a-z]{3,}s)\b", text[figure.start + len(figure.surface.strip()) :])
    return match[1] if match else ""


def _asked_for(text: str, start: int, end: int, word: str) -> str:
    """With the question in front where the sentence is plain enough, else where the figure stood.

    Employees must report it within 24 hours → Within how many hours must employees report it?
    """
    head, tail = text[:start].rstrip(), text[end:]
    sentence = re.match(rf"^({_SUBJECT}) ({_AUXILIARY}) (.+)$", head)
    preposition = re.search(
        r" ((?:with)?in|for|by|on|at|after|before|since|from|until|under)$", head
    )
    if sentence and preposition and len(sentence[1].split()) <= 8:
        rest = sentence[3][: -len(preposition[1])].strip()
        asked = (
            "when"
            if word in ("what date", "what time") and preposition[1] in ("on", "in", "at")
            else f"{preposition[1]} {word}"
        )
        return f"{asked[:1].upper()}{asked[1:]} {sentence[2]} {_lowered(sentence[1])} {rest}{tail}?"
    is_so = re.match(rf"^({_SUBJECT}) (is|are|was|were)(?: limited to| about| up to)?$", head)
    if is_so and not re.match(r" (?!in |for |on |per |a |at |after |of |and )", tail):
        return f"What {is_so[2]} {_lowered(is_so[1])}{tail.split(',')[0].split(' and ')[0]}?"
    if word in ("what date", "which year", "what time"):
        return f"{re.sub(' (?:on|in|at)$', '', head)} when{tail}?"
    return f"{head} {word}{tail}?"


def _interrogative(figure: Figure) -> str:
    surface = figure.surface.strip()
    if figure.kind == "date":
        if not re.search(r"\d", surface):
            return ""
        return "which year" if re.fullmatch(r"\d{4}", surface) else "what date"
    if figure.kind == "time":
        return "what time"
    if figure.kind == "money":
        return "how much"
    if figure.kind == "percent":
        return "what percentage"
    if figure.kind in ("duration", "quantity"):
        unit = _NUMERAL.sub("", surface).strip()
        if not unit.isalpha() or len(unit) <= 2:
            return ""
        return f"how many {unit}" if unit.endswith("s") else f"how many {unit}s"
    return ""


RULES: tuple[Rule, ...] = (
    _may_one,
    _what_is_meant,
    _what_then,
    _exception,
    _by_whom,
    _where_and_when,
    _why,
    _figure,
)


def named_values(said_in: Said) -> Iterator[Finding]:
    """Lines such as "Delivery: CIF Hamburg" of the whole passage (`said_in.text`)."""
    about = said_in.title or topic(said_in.passage)
    for match in _LINE.finditer(said_in.text):
        name, value = match[1].strip(), match[2].strip(" .;")
        if about and value and len(name.split()) <= 4:
            question = f"What is the {name.lower()} in “{about}”?"
            yield Finding("lookup", question, value, ((0, match[0].strip()),), about)
