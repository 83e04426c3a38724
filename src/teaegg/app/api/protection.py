"""What guards every request before a route sees it: foreign pages, oversized bodies, headers.

Plain ASGI instead of a middleware class of the framework, which would hold back streamed answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from teaegg.app.api.errors import error_body
from teaegg.core.errors import InvalidRequestError, NotAllowedError

_SAFE_METHODS = frozenset(("GET", "HEAD", "OPTIONS"))
_MAX_BODY_BYTES = 4 * 1024**2
_MULTIPART_ALLOWANCE_BYTES = 64 * 1024
UPLOAD_PATH = "/api/documents"

SECURITY_HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
        "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


class Protection:
    """Wraps the application: refuses what must not come in, adds headers to what goes out."""

    def __init__(self, application: ASGIApp, *, max_upload_bytes: int) -> None:
        self._application = application
        self._max_upload_bytes = max_upload_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        guarded = _with_headers(send, _caching(scope["path"]))
        headers = Headers(scope=scope)
        method: str = scope["method"]
        if reason := foreign_origin(method, headers):
            error = NotAllowedError(reason, remedy="Open TeaEgg's own page, or use an API key.")
            await JSONResponse(error_body(error), 403)(scope, receive, guarded)
        elif refusal := self._refuse_body(method, scope["path"], headers):
            status, told = refusal
            await JSONResponse(error_body(told), status)(scope, receive, guarded)
        else:
            await self._application(scope, receive, guarded)

    def _refuse_body(
        self, method: str, path: str, headers: Headers
    ) -> tuple[int, InvalidRequestError] | None:
        """Decided before a byte is read: the declared length is what the server will accept."""
        if method in _SAFE_METHODS:
            return None
        if "transfer-encoding" in headers:
            return 411, InvalidRequestError(
                "The request does not say how long it is.", remedy="Send a Content-Length header."
            )
        limit = _MAX_BODY_BYTES
        if path == UPLOAD_PATH:
            limit = self._max_upload_bytes + _MULTIPART_ALLOWANCE_BYTES
        declared = headers.get("content-length", "0")
        if declared.isdecimal() and int(declared) <= limit:
            return None
        return 413, InvalidRequestError(
            f"The request has {declared[:20]} bytes, {limit} are allowed.",
            remedy="Send less at a time; `server.max_upload_bytes` bounds uploads.",
        )


def foreign_origin(method: str, headers: Mapping[str, str]) -> str:
    """Why a changing request comes from a foreign page, else "".

    The rule of Go's net/http CrossOriginProtection (F. Valsorda, 2025): browsers tell where a
    request comes from in Sec-Fetch-Site, older ones in Origin; what sends neither is no browser.
    An API key is never attached by a browser on its own, so requests with one pass.
    """
    if method in _SAFE_METHODS or headers.get("authorization", "").startswith("Bearer "):
        return ""
    refused = "The request comes from another site's page."
    site = headers.get("sec-fetch-site")
    if site is not None:
        return "" if site in ("same-origin", "none") else refused
    origin = headers.get("origin")
    if origin is None or urlsplit(origin).netloc == headers.get("host"):
        return ""
    return refused


def _caching(path: str) -> str:
    """The page's own files are asked for again by their tag; everything else is never kept."""
    return "no-cache" if path.startswith("/static/") else "no-store"


def _with_headers(send: Send, caching: str) -> Send:
    async def guarded(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in SECURITY_HEADERS.items():
                headers.setdefault(name, value)
            headers.setdefault("Cache-Control", caching)
        await send(message)

    return guarded
