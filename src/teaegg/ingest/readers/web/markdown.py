"""Markdown: rendered to HTML and read like it, so that both hide and show the same things."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

from teaegg.core.documents import ParsedDocument
from teaegg.ingest.encodings import decode
from teaegg.ingest.readers.base import Outline, ReadLimits, stem_of
from teaegg.ingest.readers.web.html import fill_from_html

_FRONT_MATTER = re.compile(r"\A---\n(.*?\n)---\n", re.DOTALL)
_FRONT_TITLE = re.compile(r"^title:\s*[\"']?(.+?)[\"']?\s*$", re.MULTILINE)
_TAG_NAME = re.compile(r"</?([a-zA-Z][\w-]*)")
_HTML_TAGS = frozenset(
    "a abbr b bdi bdo blockquote br caption center cite code col dd del details div dl dt em figcaption "
    "figure font h1 h2 h3 h4 h5 h6 hr i iframe img ins kbd li mark ol p pre q s samp script section small "
    "span strike strong style sub summary sup table tbody td tfoot th thead tr tt u ul var video svg".split()
)


def read(data: bytes, name: str, limits: ReadLimits) -> ParsedDocument:
    """The title is the front matter's, else the first heading of the outermost level."""
    decoded = decode(data, name)
    text = decoded.text.replace("\r\n", "\n")
    front = _FRONT_MATTER.match(text)
    titles = _FRONT_TITLE.search(front[1]) if front else None
    outline = Outline(notes=[decoded.note] if decoded.note else [])
    fill_from_html(outline, _markdown().render(text[front.end() :] if front else text), name)
    title = titles[1] if titles else outline.first_heading()
    return outline.parsed(title or stem_of(name))


def _markdown() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": True, "breaks": True}).enable(
        ["table", "strikethrough"]
    )
    parser.add_render_rule("html_inline", _render_inline_html)
    return parser


def _render_inline_html(
    self: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Any
) -> str:
    """A placeholder such as <DB_NAME> is no tag but text, and must not vanish."""
    content = tokens[index].content
    tag = _TAG_NAME.match(content)
    known = tag is None or tag[1].lower() in _HTML_TAGS
    return content if known else escapeHtml(content)
