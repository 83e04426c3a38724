"""From a command to the workspace: settings, the acting person, and the one sync shim."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import typer

from teaegg.app.configuration import load_settings
from teaegg.core.actors import LOCAL_OWNER, Actor
from teaegg.core.settings import Settings

if TYPE_CHECKING:
    from teaegg.app.workspace import Workspace

Result = TypeVar("Result")


def _open(settings: Settings) -> AbstractAsyncContextManager[Workspace]:
    # The engines behind the wiring take a second to import; `--help` and typing errors need none.
    from teaegg.app.wiring import open_workspace

    return open_workspace(settings)


@dataclass(frozen=True, slots=True)
class Doorway:
    """How commands get at a workspace. Tests and programs hand in another as the context's object."""

    open: Callable[[Settings], AbstractAsyncContextManager[Workspace]] = _open


def doorway_of(context: typer.Context) -> Doorway:
    return context.find_object(Doorway) or Doorway()


def settings_of(*, default_home: Path | None = None) -> Settings:
    """The settings in force; `default_home` is the home where TEAEGG_HOME names none."""
    environment = dict(os.environ)
    if default_home is not None and not environment.get("TEAEGG_HOME"):
        environment["TEAEGG_HOME"] = str(default_home)
    return load_settings(environment)


def run(
    context: typer.Context,
    work: Callable[[Workspace], Awaitable[Result]],
    *,
    settings: Settings | None = None,
) -> Result:
    """Open the workspace, do `work` with it, close it."""

    async def do() -> Result:
        async with doorway_of(context).open(settings or settings_of()) as workspace:
            return await work(workspace)

    return wait_for(do())


def wait_for(work: Coroutine[Any, Any, Result]) -> Result:
    """The only place where sync meets async."""
    return asyncio.run(work)


async def acting(workspace: Workspace, user: str) -> Actor:
    """Who acts: the account `user`, or the local owner when it is empty.

    Raises NotFoundError for a name without an account in force.
    """
    return await workspace.access.actor(user) if user else LOCAL_OWNER
