"""What people thought of answers."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from teaegg.app.cli.options import As, Json
from teaegg.app.cli.output import say, write_json, write_table
from teaegg.app.cli.session import acting, run
from teaegg.core.errors import InvalidRequestError

if TYPE_CHECKING:
    from teaegg.app.workspace import Workspace

_SHOWN_CHARACTERS = 40


class Thumb(StrEnum):
    """Which way."""

    UP = "up"
    DOWN = "down"


class _GivenUnlessListed(TyperGroup):
    """`teaegg feedback TRACE up` is short for `teaegg feedback give TRACE up`."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        known = not args or args[0] in self.commands or args[0].startswith("-")
        return super().resolve_command(ctx, args if known else ["give", *args])


feedback = typer.Typer(
    cls=_GivenUnlessListed,
    help="What people thought of answers: thumbs, comments, corrected texts.",
    no_args_is_help=True,
)


@feedback.command("give")
def give(
    context: typer.Context,
    trace: Annotated[str, typer.Argument(metavar="TRACE", help="The id shown under an answer.")],
    thumb: Annotated[Thumb, typer.Argument(help="Whether it was helpful.")],
    comment: Annotated[str, typer.Option(help="Why.")] = "",
    corrected: Annotated[
        Path | None, typer.Option(metavar="FILE", help="What the answer should have said.")
    ] = None,
    user: As = "",
    as_json: Json = False,
) -> None:
    """Say whether an answer was helpful; what you said of it before is replaced."""
    text = _text_of(corrected) if corrected else ""

    async def work(workspace: Workspace) -> None:
        from teaegg.app.records import feedback_record

        given = await workspace.opinions.give(
            await acting(workspace, user),
            trace,
            helpful=thumb is Thumb.UP,
            comment=comment,
            corrected=text,
        )
        write_json(feedback_record(given)) if as_json else say(f"Kept with the answer {trace}.")

    run(context, work)


@feedback.command("list")
def list_feedback(
    context: typer.Context,
    scene: Annotated[
        str | None, typer.Option(metavar="SCENE", help="Only answers of this scene's experts.")
    ] = None,
    thumb: Annotated[
        Thumb | None, typer.Option("--only", help="Only these; complaints are `down`.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="The newest so many.")] = 100,
    user: As = "",
    as_json: Json = False,
) -> None:
    """List what people thought of answers, the newest first (owners). Complaints make good exam items."""

    async def work(workspace: Workspace) -> None:
        from teaegg.app.records import judged_record

        found = await workspace.opinions.list(
            await acting(workspace, user),
            helpful=None if thumb is None else thumb is Thumb.UP,
            scene=scene,
            limit=limit,
        )
        if as_json:
            write_json([judged_record(judged) for judged in found])
            return
        rows = (
            (
                judged.feedback.trace,
                "up" if judged.feedback.helpful else "down",
                judged.feedback.user,
                judged.scene,
                _short(judged.question),
                _short(judged.feedback.comment or judged.feedback.corrected),
                f"{judged.feedback.at:%Y-%m-%d %H:%M}",
            )
            for judged in found
        )
        columns = ("trace", "thumb", "user", "scene", "question", "said", "at")
        write_table(columns, rows, empty="Nobody has said anything yet.")

    run(context, work)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN_CHARACTERS else f"{line[: _SHOWN_CHARACTERS - 1]}…"


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidRequestError(
            f"The corrected text cannot be read from {path}: {error}.",
            remedy="Name a text file in UTF-8.",
        ) from error
