"""The pages: shells that the scripts fill through the API. Whoever has not signed in is sent to do so."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.responses import RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from fastapi.templating import Jinja2Templates

from teaegg import __version__
from teaegg.app.api.identity import actor_of, manager_of, workspace_of
from teaegg.app.api.routes.session import who
from teaegg.app.web.language import LANGUAGE_COOKIE, known_language, preferred_language
from teaegg.app.web.texts import texts
from teaegg.core.errors import SignInError
from teaegg.retrieval.query import Language

_HERE = Path(__file__).parent
_TEMPLATES = Jinja2Templates(_HERE / "templates")
_A_YEAR_SECONDS = 365 * 24 * 3600

router = APIRouter(include_in_schema=False)


def add_pages(application: FastAPI) -> None:
    """The pages and their static files, which are part of the package."""
    application.include_router(router)
    application.mount("/static", StaticFiles(directory=_HERE / "static"), name="static")


def language_of_visitor(request: Request) -> Language:
    """`?lang=` chooses, then the cookie, then what the browser prefers."""
    return (
        known_language(request.query_params.get("lang"))
        or known_language(request.cookies.get(LANGUAGE_COOKIE))
        or preferred_language(request.headers.get("accept-language", ""))
    )


Visitor = Annotated[Language, Depends(language_of_visitor)]


@router.get("/sign-in")
async def sign_in_page(request: Request, language: Visitor) -> Response:
    oidc = workspace_of(request).settings.oidc
    values = {
        "single_sign_on": oidc.is_on,
        "provider": oidc.label,
        "refused": request.query_params.get("refused", ""),
    }
    return _page(request, "sign_in.html", language, values)


@router.get("/")
@router.get("/c/{conversation}")
async def ask_page(request: Request, language: Visitor, conversation: str = "") -> Response:
    return await _signed_in(request, "ask.html", language, {"conversation": conversation})


@router.get("/documents")
async def documents_page(request: Request, language: Visitor) -> Response:
    return await _signed_in(request, "documents.html", language, {})


@router.get("/sources")
async def sources_page(request: Request, language: Visitor) -> Response:
    """For whoever manages; nobody else is told that there is such a page."""
    return await _signed_in(request, "sources.html", language, {}, for_managers=True)


@router.get("/documents/{document}")
async def understood_page(request: Request, language: Visitor, document: str) -> Response:
    """The shell only: whether there is such a document, and for whom, the API says."""
    return await _signed_in(request, "understood.html", language, {"document": document})


async def _signed_in(
    request: Request,
    template: str,
    language: Language,
    values: dict[str, Any],
    *,
    for_managers: bool = False,
) -> Response:
    try:
        actor = await actor_of(request)
    except SignInError:
        return RedirectResponse("/sign-in", 303)
    if for_managers:
        await manager_of(actor)
    me = await who(workspace_of(request), actor)
    return _page(request, template, language, {**values, "me": me})


def _page(request: Request, template: str, language: Language, values: dict[str, Any]) -> Response:
    words = texts(language)
    context = {
        **values,
        "text": words,
        "texts_json": json.dumps(dict(words), ensure_ascii=False),
        "me_json": json.dumps(values.get("me", {}), ensure_ascii=False),
        "language": language,
        "path": request.url.path,
        "version": __version__,
    }
    reply = _TEMPLATES.TemplateResponse(request, template, context)
    if known_language(request.query_params.get("lang")):
        reply.set_cookie(
            LANGUAGE_COOKIE,
            language,
            max_age=_A_YEAR_SECONDS,
            samesite="lax",
            secure=workspace_of(request).settings.server.secure_cookies,
        )
    return reply
