"""The page of sources, as whoever manages uses it in a real browser."""

import pytest
from playwright.sync_api import Locator, Page, expect
from tests.app.web.test_web_browser import PHONE, sign_in

pytestmark = pytest.mark.browser


def visit(page: Page, address: str) -> None:
    sign_in(page, address)
    page.goto(f"{address}/sources")
    page.wait_for_selector("#sources[data-ready]")


def card_of(page: Page, name: str) -> Locator:
    return page.locator(f"[data-source='{name}']")


def add_folder(page: Page, name: str) -> None:
    page.click("#add")
    page.locator("input[value=folder]").check(force=True)
    page.fill("#subfolder", "rules")
    page.fill("#source-name", name)
    page.fill("#source-collection", name)
    page.click("#add-send")
    expect(page.locator("#add-dialog")).to_be_hidden()


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ({"locale": "zh-CN"}, ("已同步", "新增", "每天 03:00", "已暂停", "保留 1 份资料", "移除")),
        (
            {"locale": "en-US", "color_scheme": "dark", **PHONE},
            ("In step", "learned", "Daily at 03:00", "Paused", "Keep 1 document", "Remove"),
        ),
    ],
    indirect=["page"],
)
def test_a_folder_is_added_brought_in_step_paused_and_removed(
    page: Page, address: str, words: tuple[str, ...]
) -> None:
    fine, learned, daily, paused, keep, remove = words
    name = "rules" if fine == "In step" else "规定"
    visit(page, address)
    add_folder(page, name)
    card = card_of(page, name)
    expect(card.locator(".pill")).to_have_text(fine, timeout=15_000)
    expect(card.locator(".origin-counts")).to_contain_text(learned)
    expect(card.locator(".origin-facts")).to_contain_text(daily)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    card.locator(".origin-actions .icon-button").first.click()
    expect(card_of(page, name).locator(".pill")).to_have_text(paused)
    card_of(page, name).get_by_label(f"{remove} {name}").click()
    expect(page.locator("#keep-title")).to_have_text(keep)
    page.click("#remove-send")
    expect(card_of(page, name)).to_have_count(0)
    page.goto(f"{address}/documents")
    expect(page.locator(".book-title", has_text="加班规定").first).to_be_visible()


def test_forgetting_takes_the_documents_along_and_cancelling_takes_nothing(
    page: Page, address: str
) -> None:
    visit(page, address)
    add_folder(page, "forgettable")
    expect(card_of(page, "forgettable").locator(".pill")).to_have_text("已同步", timeout=15_000)
    card_of(page, "forgettable").get_by_label("移除 forgettable").click()
    page.locator("#remove-dialog [data-close]").click()
    expect(card_of(page, "forgettable")).to_have_count(1)
    card_of(page, "forgettable").get_by_label("移除 forgettable").click()
    page.check("input[value=forget]")
    page.click("#remove-send")
    expect(card_of(page, "forgettable")).to_have_count(0)
    kept = page.request.get(f"{address}/api/documents?collection=forgettable").json()
    assert kept["documents"] == []


def test_what_cannot_be_added_or_reached_says_why(page: Page, address: str) -> None:
    visit(page, address)
    page.click("#add")
    page.fill("#web-address", "http://127.0.0.1:1/handbook.html")
    page.fill("#source-name", "a/b")
    page.fill("#source-collection", "wiki")
    page.click("#add-send")
    expect(page.locator("#add-problem .notice")).to_contain_text("a/b")
    page.fill("#source-name", "unreachable")
    page.click("#add-send")
    card = card_of(page, "unreachable")
    expect(card.locator(".pill")).to_have_text("出错", timeout=15_000)
    expect(card.locator(".origin-problem")).to_contain_text("did not answer")
    page.click("#add")
    page.locator("input[value=other]").check(force=True)
    expect(page.locator("#add-dialog")).to_contain_text("teaegg sources add")
    expect(page.locator("#add-send")).to_be_hidden()


def test_whoever_does_not_manage_finds_no_such_page(page: Page, address: str) -> None:
    sign_in(page, address, "guest")
    expect(page.locator("a[href='/sources']")).to_have_count(0)
    reply = page.goto(f"{address}/sources")
    assert reply is not None and reply.status == 404


def test_everything_can_be_named_by_a_screen_reader(page: Page, address: str) -> None:
    visit(page, address)
    page.click("#add")
    nameless = page.evaluate(
        """() => [...document.querySelectorAll("button, a, input, select")]
          .filter((e) => e.checkVisibility())
          .filter((e) => !(e.innerText?.trim() || e.ariaLabel || e.title || e.labels?.length))
          .map((e) => e.outerHTML)"""
    )
    assert nameless == []
