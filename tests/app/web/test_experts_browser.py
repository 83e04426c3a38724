"""Choosing who answers, in a real browser: an expert where there is one to choose, and nothing else."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser
ROOT = Path(__file__).parents[3]
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = str(tmp_path_factory.mktemp("home"))
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.app.web.expert_page_server", home],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"},
    )
    assert process.stdout is not None
    yield process.stdout.readline().strip()
    process.terminate()
    process.wait(timeout=20)


def sign_in(page: Page, address: str, name: str) -> None:
    page.goto(address)
    page.fill("#name", name)
    page.fill("#password", "tea and eggs")
    page.keyboard.press("Enter")
    page.wait_for_selector("#ask[data-ready]")


@pytest.mark.parametrize("page", [{}, PHONE], indirect=True, ids=["desk", "phone"])
def test_an_expert_is_chosen_and_its_findings_open_at_their_source(
    page: Page, address: str
) -> None:
    sign_in(page, address, "chen")
    expect(page.locator("#answerer-label")).to_have_text("摘录原文")
    page.locator("#answerers summary").click()
    menu = page.locator("#answerers fieldset")
    expect(menu).to_be_visible()
    box = menu.bounding_box()
    assert box is not None and box["x"] >= 0
    assert box["x"] + box["width"] <= (page.viewport_size or {"width": 0})["width"]
    menu.get_by_text("休假专家").click()
    expect(menu).to_be_hidden()
    expect(page.locator("#answerer-label")).to_have_text("休假专家")
    page.fill("#question", "年假有几天？")
    page.click("#send")
    expect(page.locator(".sentence-text")).to_contain_text("年假每年十二天", timeout=30_000)
    expect(page.locator(".turn-foot")).to_contain_text("专家作答")
    page.locator(".chip").first.click()
    expect(page.locator("#place mark").first).to_contain_text("年假每年十二天")


def test_escape_closes_the_menu_and_the_mode_can_be_chosen_again(page: Page, address: str) -> None:
    sign_in(page, address, "chen")
    page.locator("#answerers summary").click()
    page.keyboard.press("Escape")
    expect(page.locator("#answerers fieldset")).to_be_hidden()
    page.locator("#answerers summary").click()
    page.locator("#answerers").get_by_text("休假专家").click()
    page.locator("#answerers summary").click()
    page.locator("#answerers label").first.click()
    page.fill("#question", "年假有几天？")
    page.click("#send")
    expect(page.locator(".turn-foot")).to_contain_text("摘录原文", timeout=30_000)


def test_whoever_may_use_none_sees_no_menu(page: Page, address: str) -> None:
    sign_in(page, address, "guest")
    expect(page.locator("#answerers")).to_have_count(0)
    expect(page.locator(".mode")).to_have_text("摘录原文")
