"""Single sign-on as a person meets it: a real browser, a real TeaEgg process, a real provider process."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect
from tests.app.api.single_sign_on import free_port, provider_process

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a TeaEgg that trusts a provider which knows zhao."""
    port = str(free_port())
    with provider_process("-m", "oidc_provider_mock", "--port") as issuer:
        claims = {"preferred_username": "zhao", "name": "赵敏"}
        httpx.put(f"{issuer}/users/zhao", json=claims).raise_for_status()
        home = str(tmp_path_factory.mktemp("home"))
        server = str(Path(__file__).with_name("page_server.py"))
        process = subprocess.Popen(
            [sys.executable, server, home, port, issuer], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.terminate()
        process.wait(timeout=20)


def test_a_person_signs_in_at_the_provider_and_out_again(page: Page, company: str) -> None:
    page.goto(f"{company}/documents")
    page.click("text=用青禾统一认证登录")
    page.fill("input[name=sub]", "zhao")
    page.keyboard.press("Enter")
    page.wait_for_selector("#ask[data-ready]")
    expect(page.locator(".who-name")).to_have_text("赵敏")
    page.click("#sign-out")
    page.wait_for_url("**/oauth2/end_session?**")
    page.goto(company)
    expect(page).to_have_url(f"{company}/sign-in")


def test_why_it_failed_is_told_in_the_visitors_language(page: Page, company: str) -> None:
    page.goto(f"{company}/api/single-sign-on/return?state=forged&code=x")
    expect(page.locator("#refused")).to_have_text("这次登录已失效，请重新点击登录。")
    page.click("text=English")
    expect(page.locator("#single-sign-on")).to_have_text("Sign in with 青禾统一认证")


def test_a_local_account_still_signs_in(page: Page, company: str) -> None:
    page.goto(f"{company}/sign-in?refused=%3Cscript%3E")
    expect(page.locator("#refused")).to_have_count(0)
    page.fill("#name", "chen")
    page.fill("#password", "tea and eggs")
    page.keyboard.press("Enter")
    page.wait_for_selector("#ask[data-ready]")
    page.click("#sign-out")
    expect(page).to_have_url(f"{company}/sign-in")
