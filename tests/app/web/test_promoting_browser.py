"""Whoever manages takes a real question into the exam beside its answer; others see no such button."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from tests.app.web.test_web_browser import GREASE, PHONE, ask, sign_in

pytestmark = pytest.mark.browser


def test_a_good_answer_is_taken_with_one_click(page: Page, address: str) -> None:
    sign_in(page, address)
    ask(page, GREASE)
    with page.expect_response("**/api/exams/real-questions/items") as reply:
        page.get_by_role("button", name="加入考题").first.click()
    assert reply.value.status == 201
    expect(page.locator(".promotion [role=status]")).to_have_text("已加入考题，待审核")
    expect(page.locator(".promotion button")).to_have_count(0)


@pytest.mark.parametrize("page", [{}, PHONE], indirect=True)
def test_a_wrong_answer_is_taken_with_what_is_right(page: Page, address: str) -> None:
    sign_in(page, address)
    ask(page, GREASE)
    wrong = page.get_by_role("button", name="回答有误")
    expect(page.locator(".correction")).to_be_hidden()
    wrong.click()
    expect(wrong).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_label("正确答案")).to_be_focused()
    page.get_by_label("正确答案").fill("每月一次")
    with page.expect_response("**/api/exams/real-questions/items") as reply:
        page.locator(".correction button").click()
    assert reply.value.status == 201
    expect(page.locator(".promotion")).to_have_text("已加入考题，待审核")


def test_members_are_offered_nothing(page: Page, address: str) -> None:
    sign_in(page, address, "guest")
    ask(page, GREASE)
    expect(page.locator(".promotion")).to_have_count(0)
