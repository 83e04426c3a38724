"""Settings of a teacher that contradict themselves are refused when they are read."""

import pytest
from pydantic import ValidationError

from teaegg.core.settings import TeacherSettings


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"engine": "endpoint"}, "needs base_url and model"),
        ({"budget": 5}, "needs price_in_per_million"),
        ({"base_url": "http://wang:secret@host/v1"}, "no user or password"),
        ({"max_tokens": 5}, "Extra inputs"),
    ],
)
def test_what_contradicts_itself_is_refused(fields: dict[str, object], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        TeacherSettings.model_validate(fields)


def test_lists_of_the_environment_are_json() -> None:
    assert TeacherSettings.model_validate({"may_leave": '["a", "b"]'}).may_leave == ("a", "b")
