"""The server process: the application on a port, and the worker beside it."""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import Awaitable, Callable

import uvicorn

from teaegg.app.api.application import create_application
from teaegg.app.workspace import Workspace
from teaegg.core.errors import ConflictError, SettingsError

OnReady = Callable[[str], Awaitable[None] | None]
_LAST_ANSWERS_SECONDS = 5
_BACKLOG = 256


async def serve(
    workspace: Workspace, host: str, port: int, on_ready: OnReady | None = None
) -> None:
    """Serve until told to stop (SIGINT, SIGTERM or cancellation).

    `port` 0 takes a free one; `on_ready` gets the address to open in a browser. Raises
    ConflictError when the port is taken, SettingsError when the host is not of this machine.
    """
    listening = listen(host, port)
    address = _address(host, listening)
    application = create_application(workspace)
    server = _Server(
        uvicorn.Config(
            application,
            log_level="warning",
            lifespan="on",
            server_header=False,
            timeout_graceful_shutdown=_LAST_ANSWERS_SECONDS,
        )
    )
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    working = asyncio.create_task(application.state.worker.run())
    try:
        await _until_started(server, serving)
        if on_ready is not None and not serving.done():
            told = on_ready(address)
            if told is not None:
                await told
        await serving
    finally:
        server.should_exit = True
        working.cancel()
        await asyncio.gather(serving, working, return_exceptions=True)
        listening.close()


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises ConflictError or SettingsError, naming the address."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listening = socket.socket(family, socket.SOCK_STREAM)
    except OSError as error:
        raise SettingsError(
            f"The server.host {host!r} is no address of this machine.",
            remedy="Use 127.0.0.1, or 0.0.0.0 for every network.",
        ) from error
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(_BACKLOG)
    except OSError as error:
        listening.close()
        raise _refused(error, host, port) from error
    return listening


def _refused(error: OSError, host: str, port: int) -> ConflictError | SettingsError:
    if error.errno == errno.EADDRINUSE:
        return ConflictError(
            f"Port {port} on {host} is taken by another program.",
            remedy="Stop it, or choose another: `--port`, `server.port`; 0 takes a free one.",
        )
    if error.errno == errno.EACCES:
        return SettingsError(
            f"This account may not listen on port {port}.", remedy="Choose one from 1024 on."
        )
    return SettingsError(
        f"The server cannot listen on {host}:{port}: {error.strerror or error}.",
        remedy="Use 127.0.0.1, or 0.0.0.0 for every network.",
    )


def _address(host: str, listening: socket.socket) -> str:
    port = listening.getsockname()[1]
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104 compared, not bound
    return f"http://{shown}:{port}"


class _Server(uvicorn.Server):
    """Tells when it has begun to answer."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.answers = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.answers.set()


async def _until_started(server: _Server, serving: asyncio.Task[None]) -> None:
    started = asyncio.create_task(server.answers.wait())
    await asyncio.wait((started, serving), return_when=asyncio.FIRST_COMPLETED)
    started.cancel()
