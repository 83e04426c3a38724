"""The three tools over a workspace, each acting as whoever the transport says is asking.

Protocol revisions up to 2026-07-28 are spoken by the SDK: https://modelcontextprotocol.io/specification
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import aclosing, contextmanager
from typing import Annotated, Any

from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import ToolAnnotations
from pydantic import Field

from teaegg import __version__
from teaegg.app.mcp import words
from teaegg.app.mcp.shapes import (
    MAX_OPENED_CHARACTERS,
    AskReply,
    OpenReply,
    SearchReply,
    ask_reply,
    open_reply,
    search_reply,
)
from teaegg.app.workspace import Workspace
from teaegg.core.actors import Actor
from teaegg.core.answers import Answer
from teaegg.core.errors import NotFoundError, TeaEggError
from teaegg.retrieval.events import AnswerEvent, AnswerReady, EvidenceFound

ActorOf = Callable[[Context[Any, Any]], Awaitable[Actor]]
"""Who asks. Called once for every tool call, so that a closed account is out at once."""

_READS = ToolAnnotations(read_only_hint=True, destructive_hint=False, open_world_hint=False)

Question = Annotated[
    str,
    Field(
        min_length=1,
        max_length=4000,
        description="A full question or the words to look for, Chinese or English. 问题或关键词。",
    ),
]
Collections = Annotated[
    tuple[str, ...],
    Field(max_length=100, description="Only in these collections; empty means all. 限定资料库。"),
]
ExpertName = Annotated[
    str,
    Field(
        max_length=100,
        description="Let this expert of the company answer, by its name; empty: none. 指定专家作答。",
    ),
]
Limit = Annotated[int, Field(ge=1, le=20, description="How many passages at most.")]
DocumentId = Annotated[
    str, Field(min_length=1, max_length=100, description="`document` of a result or citation.")
]
Start = Annotated[
    int,
    Field(description="Character to begin at: `start` of a citation (minus some), `next_start`."),
]
Characters = Annotated[
    int, Field(ge=20, le=MAX_OPENED_CHARACTERS, description="How many characters at most.")
]


def create_mcp_server(workspace: Workspace, actor_of: ActorOf) -> MCPServer[Any]:
    """A server without a transport; see `stdio` and `http`."""
    server: MCPServer[Any] = MCPServer(
        "teaegg",
        title="TeaEgg 茶叶蛋",
        instructions=words.INSTRUCTIONS,
        version=__version__,
        log_level="WARNING",
        subscriptions=False,
    )

    @server.tool(
        title="Search the documents 查找资料", description=words.SEARCH, annotations=_READS
    )
    async def search(
        question: Question,
        context: Context[Any, Any],
        limit: Limit = 8,
        collections: Collections = (),
    ) -> SearchReply:
        with _told():
            actor = await actor_of(context)
            found = await workspace.search(actor, question, limit=limit, collections=collections)
            return search_reply(found)

    @server.tool(title="Ask the documents 依据资料作答", description=words.ASK, annotations=_READS)
    async def ask(
        question: Question,
        context: Context[Any, Any],
        collections: Collections = (),
        expert: ExpertName = "",
    ) -> AskReply:
        with _told(words.NO_EXPERT if expert else words.NO_DOCUMENT):
            actor = await actor_of(context)
            events = workspace.ask(actor, question, collections=collections, expert=expert)
            return ask_reply(await _last(events, context), question)

    @server.tool(title="Open a document 打开文件", description=words.OPEN, annotations=_READS)
    async def open(
        document: DocumentId,
        context: Context[Any, Any],
        start: Start = 0,
        characters: Characters = 4000,
    ) -> OpenReply:
        with _told():
            actor = await actor_of(context)
            found, parsed = await workspace.parsed(actor, document)
            note = await workspace.version_note(actor, document)
            return open_reply(found, parsed, note, start, characters)

    return server


async def _last(events: AsyncGenerator[AnswerEvent, None], context: Context[Any, Any]) -> Answer:
    """The answer, with progress on the way; a cancelled call stops the work behind it."""
    async with aclosing(events) as running:
        step = 0
        async for event in running:
            if isinstance(event, AnswerReady):
                return event.answer
            step += 1
            told = "one more sentence proved"
            if isinstance(event, EvidenceFound):
                told = f"passages found: {len(event.evidence)}"
            await context.report_progress(step, message=told)
    raise AssertionError("workspace.ask always ends with AnswerReady")


@contextmanager
def _told(not_found: str = words.NO_DOCUMENT) -> Iterator[None]:
    """Errors of the tree reach the agent with their remedy; whatever else stays in the server's log."""
    try:
        yield
    except NotFoundError as error:
        raise ToolError(not_found) from error
    except TeaEggError as error:
        raise ToolError(str(error)) from error
