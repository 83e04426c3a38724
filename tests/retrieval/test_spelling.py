"""Codes and words with slips, over a real index."""

from __future__ import annotations

from pathlib import Path

import pytest

from teaegg.core.actors import VisibleSet
from teaegg.core.documents import Location, Passage
from teaegg.retrieval.understanding.code_lookup import CodeLookup
from teaegg.retrieval.understanding.codes import codes_in, joined_codes
from teaegg.retrieval.understanding.spelling import Speller
from teaegg.store.index import PassageIndex
from teaegg.store.lance.index import open_lance_index

SHOP = VisibleSet(scopes=frozenset({"collection:shop"}))
ROWS = ("QH-HX-M8X30", "QH-HX-M8X35", "QH-HX-10-O", "QH-HX-10-0", "QH-HX-M10X80")


@pytest.fixture
async def index(tmp_path: Path) -> PassageIndex:
    found = await open_lance_index(str(tmp_path / "index"), dimensions=4)
    shop = [row("d1", number, f"件号: {code}", "shop") for number, code in enumerate(ROWS)]
    shop.append(row("d1", 9, "Deep groove bearing, stainless", "shop"))
    secret = [row("d2", 0, "件号: QH-HX-Z9X99；coupling", "secret")]
    await found.replace({"d1": ("collection:shop", shop), "d2": ("collection:secret", secret)})
    await found.optimize()
    return found


def row(document: str, number: int, text: str, collection: str) -> Passage:
    place = Location(row=number)
    return Passage(
        f"{document}-{number}", document, "v", collection, "T", number, text, 0, len(text), place
    )


@pytest.mark.parametrize(
    ("question", "codes"),
    [
        ("qh-hx-m8x30 多少钱", {"QH-HX-M8X30"}),
        ("qh hx m8x30 多少钱", {"QH-HX-M8X30"}),
        ("QH-HX-10-O", {"QH-HX-10-O"}),
        ("QH-HX-1O-O", {"QH-HX-10-O", "QH-HX-10-0"}),
        ("QH-HX-MlOX8O", {"QH-HX-M10X80"}),
        ("QH-HX-M8X3", {"QH-HX-M8X30", "QH-HX-M8X35"}),
        ("QH-HK-M10X80", {"QH-HX-M10X80"}),
        ("QH-HX-Z9X99", set()),
        ("QH-HX-Z9X98", set()),
    ],
)
async def test_codes_are_found_as_spelled_before_anything_is_guessed(
    index: PassageIndex, question: str, codes: set[str]
) -> None:
    hits = await CodeLookup(index, 50).find(
        codes_in(question), joined_codes(question), visible=SHOP, collections=frozenset()
    )
    assert {passage.text.removeprefix("件号: ") for passage in hits.passages} == codes


async def test_misspelled_words_become_visible_words_only(index: PassageIndex) -> None:
    speller = Speller(index)
    found = await speller.corrections("Which bearimgs are stianless? couplimg", visible=SHOP)
    assert found == {"bearimgs": "bearing", "stianless": "stainless"}
    assert await speller.corrections("Which bearings are stainless?", visible=SHOP) == {}
    assert await speller.corrections("bearimg", visible=VisibleSet()) == {}


async def test_words_of_texts_at_hand_are_not_looked_up(index: PassageIndex) -> None:
    speller = Speller(index)
    read = ["Bearimg-X2 is a brand, bearimgs are not．", "ｂbearimgh"]
    assert await speller.corrections("a bearimg and bearimgs", read, visible=SHOP) == {}
    found = await speller.corrections("a bearimg", read[1:], visible=SHOP)
    assert found == {"bearimg": "bearing"}


async def test_a_question_full_of_unknown_words_is_left_as_it_is(index: PassageIndex) -> None:
    speller = Speller(index)
    assert await speller.corrections("bearimg stianless couplimg wsher", visible=SHOP) == {}
