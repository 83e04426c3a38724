"""Passages leave for an endpoint outside only where a setting says that they may."""

from __future__ import annotations

from typing import Any

import pytest

from teaegg.core.clock import SystemClock
from teaegg.core.errors import NotAllowedError
from teaegg.distill.teachers.egress import egress_record, place_of, require_leaving
from teaegg.distill.teachers.endpoint import EndpointTeacher


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("http://127.0.0.1:8000/v1", "machine"),
        ("http://localhost/v1", "machine"),
        ("http://[::1]:8000/v1", "machine"),
        ("http://[::ffff:127.0.0.1]/v1", "machine"),
        ("http://10.1.2.3/v1", "network"),
        ("http://172.31.0.1/v1", "network"),
        ("http://192.168.1.5:11434/v1", "network"),
        ("http://[fd00::1]/v1", "network"),
        ("https://8.8.8.8/v1", "outside"),
        ("http://172.32.0.1/v1", "outside"),
        ("http://169.254.169.254/v1", "outside"),
        ("http://100.64.0.1/v1", "outside"),
        ("http://0.0.0.0/v1", "outside"),
        ("http://[2001:4860::8888]/v1", "outside"),
        ("http://no-such-host.invalid/v1", "outside"),
        ("http://127.0.0.1.no-such-host.invalid/v1", "outside"),
        ("http://127.0.0.1@8.8.8.8/v1", "outside"),
        ("http://" + "a" * 300, "outside"),
        ("nonsense", "outside"),
        ("", "outside"),
    ],
)
async def test_where_an_endpoint_stands(url: str, place: str) -> None:
    assert await place_of(url) == place


async def test_nothing_leaves_unless_it_is_allowed(settings_for: Any, make_lesson: Any) -> None:
    """192.0.2.1 leads nowhere: had anything been sent, the failure would be another."""
    teacher = EndpointTeacher(settings_for("https://192.0.2.1/v1", tries=1), SystemClock())
    with pytest.raises(NotAllowedError, match="handbook may not leave") as caught:
        await teacher.teach(make_lesson())
    assert "teacher.may_leave" in caught.value.remedy
    await teacher.close()


async def test_every_lesson_is_held_against_the_collections_that_may_leave(
    settings_for: Any, make_lesson: Any
) -> None:
    settings = settings_for(
        "https://192.0.2.1/v1", may_leave=("handbook",), tries=1, timeout_seconds=0.05
    )
    teacher = EndpointTeacher(settings, SystemClock())
    reply = await teacher.reply(make_lesson())
    assert reply.failure and reply.failure.reason in {"timeout", "unreachable"}
    with pytest.raises(NotAllowedError, match="prices may not leave"):
        await teacher.teach(make_lesson(collection="prices"))
    await teacher.close()


@pytest.mark.parametrize(
    ("may_leave", "place", "allowed"),
    [
        ((), "machine", True),
        ((), "network", True),
        ((), "outside", False),
        (("a",), "outside", False),
        (("a", "b"), "outside", True),
        (("*",), "outside", True),
    ],
)
def test_only_named_collections_leave(
    settings_for: Any, may_leave: tuple[str, ...], place: Any, allowed: bool
) -> None:
    settings = settings_for("https://example.com/v1", may_leave=may_leave)
    if allowed:
        require_leaving(settings, place, ["a", "b"])
        return
    with pytest.raises(NotAllowedError, match="b may not leave"):
        require_leaving(settings, place, ["a", "b"])


def test_what_left_is_on_record_and_the_key_is_not(settings_for: Any) -> None:
    settings = settings_for("https://example.com/v1", may_leave=("a",))
    assert egress_record(settings, "outside", ["a", "a"]) == {
        "endpoint": "https://example.com/v1",
        "model": "large",
        "place": "outside",
        "collections": ["a"],
        "allowed_by": ["a"],
    }
