"""The one place where errors become HTTP answers. What went wrong inside is logged, never sent."""

from __future__ import annotations

import errno
import logging
from typing import Any, cast

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from teaegg.app.api.identity import key_of, workspace_of
from teaegg.app.mcp.factory import MCP_PATH, METADATA_PATH
from teaegg.core.errors import (
    ConflictError,
    InvalidRequestError,
    ModelError,
    ModelUnavailableError,
    NotAllowedError,
    NotFoundError,
    PackRefusedError,
    SettingsError,
    SignInError,
    SourceUnavailableError,
    StorageError,
    TeaEggError,
    UnreadableDocumentError,
)

OPENAI_PREFIX = "/v1/"
_LOG = logging.getLogger(__name__)

# The most special class first: the first that fits decides.
_STATUSES: tuple[tuple[type[TeaEggError], int, str], ...] = (
    (NotFoundError, 404, "not_found"),
    (SignInError, 401, "sign_in"),
    (NotAllowedError, 403, "not_allowed"),
    (ConflictError, 409, "conflict"),
    (InvalidRequestError, 400, "invalid_request"),
    (SettingsError, 400, "settings"),
    (UnreadableDocumentError, 422, "unreadable_document"),
    (PackRefusedError, 422, "pack_refused"),
    (SourceUnavailableError, 503, "source_unavailable"),
    (StorageError, 500, "storage"),
    (ModelUnavailableError, 503, "model_unavailable"),
    (ModelError, 502, "model"),
)
_INSUFFICIENT_STORAGE = 507
_FULL = frozenset((errno.ENOSPC, errno.EDQUOT))
# Always the same bytes, so that "not yours" cannot be told from "not there".
_NOT_FOUND = NotFoundError(
    "There is nothing here that you may see.", remedy="Check the address, or ask an owner."
)
_UNEXPECTED = TeaEggError(
    "The server met an unexpected error.", remedy="Try again; the details are in the server's log."
)


def add_error_handlers(application: FastAPI) -> None:
    """Whatever goes wrong becomes a small JSON body: {"error": {"type", "message", "remedy"}}."""
    application.add_exception_handler(TeaEggError, _on_error)
    application.add_exception_handler(RequestValidationError, _on_invalid)
    application.add_exception_handler(HTTPException, _on_http)
    application.add_exception_handler(Exception, _on_unexpected)


def status_of(error: Exception) -> tuple[int, str]:
    """(HTTP status, type name) of an error; what is not in our tree is 500, "unexpected"."""
    if isinstance(error, StorageError) and getattr(error.__cause__, "errno", None) in _FULL:
        return _INSUFFICIENT_STORAGE, "storage_full"
    for kind, status, name in _STATUSES:
        if isinstance(error, kind):
            return status, name
    return 500, "unexpected"


def error_body(error: Exception) -> dict[str, Any]:
    """What may be told of the error: our own words only."""
    _, name = status_of(error)
    told = _told(error)
    return {"error": {"type": name, "message": told.message, "remedy": told.remedy}}


def openai_error_body(error: Exception) -> dict[str, Any]:
    """The same in the shape that OpenAI clients read. What is not found here is a model's name."""
    status, name = status_of(error)
    told = error if isinstance(error, TeaEggError) else _UNEXPECTED
    kind = "server_error" if status >= 500 else "invalid_request_error"
    code = {"sign_in": "invalid_api_key", "not_found": "model_not_found"}.get(name, name)
    return {"error": {"message": str(told), "type": kind, "param": None, "code": code}}


def _told(error: Exception) -> TeaEggError:
    if isinstance(error, NotFoundError):
        return _NOT_FOUND
    return error if isinstance(error, TeaEggError) else _UNEXPECTED


def _reply(request: Request, error: Exception) -> JSONResponse:
    status, _ = status_of(error)
    shape = openai_error_body if request.url.path.startswith(OPENAI_PREFIX) else error_body
    headers = {"WWW-Authenticate": _challenge(request)} if status == 401 else {}
    return JSONResponse(shape(error), status, headers=headers)


def _challenge(request: Request) -> str:
    """RFC 6750; at /mcp it also says where a token can be had (RFC 9728, 5.1)."""
    oidc = workspace_of(request).settings.oidc
    if request.url.path != MCP_PATH or not oidc.is_on:
        return "Bearer"
    told = f'resource_metadata="{oidc.public_url.rstrip("/")}{METADATA_PATH}{MCP_PATH}"'
    return f'Bearer error="invalid_token", {told}' if key_of(request) else f"Bearer {told}"


async def _on_error(request: Request, error: Exception) -> JSONResponse:
    if status_of(error)[0] >= 500:
        _LOG.error("%s %s: %s", request.method, request.url.path, error, exc_info=error)
    return _reply(request, error)


async def _on_invalid(request: Request, error: Exception) -> JSONResponse:
    """A body or parameter of the wrong shape; the value itself is not sent back."""
    refused = cast(RequestValidationError, error)
    problems = (
        f"{'.'.join(str(part) for part in problem['loc'])}: {problem['msg']}"
        for problem in refused.errors()
    )
    told = InvalidRequestError(
        f"The request is not understood: {'; '.join(problems)}.", remedy="See docs/api.md."
    )
    return _reply(request, told)


async def _on_http(request: Request, error: Exception) -> JSONResponse:
    """What the framework itself refuses: unknown paths, wrong methods, broken bodies."""
    refused = cast(HTTPException, error)
    if refused.status_code == 404:
        return _reply(request, _NOT_FOUND)
    told = InvalidRequestError(f"{refused.detail}.", remedy="See docs/api.md.")
    reply = _reply(request, told)
    reply.status_code = refused.status_code
    return reply


async def _on_unexpected(request: Request, error: Exception) -> JSONResponse:
    _LOG.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return _reply(request, error)
