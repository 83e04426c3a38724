"""The web application over a workspace: routes, error answers, protection, the page."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.routing import Route

from teaegg import __version__
from teaegg.app.api import openai_door
from teaegg.app.api.errors import add_error_handlers
from teaegg.app.api.protection import Protection
from teaegg.app.api.routes import (
    asking,
    conversations,
    documents,
    exams,
    experts,
    feedback,
    health,
    places,
    protected_resource,
    session,
    single_sign_on,
    sources,
    understood,
    uploads,
)
from teaegg.app.api.uploading import Uploads
from teaegg.app.mcp.factory import MCP_PATH, make_mcp_door
from teaegg.app.web import pages
from teaegg.app.worker import Worker
from teaegg.app.workspace import Workspace
from teaegg.core.clock import Clock, SystemClock

API_PREFIX = "/api"
_ROUTES = (
    health,
    session,
    single_sign_on,
    asking,
    conversations,
    documents,
    places,
    understood,
    uploads,
    sources,
    experts,
    exams,
    feedback,
)


@asynccontextmanager
async def _running(application: FastAPI) -> AsyncIterator[None]:
    """What must run while the application serves."""
    async with AsyncExitStack() as stack:
        if application.state.mcp is not None:
            await stack.enter_async_context(application.state.mcp.running())
        yield


def create_application(workspace: Workspace, *, clock: Clock | None = None) -> FastAPI:
    """All routes over an open workspace; whoever opened it closes it.

    The documentation pages of the framework load scripts from elsewhere and are left out; the
    machine-readable description stands at /api/openapi.json.
    """
    application = FastAPI(
        title="TeaEgg",
        version=__version__,
        description="Answers with proof from your own documents.",
        openapi_url=f"{API_PREFIX}/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=_running,
        middleware=[
            Middleware(Protection, max_upload_bytes=workspace.settings.server.max_upload_bytes)
        ],
    )
    application.state.workspace = workspace
    application.state.clock = clock or SystemClock()
    application.state.uploads = Uploads(workspace, application.state.clock)
    application.state.worker = Worker(workspace)
    add_error_handlers(application)
    for module in _ROUTES:
        application.include_router(module.router, prefix=API_PREFIX)
    application.include_router(openai_door.router)
    application.include_router(protected_resource.router)
    pages.add_pages(application)
    application.state.mcp = make_mcp_door(workspace)
    if application.state.mcp is not None:
        application.router.routes.append(Route(MCP_PATH, application.state.mcp))
    return application
