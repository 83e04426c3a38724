"""What a person thought of an answer, said with the mouse or the keyboard below it."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect
from tests.app.web.test_web_browser import PHONE, ask, sign_in

pytestmark = pytest.mark.browser
QUESTION = "QH-200 的机械密封多久检查一次？"


def own_feedback(page: Page, address: str) -> Any:
    conversation = page.url.rsplit("/", 1)[1]
    record = page.request.get(f"{address}/api/conversations/{conversation}").json()
    return record["turns"][0]["answer"]["feedback"]


def holding_first(page: Page) -> list[Route]:
    """The first thing that is said of the answer is held back until the test lets it go."""
    held: list[Route] = []
    page.route(
        "**/api/traces/*/feedback",
        lambda route: route.continue_() if held else held.append(route),
    )
    return held


@pytest.fixture
def answered(page: Page, address: str) -> Page:
    sign_in(page, address)
    ask(page, QUESTION)
    expect(page).to_have_url(re.compile(r"/c/c[0-9a-f]+"))
    return page


def test_a_thumb_up_is_kept_and_pressed_again_taken_back(answered: Page, address: str) -> None:
    up = answered.get_by_role("button", name="有帮助", exact=True)
    up.click()
    expect(up).to_have_attribute("aria-pressed", "true")
    expect(answered.locator(".feedback-state")).to_have_text("已记下，谢谢")
    expect(answered.locator(".feedback-form")).to_be_hidden()
    assert own_feedback(answered, address)["helpful"] is True
    up.click()
    expect(up).to_have_attribute("aria-pressed", "false")
    expect(answered.locator(".feedback-state")).to_have_text("")
    assert own_feedback(answered, address) is None


def test_a_complaint_is_told_with_the_keyboard_alone_and_comes_back_with_the_talk(
    answered: Page, address: str
) -> None:
    down = answered.get_by_role("button", name="没有帮助", exact=True)
    down.focus()
    answered.keyboard.press("Enter")
    expect(answered.get_by_label("哪里不对")).to_be_focused()
    answered.keyboard.type("说的是另一种泵")
    answered.keyboard.press("Tab")
    answered.keyboard.type("每 500 小时检查一次")
    answered.keyboard.press("Tab")
    answered.keyboard.press("Enter")
    expect(answered.locator(".feedback-form")).to_be_hidden()
    expect(down).to_be_focused()
    kept = own_feedback(answered, address)
    assert (kept["helpful"], kept["comment"], kept["corrected"]) == (
        False,
        "说的是另一种泵",
        "每 500 小时检查一次",
    )
    answered.reload()
    again = answered.get_by_role("button", name="没有帮助", exact=True)
    expect(again).to_have_attribute("aria-pressed", "true")


def test_a_complaint_told_before_the_thumb_is_kept_waits_for_it(
    answered: Page, address: str
) -> None:
    held = holding_first(answered)
    down = answered.get_by_role("button", name="没有帮助", exact=True)
    down.click()
    answered.get_by_label("哪里不对").fill("说的是另一种泵")
    answered.get_by_role("button", name="提交", exact=True).click()
    expect(down).to_have_attribute("aria-pressed", "false")
    held[0].continue_()
    expect(answered.locator(".feedback-form")).to_be_hidden()
    expect(down).to_have_attribute("aria-pressed", "true")
    kept = own_feedback(answered, address)
    assert (kept["helpful"], kept["comment"]) == (False, "说的是另一种泵")


def test_a_thumb_pressed_twice_before_it_is_kept_ends_up_taken_back(
    answered: Page, address: str
) -> None:
    held = holding_first(answered)
    up = answered.get_by_role("button", name="有帮助", exact=True)
    up.click()
    up.click()
    with answered.expect_response(lambda reply: reply.request.method == "DELETE"):
        held[0].continue_()
    expect(up).to_have_attribute("aria-pressed", "false")
    assert own_feedback(answered, address) is None


def test_what_could_not_be_kept_is_told_and_the_thumb_stays_as_it_was(
    answered: Page, address: str
) -> None:
    answered.route("**/api/traces/*/feedback", lambda route: route.abort())
    up = answered.get_by_role("button", name="有帮助", exact=True)
    up.click()
    expect(answered.locator(".feedback .notice")).to_be_visible()
    expect(up).to_have_attribute("aria-pressed", "false")


@pytest.mark.parametrize("page", [{**PHONE, "locale": "en-GB"}], indirect=True)
def test_in_english_on_a_phone_the_thumbs_are_large_enough_for_a_finger(answered: Page) -> None:
    for name in ("Helpful", "Not helpful"):
        box = answered.get_by_role("button", name=name, exact=True).bounding_box()
        assert box
        assert min(box["width"], box["height"]) >= 36
    assert answered.evaluate("document.documentElement.scrollWidth") <= 390
