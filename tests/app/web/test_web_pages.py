"""The pages without a browser: their words, their files, and that nothing comes from elsewhere."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import teaegg.app.web
from teaegg.app.web.language import known_language, preferred_language
from teaegg.app.web.texts import texts

WEB = Path(teaegg.app.web.__file__).parent
PARTS = sorted(
    path for path in WEB.rglob("*") if path.suffix in {".html", ".css", ".js", ".svg", ".py"}
)


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "zh"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en-US,en;q=0.9", "en"),
        ("en;q=0.4, zh-TW;q=0.5", "zh"),
        ("fr, de;q=0.8", "zh"),
        ("fr, en;q=0.1", "en"),
        ("zh;q=0, en", "en"),
        ("en;q=nonsense", "zh"),
    ],
)
def test_the_language_that_the_browser_prefers(header: str, language: str) -> None:
    assert preferred_language(header) == language


@given(st.text(max_size=200))
def test_any_header_gives_one_of_the_two_languages(header: str) -> None:
    assert preferred_language(header) in ("zh", "en")


def test_only_two_languages_are_known() -> None:
    assert [known_language(text) for text in ("zh", "en", "fr", "", None)] == [
        "zh", "en", None, None, None,
    ]  # fmt: skip


def test_both_languages_fill_in_the_same_values() -> None:
    chinese, english = texts("zh"), texts("en")
    for key in chinese:
        assert chinese[key] and english[key]
        fields = [set(re.findall(r"\{(\w+)\}", words[key])) for words in (chinese, english)]
        assert fields[0] == fields[1] or key.endswith("_one")


def test_every_text_that_a_page_or_script_asks_for_exists_and_none_is_left_over() -> None:
    known = set(texts("zh"))
    asked: set[str] = set()
    stems: set[str] = set()
    for path in PARTS:
        source = path.read_text(encoding="utf-8")
        if path.suffix == ".html":
            asked |= set(re.findall(r"text\.(\w+)", source))
            stems |= set(re.findall(r"text\['(\w+_)' \+", source))
        if path.suffix == ".js":
            asked |= set(re.findall(r"say(?:Count)?\((?:[^()\"]*\? ?)?\"(\w+)\"", source))
            asked |= {word for word in re.findall(r"\"(\w+)\"", source) if word in known}
            stems |= set(re.findall(r"say\(`(\w+_)\$\{", source))
    assert asked <= known
    used = {key for key in known if key in asked or any(key.startswith(stem) for stem in stems)}
    verdicts = {"answered", "abstained", "refused"}
    counted = {key for key in known if key.endswith("_one") and key.removesuffix("_one") in asked}
    assert known - used - verdicts - counted == set()


@pytest.mark.parametrize("path", PARTS, ids=lambda path: path.name)
def test_nothing_is_loaded_from_elsewhere_and_no_script_stands_in_a_page(path: Path) -> None:
    source = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
    assert "https://" not in source and "http://" not in source
    if path.suffix == ".html":
        assert not re.search(r"<script(?![^>]*\bsrc=)", source)
        assert not re.search(r"\son\w+=|\sstyle=", source)
    if path.suffix == ".js":
        assert "innerHTML" not in source and "insertAdjacentHTML" not in source


@pytest.mark.parametrize("path", PARTS, ids=lambda path: path.name)
def test_no_file_of_the_page_outgrows_the_budget(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 500
