"""The original beside its passages: a click or a key on one side finds the place on the other."""

import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def open_document(page: Page, address: str, title: str, name: str = "chen") -> None:
    page.goto(address)
    page.fill("#name", name)
    page.fill("#password", "tea and eggs")
    page.keyboard.press("Enter")
    page.wait_for_selector("#ask[data-ready]")
    page.goto(f"{address}/documents")
    page.locator(".book", has_text=title).locator(".book-actions a").first.click()
    page.wait_for_selector("#understood[data-ready]")


def test_a_passage_finds_its_place_on_the_page_and_the_place_its_passage(
    page: Page, address: str
) -> None:
    open_document(page, address, "QH-200")
    page.click("#next")
    page.click("#next")
    expect(page.locator("#where")).to_have_text("第 3 页，共 12 页")
    expect(page.locator(".sheet img")).to_be_visible()
    page.locator(".passage").nth(1).click()
    chosen = page.locator(".passage").nth(1).get_attribute("data-passage")
    expect(page.locator(f".mark-box.selected[data-passage='{chosen}']")).not_to_have_count(0)
    expect(page.locator(".mark-box.selected").first).to_be_in_viewport()
    page.locator(".mark-box:not(.selected)").first.click()
    expect(page.locator(".passage.selected")).to_have_count(1)
    assert page.locator(".passage.selected").get_attribute("data-passage") != chosen
    page.reload()
    expect(page.locator("#where")).to_have_text("第 3 页，共 12 页")


def test_the_keyboard_alone_is_enough(page: Page, address: str) -> None:
    open_document(page, address, "substitutions")
    page.locator(".passage").first.focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator(".passage").nth(1)).to_have_attribute("aria-pressed", "true")
    expect(page.locator("tr.selected")).to_have_count(1)
    page.locator(".original tr[data-passage]").nth(3).focus()
    page.keyboard.press("Enter")
    chosen = page.locator("tr.selected").get_attribute("data-passage")
    expect(page.locator(f".passage.selected[data-passage='{chosen}']")).to_be_in_viewport()


def test_text_is_shown_as_it_was_parsed(page: Page, address: str) -> None:
    open_document(page, address, "全国年节")
    segment = page.locator(".segment").nth(2)
    segment.click()
    text = segment.inner_text()
    assert text in page.locator(".passage.selected .passage-text").inner_text()
    expect(page.locator(".passage.selected .vector")).to_have_text("语义索引就绪", timeout=20_000)


def test_whoever_may_not_read_it_learns_nothing(page: Page, address: str) -> None:
    open_document(page, address, "QH-200")
    hidden = page.url
    page.click("#sign-out")
    page.wait_for_url("**/sign-in")
    page.fill("#name", "guest")
    page.fill("#password", "tea and eggs")
    page.keyboard.press("Enter")
    page.wait_for_selector("#ask[data-ready]")
    page.goto(hidden)
    expect(page.locator("#problem .notice")).to_be_visible()
    assert "QH-200" not in page.content()
    missing = page.locator("#problem").inner_text()
    page.goto(f"{address}/documents/d0000000000000000")
    expect(page.locator("#problem .notice")).to_be_visible()
    assert page.locator("#problem").inner_text() == missing


@pytest.mark.parametrize("page", [PHONE, {**PHONE, "color_scheme": "dark"}], indirect=True)
def test_both_sides_fit_a_phone(page: Page, address: str) -> None:
    open_document(page, address, "QH-200")
    page.locator(".passage").first.tap()
    expect(page.locator(".mark-box.selected").first).to_be_in_viewport()
    expect(page.locator(".passage.selected")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    nameless = page.evaluate(
        """() => [...document.querySelectorAll('button, a')]
          .filter((e) => e.checkVisibility({visibilityProperty: true}))
          .filter((e) => !(e.innerText?.trim() || e.ariaLabel || e.title)).length"""
    )
    assert nameless == 0


@pytest.mark.parametrize("page", [{}, PHONE], indirect=True)
def test_a_page_that_ocr_was_unsure_of_is_said_to_be_so(page: Page, address: str) -> None:
    open_document(page, address, "faint-scan")
    expect(page.locator("#unsure")).to_contain_text(re.compile(r"把握约为 [5-8]\d%"))
    page.goto(f"{page.url}?lang=en")
    expect(page.locator("#unsure")).to_contain_text("hard to read")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_of_a_clear_page_nothing_is_said(page: Page, address: str) -> None:
    open_document(page, address, "QH-200")
    expect(page.locator(".passage")).not_to_have_count(0)
    expect(page.locator("#unsure")).to_be_hidden()
