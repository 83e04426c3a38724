"""`teaegg exam sit`: anybody answers an exam, and how well."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from teaegg.app.cli.exams.commands import Name
from teaegg.app.cli.options import As, Json
from teaegg.app.cli.output import write_json
from teaegg.app.cli.session import acting, run
from teaegg.core.errors import InvalidRequestError

if TYPE_CHECKING:
    from teaegg.app.exams.examinees import Wish
    from teaegg.app.workspace import Workspace
    from teaegg.evals.targets.endpoint import Prices

_TARGET_HELP = (
    "base, base+5 (with worked examples), base+search, answerer, pipeline, expert:NAME, "
    "expert:NAME+search, or URL#MODEL of an OpenAI-compatible endpoint."
)


def sit(
    context: typer.Context,
    name: Name,
    target: Annotated[str, typer.Option("--target", "-t", metavar="WHO", help=_TARGET_HELP)],
    limit: Annotated[int, typer.Option(min=0, help="Only so many items; 0: all.")] = 0,
    again: Annotated[
        bool, typer.Option("--again", help="Begin anew once all is answered.")
    ] = False,
    examples: Annotated[
        str, typer.Option(metavar="EXAM", help="Worked examples come from this other exam.")
    ] = "",
    bare: Annotated[
        bool, typer.Option("--bare", help="Ask without the passages of the items.")
    ] = False,
    template: Annotated[
        str, typer.Option(metavar="NAME", help="Chat template of the base; else plain text.")
    ] = "",
    choices: Annotated[
        Literal["letters", "rotated letters", "statements"],
        typer.Option(help="How the likelihood of options is read, where it can be."),
    ] = "letters",
    tokens: Annotated[int, typer.Option(min=1, help="Longest answer, in tokens.")] = 256,
    key: Annotated[
        str, typer.Option("--key", metavar="VARIABLE", help="Environment variable with the key.")
    ] = "",
    price: Annotated[
        str,
        typer.Option(
            metavar="IN,OUT", help="Price of a million tokens, in and out; in teacher.currency."
        ),
    ] = "",
    at_once: Annotated[
        int, typer.Option(min=1, max=64, help="Questions under way at an endpoint.")
    ] = 4,
    user: As = "",
    as_json: Json = False,
) -> None:
    """Let somebody sit an exam. The same command goes on where it was cut off; nothing is asked twice."""
    from teaegg.app.cli.exams.sitting_screen import SittingScreen, sat_record, show_sat

    async def work(workspace: Workspace) -> None:
        actor = await acting(workspace, user)
        items = (await workspace.exams.find(actor, examples)).exam.items if examples else ()
        wish = replace(wish_of(target, key, price), examples=items, passages=not bare)
        wish = replace(wish, template=template, choices=choices, max_tokens=tokens, at_once=at_once)
        with SittingScreen(target) as screen:
            sat = await workspace.examining.sit(
                actor, name, wish, limit=limit, again=again, tell=screen.tell
            )
        write_json(sat_record(sat)) if as_json else show_sat(sat)

    run(context, work)


def sittings(context: typer.Context, name: Name, user: As = "", as_json: Json = False) -> None:
    """List who sat an exam, and how well; items that nobody signed are counted apart."""

    async def work(workspace: Workspace) -> None:
        from teaegg.app.cli.exams.sitting_screen import sat_record, show_sittings

        found = await workspace.examining.list(await acting(workspace, user), name)
        write_json([sat_record(sat) for sat in found]) if as_json else show_sittings(found)

    run(context, work)


def wish_of(target: str, key: str, price: str) -> Wish:
    """Who is meant, with the key in the environment variable `key` and prices as typed."""
    from pydantic import SecretStr

    from teaegg.app.configuration import secret_of
    from teaegg.app.exams.examinees import Wish

    secret = SecretStr(secret_of(key) if key else "")
    return Wish(target, key=secret, prices=_prices(price) if price else None)


def _prices(text: str) -> Prices:
    from teaegg.evals.targets.endpoint import Prices

    parts = text.replace("，", ",").split(",")
    try:
        prices = [float(part) for part in parts]
    except ValueError:
        prices = []
    if len(prices) != 2 or not all(0 <= price < math.inf for price in prices):
        raise InvalidRequestError(
            f"{text!r} are not two prices.",
            remedy="Say what a million tokens cost, in and out: --price 2,8",
        )
    return Prices(prices[0], prices[1])
