"""Each error of the tree has one status and one shape, and tells nothing of the inside."""

import errno

import httpx
import pytest
from fastapi import FastAPI

from teaegg.app.api.errors import error_body, openai_error_body, status_of
from teaegg.core import errors


def all_kinds(kind: type[errors.TeaEggError]) -> list[type[errors.TeaEggError]]:
    return [kind, *(sub for direct in kind.__subclasses__() for sub in all_kinds(direct))]


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (errors.NotFoundError, 404),
        (errors.SignInError, 401),
        (errors.NotAllowedError, 403),
        (errors.ConflictError, 409),
        (errors.InvalidRequestError, 400),
        (errors.SettingsError, 400),
        (errors.UnreadableDocumentError, 422),
        (errors.SourceUnavailableError, 503),
        (errors.StorageError, 500),
        (errors.ModelError, 502),
        (errors.ModelUnavailableError, 503),
    ],
)
def test_status_of_each_kind(kind: type[errors.TeaEggError], status: int) -> None:
    assert status_of(kind("x"))[0] == status


def test_no_kind_of_error_is_left_without_a_type_of_its_own() -> None:
    ours = [
        kind for kind in all_kinds(errors.TeaEggError)[1:] if kind.__module__ == errors.__name__
    ]
    names = {status_of(kind("x"))[1] for kind in ours if not issubclass(kind, Warning)}
    assert "unexpected" not in names


def test_a_full_disk_is_told_from_other_storage_errors() -> None:
    error = errors.StorageError("full")
    error.__cause__ = OSError(errno.ENOSPC, "No space left on device")
    assert status_of(error) == (507, "storage_full")


def test_what_is_not_ours_tells_nothing() -> None:
    body = error_body(ValueError("/home/secret/path"))
    assert "secret" not in str(body) and body["error"]["type"] == "unexpected"
    assert "secret" not in str(openai_error_body(ValueError("/home/secret/path")))


def test_not_found_is_always_the_same_whatever_it_was_about() -> None:
    assert error_body(errors.NotFoundError("a")) == error_body(
        errors.NotFoundError("b", remedy="c")
    )


async def test_an_unexpected_error_is_a_500_without_a_stack_trace(
    application: FastAPI, signed_in
) -> None:
    async def broken() -> None:
        raise RuntimeError("inner detail")

    application.add_api_route("/api/broken", broken)
    # The last resort stands before the mounted page files; put the new route first.
    application.router.routes.insert(0, application.router.routes.pop())
    reply = await (await signed_in("li")).get("/api/broken")
    assert reply.status_code == 500
    assert "inner detail" not in reply.text and "Traceback" not in reply.text


async def test_a_request_of_the_wrong_shape_names_the_field_not_the_value(signed_in) -> None:
    client = await signed_in("li")
    reply = await client.post("/api/ask", json={"question": "x", "colour": "s3cret"})
    assert reply.status_code == 400
    assert "colour" in reply.json()["error"]["message"] and "s3cret" not in reply.text


async def test_an_unknown_path_has_the_same_body_as_a_hidden_thing(
    visitor: httpx.AsyncClient, signed_in
) -> None:
    unknown = await visitor.get("/api/nothing-here")
    hidden = await (await signed_in("li")).get("/api/traces/t0")
    assert unknown.status_code == hidden.status_code == 404
    assert unknown.content == hidden.content
