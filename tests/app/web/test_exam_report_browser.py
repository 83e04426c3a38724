"""A report of an exam, opened from a disk in a real browser: its figures lead to its items."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Page, expect
from tests.evals.exam_reports import a_report

from teaegg.evals.report.page import html

pytestmark = pytest.mark.browser
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@pytest.fixture(scope="module", params=["zh", "en"])
def written(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path: Path = tmp_path_factory.mktemp("report") / f"{request.param}.html"
    path.write_text(html(a_report(), request.param), encoding="utf-8")
    return path


@pytest.fixture
def opened(page: Page, written: Path) -> Iterator[Page]:
    """The report on its own: whatever it asks of a network, and every error, fails the test."""
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text))
    page.on(
        "request",
        lambda request: None if request.url.startswith("file:") else problems.append(request.url),
    )
    page.goto(written.as_uri())
    yield page
    assert not problems
    assert page.evaluate("window.attacked") is None


def shown(page: Page) -> int:
    return page.locator(".item:visible").count()


def test_every_figure_leads_to_the_items_that_it_counts(opened: Page) -> None:
    assert shown(opened) == 30
    for outcome in ("won", "lost", "both", "neither"):
        link = opened.locator(f'.legend a[href*="o={outcome}"]')
        count = int(link.locator("b").inner_text())
        link.click()
        expect(opened.locator("#filter [name=o]")).to_have_value(outcome)
        expect(opened.locator(".item:visible")).to_have_count(count)
    for link in opened.locator(".groups .count").all():
        link.click()
        count = int(re.findall(r"\d+", link.inner_text())[0])
        expect(opened.locator(".item:visible")).to_have_count(count)


def test_a_mean_is_that_of_the_items_it_leads_to(opened: Page) -> None:
    link = opened.locator("#scores .value a").nth(2)
    link.click()
    expect(opened.locator("#filter [name=x]")).to_have_value("2")
    column = opened.evaluate(
        "[...document.querySelectorAll('.item:not([hidden])')]"
        ".map((item) => Number(item.dataset.scores.split(',')[2]))"
    )
    mean = 100 * sum(column) / len(column)
    assert link.locator("b").inner_text() == f"{mean:.1f}"


def test_no_link_leads_nowhere(opened: Page) -> None:
    names = set(opened.evaluate("NAMES"))
    for link in opened.locator("a").all():
        address = link.get_attribute("href") or ""
        assert address.startswith("#items?")
        wanted = {name: values[0] for name, values in parse_qs(address.split("?")[1]).items()}
        assert set(wanted) <= names
        for name, value in wanted.items():
            assert opened.locator(f'#filter [name={name}] option[value="{value}"]').count() == 1


def test_a_choice_can_be_cleared_searched_and_gone_back_from(opened: Page) -> None:
    opened.locator('.legend a[href*="o=won"]').click()
    chosen = shown(opened)
    assert 0 < chosen < 30
    opened.fill("#filter [name=q]", "机械密封")
    assert 0 <= shown(opened) < 30
    opened.locator("#filter button[type=reset]").click()
    expect(opened.locator(".item:visible")).to_have_count(30)
    opened.fill("#filter [name=q]", "there is no such word")
    expect(opened.locator("#none-left")).to_be_visible()


def test_outcomes_of_two_are_offered_for_two_only(opened: Page) -> None:
    won = opened.locator("#filter [name=o] option[value=won]")
    assert won.is_disabled()
    opened.select_option("#filter [name=x]", "2")
    opened.select_option("#filter [name=v]", "0")
    assert not won.is_disabled()
    opened.select_option("#filter [name=o]", "won")
    chosen = shown(opened)
    opened.select_option("#filter [name=v]", "")
    expect(opened.locator("#filter [name=o]")).to_have_value("")
    assert shown(opened) > chosen


def test_an_item_opens_by_its_address_with_all_that_was_said(opened: Page, written: Path) -> None:
    opened.goto("about:blank")
    opened.goto(f"{written.as_uri()}#item-2")
    expect(opened.locator("#item-2 .reply")).to_have_count(3)
    expect(opened.locator("#item-2 .key")).to_contain_text("500 小时")
    opened.locator("#item-2 .passages summary").click()
    expect(opened.locator("#item-2 blockquote.gold")).to_be_visible()
    # What the document says stands there as text.
    expect(opened.locator("#item-2 blockquote.gold")).to_contain_text("<script>")


@pytest.mark.parametrize("page", [PHONE], indirect=True)
def test_on_a_phone_nothing_stands_beyond_the_edge(opened: Page) -> None:
    opened.locator("#open-all").click()
    assert opened.evaluate("document.documentElement.scrollWidth") <= 390


def test_without_scripts_every_item_is_there(page: Page, written: Path) -> None:
    browser = page.context.browser
    assert browser
    plain = browser.new_context(java_script_enabled=False)
    read = plain.new_page()
    read.goto(written.as_uri())
    assert read.locator(".item").count() == 30
    assert not read.locator("#filter").is_visible()
    plain.close()
