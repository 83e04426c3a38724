"""Search, ask, and look at how an answer came about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from teaegg.app.cli.options import As, Collection, Json
from teaegg.app.cli.output import write_json
from teaegg.app.cli.session import acting, run
from teaegg.core.actors import Actor
from teaegg.core.answers import Answer, AskedMode
from teaegg.core.errors import InvalidRequestError
from teaegg.retrieval.events import AnswerReady, SentenceReady

if TYPE_CHECKING:
    from teaegg.app.workspace import Workspace

Question = Annotated[str, typer.Argument(help="What you want to know, in Chinese or English.")]


def search(
    context: typer.Context,
    question: Question,
    user: As = "",
    limit: Annotated[int, typer.Option(min=1, max=200, help="How many passages.")] = 10,
    collection: Collection = None,
    as_json: Json = False,
) -> None:
    """Find the passages that speak to a question."""

    async def work(workspace: Workspace) -> None:
        from teaegg.app.cli.rendering import show_evidence
        from teaegg.app.records import search_record

        found = await workspace.search(
            await acting(workspace, user), question, limit=limit, collections=collection or ()
        )
        write_json(search_record(found)) if as_json else show_evidence(found)

    run(context, work)


def ask(
    context: typer.Context,
    question: Question,
    user: As = "",
    mode: Annotated[
        AskedMode | None, typer.Option(help="Copy quotes, or compose and verify.")
    ] = None,
    collection: Collection = None,
    conversation: Annotated[
        str, typer.Option(metavar="ID", help="Ask within this conversation.")
    ] = "",
    continued: Annotated[
        bool, typer.Option("--continue", help="Ask within your latest conversation.")
    ] = False,
    expert: Annotated[
        str, typer.Option(metavar="NAME", help="Let this expert answer: a scene, or an id.")
    ] = "",
    sandbox: Annotated[
        bool, typer.Option("--sandbox", help="Also an expert that is not released (owners).")
    ] = False,
    as_json: Json = False,
) -> None:
    """Answer a question with proof, or say that the documents do not say."""
    if conversation and continued:
        raise InvalidRequestError(
            "--conversation and --continue exclude each other.", remedy="Give one of the two."
        )

    async def work(workspace: Workspace) -> None:
        from teaegg.app.records import answer_record

        actor = await acting(workspace, user)
        talk = conversation or await _conversation(workspace, actor, question, continued=continued)
        answer = await answer_question(
            workspace,
            actor,
            question,
            mode=mode,
            collections=collection or (),
            conversation=talk,
            expert=expert,
            sandbox=sandbox,
            show=not as_json,
        )
        if as_json:
            write_json(answer_record(answer, conversation=talk))

    run(context, work)


def trace(
    context: typer.Context,
    trace_id: Annotated[str, typer.Argument(metavar="ID", help="The id shown under an answer.")],
    user: As = "",
    as_json: Json = False,
) -> None:
    """Show how an answer came about: evidence, scores, verdicts, models, timings."""

    async def work(workspace: Workspace) -> None:
        from teaegg.app.cli.tracing import show_trace

        record = await workspace.trace(await acting(workspace, user), trace_id)
        write_json(record) if as_json else show_trace(record)

    run(context, work)


async def answer_question(
    workspace: Workspace,
    actor: Actor,
    question: str,
    *,
    mode: AskedMode | None = None,
    collections: tuple[str, ...] | list[str] = (),
    conversation: str = "",
    expert: str = "",
    sandbox: bool = False,
    show: bool = True,
) -> Answer:
    """The answer; with `show` its sentences stand on the screen as soon as they are proved."""
    from teaegg.app.cli.rendering import AnswerScreen

    screen = AnswerScreen(question)
    events = workspace.ask(
        actor,
        question,
        mode=mode,
        collections=collections,
        conversation=conversation,
        expert=expert,
        sandbox=sandbox,
    )
    async for event in events:
        if isinstance(event, SentenceReady) and show:
            screen.sentence(event.sentence)
        if isinstance(event, AnswerReady):
            answer = event.answer
    if show:
        screen.finish(answer)
    return answer


async def _conversation(
    workspace: Workspace, actor: Actor, question: str, *, continued: bool
) -> str:
    """A new conversation, so that `--continue` has something to go on with, or the latest one."""
    earlier = await workspace.conversations.list(actor) if continued else []
    return earlier[0].id if earlier else await workspace.conversations.begin(actor, question)
