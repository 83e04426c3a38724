"""What a person does on the page, in a real browser against a real server."""

import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
GREASE = "QH-200 的机械密封多久检查一次？"


def sign_in(page: Page, address: str, name: str = "chen") -> None:
    page.goto(address)
    page.fill("#name", name)
    page.fill("#password", "tea and eggs")
    page.keyboard.press("Enter")
    page.wait_for_selector("#ask[data-ready]")


def ask(page: Page, question: str) -> None:
    page.wait_for_selector("#ask[data-ready]")
    asked = page.locator(".turn").count()
    page.fill("#question", question)
    page.keyboard.press("Enter")
    expect(page.locator(".turn").nth(asked).locator(".turn-foot")).to_be_visible(timeout=30_000)


def test_whoever_has_not_signed_in_meets_the_gate(page: Page, address: str) -> None:
    page.goto(f"{address}/documents")
    expect(page).to_have_url(f"{address}/sign-in")


def test_a_wrong_password_is_told_in_the_visitors_language(page: Page, address: str) -> None:
    page.goto(f"{address}/sign-in")
    page.fill("#name", "chen")
    page.fill("#password", "not the password")
    page.click("button[type=submit]")
    expect(page.locator("#sign-in-error")).to_have_text("用户名与密码不匹配。")


