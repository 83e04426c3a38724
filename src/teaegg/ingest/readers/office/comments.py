"""Comments of reviewers on a slide, the older kind (one list a slide) and the newer one (threads)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lxml import etree

from teaegg.ingest.readers.office.charts import markup

_COMMENT_KINDS = ("/comments",)
_AUTHOR_KINDS = ("/commentAuthors", "/authors")


def comments_of(slide: Any) -> Iterator[str]:
    """ "NAME (DATE TIME): TEXT" for every comment and answer, in the order of the file."""
    authors = _authors(slide)
    for root in _parts(slide.part, _COMMENT_KINDS):
        for comment in root.iter():
            if not isinstance(comment.tag, str) or _name(comment) not in ("cm", "reply"):
                continue
            text = "\n".join(_texts(comment)).strip()
            # To the minute, as programs show it: 2026-06-18T17:35:35.236
            moment = (comment.get("dt") or comment.get("created") or "")[:16].replace("T", " ")
            name = authors.get(comment.get("authorId", ""), "")
            if text:
                yield f"{name} ({moment}): {text}" if name and moment else text


def _authors(slide: Any) -> dict[str, str]:
    presentation = slide.part.package.presentation_part
    return {
        author.get("id", ""): author.get("name", "")
        for root in _parts(presentation, _AUTHOR_KINDS)
        for author in root
        if isinstance(author.tag, str)
    }


def _parts(part: Any, kinds: tuple[str, ...]) -> Iterator[Any]:
    for relation in part.rels.values():
        if not relation.is_external and relation.reltype.endswith(kinds):
            yield markup(relation.target_part.blob)


def _texts(comment: Any) -> Iterator[str]:
    """The comment's own text: `text` in the older kind, paragraphs of `txBody` in the newer one."""
    for child in comment:
        if not isinstance(child.tag, str):
            continue
        if _name(child) == "text":
            yield child.text or ""
        elif _name(child) == "txBody":
            for paragraph in child:
                yield "".join(run.text or "" for run in paragraph.iter("{*}t"))


def _name(element: Any) -> str:
    return str(etree.QName(element).localname)
