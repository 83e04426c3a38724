"""Which of the page's two languages a visitor reads."""

from __future__ import annotations

from teaegg.retrieval.query import Language

LANGUAGE_COOKIE = "teaegg_language"


def known_language(text: str | None) -> Language | None:
    """`zh` or `en` when `text` names one of them, else None."""
    if text == "zh":
        return "zh"
    return "en" if text == "en" else None


def preferred_language(accept_language: str) -> Language:
    """The first of the two by weight (RFC 9110, 12.5.4); Chinese when neither is named."""
    weighted: list[tuple[float, int, Language]] = []
    for order, item in enumerate(accept_language.split(",")):
        tag, _, parameter = item.strip().partition(";")
        language = known_language(tag.strip().split("-")[0].lower())
        weight = _weight(parameter)
        if language is not None and weight > 0:
            weighted.append((-weight, order, language))
    return min(weighted)[2] if weighted else "zh"


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
