"""Turns become text in one way, whoever renders them."""

import jinja2
import pytest

from teaegg.core.errors import InvalidRequestError
from teaegg.distill.export.jinja import jinja_of
from teaegg.models.base import Message
from teaegg.models.templates import plain_template, template_named

TURNS = (Message("user", "甲？"), Message("assistant", "乙"), Message("user", "丙？"))


@pytest.mark.parametrize(
    ("language", "text"),
    [("zh", "甲？\n\n答案：乙\n\n丙？\n\n答案："), ("en", "甲？\n\nAnswer:乙\n\n丙？\n\nAnswer:")],
)
def test_a_base_that_never_learned_turns_is_shown_running_text(language: str, text: str) -> None:
    assert plain_template(language).prompt(TURNS) == text


@pytest.mark.parametrize("name", ["gemma", "chatml", "plain-zh", "plain-en"])
def test_other_engines_render_the_same_text(name: str) -> None:
    template = template_named(name)
    theirs = jinja2.Template(jinja_of(template)).render(
        messages=[{"role": turn.role, "content": turn.content} for turn in TURNS],
        add_generation_prompt=True,
    )
    assert theirs == template.prompt(TURNS)


def test_a_name_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(InvalidRequestError, match="plain-zh"):
        template_named("llama3")
