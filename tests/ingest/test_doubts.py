"""Notes on pages that were hard to read are read again as they were written."""

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from teaegg.ingest.readers.doubts import A_PICTURE, doubt, doubted_pages, page_place, picture_place


@given(st.integers(1, 5000), st.floats(0, 1), st.sampled_from([page_place, picture_place]))
def test_a_doubt_is_read_as_it_was_said(
    page: int, confidence: float, place: Callable[[int], str]
) -> None:
    assert doubted_pages([doubt(place(page), confidence)]) == {page: int(f"{confidence * 100:.0f}")}


def test_the_lowest_confidence_of_a_page_counts_and_other_notes_do_not() -> None:
    notes = [
        doubt(page_place(2), 0.8),
        doubt(picture_place(2), 0.6),
        doubt(A_PICTURE, 0.7),
        "Hidden text was left out.",
        "More pictures were hard to read.",
    ]
    assert doubted_pages(notes) == {1: 70, 2: 60}
