"""A server on loopback that speaks vLLM's part of the OpenAI protocol for adapters, on the real base.

vLLM itself needs more than this machine has; what is asked of it (dynamic loading as its documentation
has it, completions by model name) is answered here over real HTTP by llama.cpp.
"""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse

from teaegg.core.errors import TeaEggError
from teaegg.distill.export.adapter import write_gguf_adapter
from teaegg.models.adapters.server import AdapterServer
from teaegg.models.llama.streaming import completion_text, pieces

BASE = "gemma"


def _application(server: AdapterServer, scratch: Path) -> FastAPI:
    app = FastAPI()

    def refused(status: int, message: str) -> Response:
        return JSONResponse({"error": {"message": message, "code": status}}, status)

    @app.post("/v1/load_lora_adapter")
    async def load(request: Request) -> Response:
        body = await request.json()
        name, folder = body["lora_name"], Path(body["lora_path"])
        if not await asyncio.to_thread(folder.is_dir):
            return refused(404, f"No adapter found for {folder}")
        try:
            await asyncio.to_thread(write_gguf_adapter, folder, scratch / f"{name}.gguf")
            await server.load({name: scratch / f"{name}.gguf"})
        except TeaEggError as error:
            return refused(400, str(error))
        return PlainTextResponse(f"Success: LoRA adapter '{name}' added successfully.")

    @app.post("/v1/unload_lora_adapter")
    async def unload(request: Request) -> Response:
        await server.unload((await request.json())["lora_name"])
        return PlainTextResponse("Success")

    @app.post("/v1/completions")
    async def completions(request: Request) -> Response:
        body = await request.json()
        model = body["model"]
        if model != BASE and model not in server.known:
            return refused(404, f"The model `{model}` does not exist.")
        return StreamingResponse(_events(server, body), media_type="text/event-stream")

    return app


async def _events(server: AdapterServer, body: dict[str, Any]) -> AsyncIterator[str]:
    name = None if body["model"] == BASE else body["model"]
    asked = {key: body[key] for key in ("prompt", "max_tokens", "temperature", "stop")}

    def event(text: str, reason: str | None) -> str:
        choice = {"index": 0, "text": text, "finish_reason": reason, "logprobs": None}
        head = {"id": "1", "object": "text_completion", "created": 0, "model": body["model"]}
        return f"data: {json.dumps(head | {'choices': [choice]})}\n\n"

    async with server.speaking(name) as (engine, index):
        arriving = pieces(
            lambda forward: engine.stream({**asked, "cache_prompt": False}, forward, adapter=index),
            completion_text,
            executor=server.executor,
        )
        async for piece in arriving:
            yield event(piece, None)
    yield event("", "stop")
    yield "data: [DONE]\n\n"


@contextmanager
def lora_server(server: AdapterServer, scratch: Path) -> Iterator[str]:
    """Base URL, ending in /v1."""
    config = uvicorn.Config(_application(server, scratch), port=0, log_level="error")
    running = uvicorn.Server(config)
    thread = threading.Thread(target=running.run)
    thread.start()
    while not running.started:
        time.sleep(0.02)
    port = running.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        running.should_exit = True
        thread.join()
