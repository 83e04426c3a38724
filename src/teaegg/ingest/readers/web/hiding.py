"""Which elements of a page a person cannot see, as far as markup and style tell without rendering."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml.html import HtmlElement

_HIDING_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|opacity\s*:\s*0(?:\.0+)?\s*(?:;|!|$)"
    r"|font-size\s*:\s*0(?:\.0+)?\s*(?:px|pt|em|rem|%)?\s*(?:;|!|$)"
    r"|(?:left|top|text-indent|margin-left)\s*:\s*-\d{4,}(?:px|em)?|mso-hide\s*:\s*all",
    re.IGNORECASE,
)
_WHITE = r"(?:#fff(?:fff)?\b|white\b|rgba?\(\s*255\s*,\s*255\s*,\s*255)"
_WHITE_TEXT = re.compile(rf"(?<![-\w])color\s*:\s*{_WHITE}", re.IGNORECASE)
_COLOURED_GROUND = re.compile(
    rf"background(?:-color|-image)?\s*:\s*(?!\s*(?:{_WHITE}|none|transparent))", re.I
)
_RULE = re.compile(r"([^{}]{1,500})\{([^{}]{0,2000})\}")
_SIMPLE_SELECTOR = re.compile(r"(?:[a-z][a-z0-9]*)?([.#])([\w-]+)", re.IGNORECASE)
_MAX_STYLE_CHARACTERS = 200_000


@dataclass(frozen=True, slots=True)
class Hiding:
    """`classes` and `ids` are hidden by simple rules of the page's own style sheets."""

    classes: frozenset[str]
    ids: frozenset[str]
    has_styles: bool

    @classmethod
    def of(cls, root: HtmlElement) -> Hiding:
        sheet = "\n".join(style.text or "" for style in root.iter("style"))[:_MAX_STYLE_CHARACTERS]
        # Rules for paper or small screens hide what the ordinary page shows.
        sheet = re.sub(r"@[^{}]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}", "", sheet)
        names: dict[str, set[str]] = {".": set(), "#": set()}
        for selectors, body in _RULE.findall(sheet):
            if _HIDING_STYLE.search(body):
                for selector in selectors.split(","):
                    if match := _SIMPLE_SELECTOR.fullmatch(selector.strip()):
                        names[match[1]].add(match[2])
        return cls(frozenset(names["."]), frozenset(names["#"]), bool(sheet.strip()))

    def hides(self, element: HtmlElement) -> bool:
        if element.get("hidden") is not None:
            return True
        style = element.get("style", "")
        if style and _HIDING_STYLE.search(style):
            return True
        if element.get("id", "") in self.ids:
            return True
        if not self.classes.isdisjoint(element.get("class", "").split()):
            return True
        return self._is_white_on_white(element, style)

    def _is_white_on_white(self, element: HtmlElement, style: str) -> bool:
        """White text is hidden unless something around it could bring a ground of another colour."""
        is_white = _WHITE_TEXT.search(style) or (
            element.tag == "font"
            and re.fullmatch(r"(?:white|#fff(?:fff)?)", element.get("color", ""), re.I)
        )
        if not is_white or (_may_colour(element) and self.has_styles):
            return False
        around = [element, *element.iterancestors()]
        return not any(self._is_coloured(each) for each in around)

    def _is_coloured(self, element: HtmlElement) -> bool:
        if _COLOURED_GROUND.search(element.get("style", "")):
            return True
        ground = element.get("bgcolor", "").lower()
        return ground not in ("", "#fff", "#ffffff", "white") or (
            self.has_styles and _may_colour(element)
        )


def _may_colour(element: HtmlElement) -> bool:
    return bool(element.get("class") or element.get("id"))
