"""The demo company: read, set up once and twice, and its questions judged."""

from pathlib import Path
from typing import Any

import pytest

from teaegg.app.demo import CompanyQuestion, is_right, read_company
from teaegg.core.answers import Answer
from teaegg.core.errors import InvalidRequestError

REAL = Path(__file__).parents[3] / "demo/company"
SMALL = """
[company]
name = "小厂"
name_en = "Small Works"

[[collection]]
name = "手册"
name_en = "Handbook"
path = "handbook"
groups = ["staff"]

[[user]]
name = "lina"
display_zh = "李娜"
display_en = "Li Na"
groups = ["staff", "hr"]
role = "user"
password = "teaegg-demo"

[[question]]
id = "leave"
user = "lina"
text = "年假有几天？"
expect = ["{expected}"]
show = true
"""


@pytest.fixture
def small(tmp_path: Path, folder: Path) -> Path:
    path = tmp_path / "company"
    (path / "handbook").mkdir(parents=True)
    (folder / "handbook.md").rename(path / "handbook/handbook.md")
    (path / "company.toml").write_text(SMALL.replace("{expected}", "年假5 天"), encoding="utf-8")
    return path


def test_the_real_company_is_complete() -> None:
    company = read_company(REAL)
    assert len(company.shown) >= 3
    assert {question.user for question in company.questions} <= {
        user.name for user in company.users
    }
    assert all((REAL / collection.path).is_dir() for collection in company.collections)
    assert "everyone" not in company.groups


def test_the_demo_learns_asks_and_shows_the_proof(cli: Any, small: Path) -> None:
    typed = cli.done("demo", "--once", "--company", str(small))
    assert "小厂  Small Works" in typed.out
    assert "李娜 lina: 年假有几天？" in typed.out
    assert "年假5天。[1]" in typed.out
    assert "[1] 员工手册" in typed.out


def test_the_demo_can_be_run_again(cli: Any, small: Path) -> None:
    for _ in range(2):
        cli.done("demo", "--once", "--company", str(small))
    assert len(cli.done("documents", "--as", "lina", "--json").data) == 1
    assert cli.done("group", "list", "--json").data == {"hr": ["lina"], "staff": ["lina"]}


def test_a_wrong_answer_fails_the_demo(cli: Any, small: Path) -> None:
    wrong = SMALL.replace("{expected}", "年假6天")
    (small / "company.toml").write_text(wrong, encoding="utf-8")
    typed = cli("demo", "--once", "--company", str(small))
    assert typed.code == 1
    assert "年假6天" in typed.err


def test_the_demo_keeps_out_of_the_users_own_home(cli: Any, small: Path) -> None:
    cli.done("demo", "--once", "--company", str(small), TEAEGG_HOME=None)
    assert Path(".teaegg-demo").is_dir()
    assert not Path(".teaegg").exists()


@pytest.mark.parametrize("text", ["not toml", "[company]\nname = '小厂'\n", None])
def test_a_company_that_cannot_be_read_is_named(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "company.toml").write_text(text, encoding="utf-8")
    with pytest.raises(InvalidRequestError, match=r"company\.toml"):
        read_company(tmp_path)


def answer(verdict: Any, text: str) -> Answer:
    return Answer(verdict, text, (), "quote", 0.9, "t1")


@pytest.mark.parametrize(
    ("expect", "must_not", "abstained", "given", "right"),
    [
        (("75 N·m",), (), False, answer("answered", "拧紧力矩为75N·m。"), True),
        (("３天",), (), False, answer("answered", "福利年假3天。"), True),
        (("3天", "5天"), (), False, answer("answered", "福利年假3天。"), False),
        (("3天",), (), False, answer("abstained", "3天"), False),
        ((), ("968",), True, answer("abstained", "没有说明。"), True),
        ((), ("968",), True, answer("abstained", "不是9 68元。"), False),
        ((), (), True, answer("answered", "有。"), False),
        ((), (), True, answer("refused", "不作回答。"), True),
    ],
)
def test_answers_are_judged_by_what_they_say(
    expect: tuple[str, ...], must_not: tuple[str, ...], abstained: bool, given: Answer, right: bool
) -> None:
    question = CompanyQuestion(
        id="q", user="u", text="?", expect=expect, must_not=must_not, abstained=abstained
    )
    assert is_right(question, given) == right