def test_an_answer_streams_and_its_citation_opens_the_page_with_the_quote_marked(
    page: Page, address: str
) -> None:
    sign_in(page, address)
    ask(page, GREASE)
    expect(page.locator(".sentence")).not_to_have_count(0)
    picture = re.compile(r"/pages/\d+\.png")
    with page.expect_response(picture) as reply:
        page.locator(".chip").first.click()
    assert int(reply.value.headers["x-teaegg-marks"]) >= 1
    expect(page.locator("#place .place-page")).to_be_visible()
    page.click("#tab-text")
    expect(page.locator("#place :is(mark, tr.cited)").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#place")).to_be_hidden()
    expect(page.locator(".chip").first).to_be_focused()


def test_a_sentence_shows_as_soon_as_it_comes(page: Page, address: str) -> None:
    sign_in(page, address)
    whole = page.request.post(
        f"{address}/api/ask", data={"question": GREASE, "stream": True}
    ).text()
    # The same stream, broken off before its last event.
    begun = whole[: whole.index("event: answer")]
    page.route(
        "**/api/ask", lambda route: route.fulfill(content_type="text/event-stream", body=begun)
    )
    page.fill("#question", GREASE)
    page.keyboard.press("Enter")
    expect(page.locator(".sentence").first).to_be_visible()
    expect(page.locator(".turn-foot")).to_have_count(0)
    expect(page.locator(".turn .notice")).to_contain_text("再试一次")


def test_a_row_is_shown_within_its_neighbours(page: Page, address: str) -> None:
    sign_in(page, address)
    page.click("#scope summary")
    page.check("input[value='零件目录']")
    page.keyboard.press("Escape")
    ask(page, "哪个零件可以替代 QH-SL-25？")
    page.locator(".chip").first.click()
    expect(page.locator("#place tr.cited")).to_have_count(1)
    assert page.locator("#place .rows tbody tr").count() > 2


def test_a_conversation_comes_back_from_the_list(page: Page, address: str) -> None:
    sign_in(page, address)
    ask(page, "春节放假几天？")
    expect(page).to_have_url(re.compile(r"/c/c[0-9a-f]+"))
    page.goto(address)
    page.locator("#history a").first.click()
    expect(page.locator(".turn-question")).to_have_text("春节放假几天？")
    expect(page.locator(".turn-foot")).to_be_visible()


def test_an_upload_shows_its_progress_and_a_broken_file_its_reason(
    page: Page, address: str
) -> None:
    sign_in(page, address)
    page.goto(f"{address}/documents")
    expect(page.locator(".book")).not_to_have_count(0)
    page.set_input_files(
        "#files",
        [
            {
                "name": "note.md",
                "mimeType": "text/markdown",
                "buffer": "# 新通知\n\n周五团建。".encode(),
            },
            {"name": "broken.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 cut off"},
        ],
    )
    failed = page.locator(".job.failed")
    expect(failed).to_contain_text("broken.pdf", timeout=30_000)
    expect(failed.locator(".job-reason")).not_to_be_empty()
    expect(page.locator(".job.done")).to_contain_text("note.md", timeout=30_000)
    expect(page.locator(".book", has_text="新通知")).to_be_visible(timeout=10_000)
    expect(page.locator(".book .pill.quarantined")).to_have_count(1)


def test_why_one_sees_a_document_is_told(page: Page, address: str) -> None:
    sign_in(page, address)
    page.goto(f"{address}/documents")
    page.locator(".book-actions button").first.click()
    expect(page.locator(".book-more")).to_contain_text("所有者")


def test_whoever_may_read_nothing_meets_an_empty_library_without_an_upload(
    page: Page, address: str
) -> None:
    sign_in(page, address, "guest")
    page.goto(f"{address}/documents")
    expect(page.locator("#nothing")).to_be_visible()
    expect(page.locator("#upload")).to_have_count(0)
    page.goto(address)
    ask(page, GREASE)
    expect(page.locator(".verdict")).to_contain_text("资料中没有说明")


def test_the_language_can_be_switched_and_is_remembered(page: Page, address: str) -> None:
    page.goto(f"{address}/sign-in")
    page.click("text=English")
    expect(page.locator("h1")).to_have_text("Sign in")
    page.goto(f"{address}/sign-in")
    expect(page.locator("h1")).to_have_text("Sign in")


@pytest.mark.parametrize("page", [PHONE, {**PHONE, "color_scheme": "dark"}], indirect=True)
def test_nothing_on_a_phone_scrolls_sideways(page: Page, address: str) -> None:
    def width() -> int:
        return int(page.evaluate("document.documentElement.scrollWidth"))

    page.goto(f"{address}/sign-in")
    assert width() <= 390
    sign_in(page, address)
    assert width() <= 390
    ask(page, GREASE)
    page.locator(".chip").first.tap()
    expect(page.locator("#place")).to_be_visible()
    assert width() <= 390
    page.locator("#place-close").tap()
    page.locator("#menu-button").tap()
    expect(page.locator("#sidebar")).to_be_visible()
    page.goto(f"{address}/documents")
    expect(page.locator(".book").first).to_be_visible()
    assert width() <= 390


def test_every_control_has_a_name_that_can_be_read_out(page: Page, address: str) -> None:
    sign_in(page, address)
    ask(page, GREASE)
    for path in ("", "/documents"):
        if path:
            page.goto(address + path)
            expect(page.locator(".book").first).to_be_visible()
        nameless = page.evaluate(
            """() => [...document.querySelectorAll('button, a, input, select, textarea')]
              .filter((e) => e.checkVisibility())
              .filter((e) => !(e.innerText?.trim() || e.ariaLabel || e.title || e.labels?.length))
              .map((e) => e.outerHTML)"""
        )
        assert nameless == []


@pytest.mark.parametrize(
    ("page", "marked", "said"),
    [
        ({"locale": "zh-CN"}, "旧版本，施行至2024年7月1日", "；另有更新的版本。"),
        (
            {"locale": "en-US", "timezone_id": "Pacific/Auckland"},
            "older version, in force until July 1, 2024",
            "; there is a newer one.",
        ),
        ({**PHONE, "color_scheme": "dark"}, "旧版本，施行至2024年7月1日", "；另有更新的版本。"),
    ],
    indirect=["page"],
)
def test_what_is_not_in_force_is_said_beside_its_citation_and_below(
    page: Page, address: str, marked: str, said: str
) -> None:
    sign_in(page, address)
    ask(page, "2018年的公司法第二十三条规定了什么？")
    expect(page.locator(".sentence-source .version").first).to_have_text(marked)
    below = page.locator(".version-lines li")
    expect(below).to_have_count(1)
    expect(below).to_contain_text(marked + said)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.reload()
    expect(page.locator(".version-lines li")).to_contain_text(marked + said)


def test_of_what_is_in_force_nothing_is_said(page: Page, address: str) -> None:
    sign_in(page, address)
    ask(page, GREASE)
    expect(page.locator(".sentence")).not_to_have_count(0)
    expect(page.locator(".version, .version-lines")).to_have_count(0)
