"""Every expert re-made on another base, in one command that goes on where it was cut off."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from teaegg.app.cli.errors import exit_code_of
from teaegg.app.cli.options import As, Json
from teaegg.app.cli.output import complain, note, write_json
from teaegg.app.cli.session import acting, run
from teaegg.core.errors import InvalidRequestError, ModelError, TeaEggError

if TYPE_CHECKING:
    from teaegg.app.experts.rebasing import Rebased, RebasePlan
    from teaegg.app.workspace import Workspace
    from teaegg.core.actors import Actor
    from teaegg.evals.gate.policy import Policy

_OF_ONE_EXPERT = (InvalidRequestError, ModelError)
"""What is wrong with one expert on this base says nothing about the next; everything else stops all."""


def rebase(
    context: typer.Context,
    base: Annotated[
        str,
        typer.Option(metavar="BASE", help="A GGUF file, gemma3-270m or smollm2-135m."),
    ],
    scene: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Only this scene's expert; repeatable.")
    ] = None,
    minutes: Annotated[
        float, typer.Option(min=0, help="Longest training of each; 0: as on record.")
    ] = 0,
    policy: Annotated[
        Path | None, typer.Option(metavar="FILE", help="What each must show; else: no loss.")
    ] = None,
    user: As = "",
    as_json: Json = False,
) -> None:
    """Re-make every expert on another base, as it was made, and compare the two.

    Rows and recipe are those on record; only the chat template is the new base's. Each new expert is a
    candidate: nothing is switched. The same command goes on where it was cut off."""
    from teaegg.distill.rebase.judging import USUAL
    from teaegg.evals.gate.reading import read_policy

    demanded = read_policy(policy) if policy else USUAL

    async def work(workspace: Workspace) -> None:
        actor = await acting(workspace, user)
        plan = await workspace.rebasing.plan(actor, base, scene or (), minutes=minutes)
        await _rebase_all(workspace, actor, plan, demanded, as_json)

    run(context, work)


async def _rebase_all(
    workspace: Workspace, actor: Actor, plan: RebasePlan, policy: Policy, as_json: bool
) -> None:
    """One after the other. One that cannot be made leaves the others to be made; the exit code is then
    that of its error."""
    from teaegg.app.cli.experts.rebase_rendering import (
        rebase_record,
        show_plan,
        show_rebased,
        show_switch,
    )

    show_plan(plan)
    done: list[Rebased] = []
    failed: list[TeaEggError] = []
    for number, one in enumerate(plan.remakes, start=1):
        note(f"{one.record.expert.scene}: {number} of {len(plan.remakes)}.")
        try:
            done.append(await _remade(workspace, actor, plan, number - 1, policy))
        except _OF_ONE_EXPERT as error:
            complain(error)
            failed.append(error)
    if as_json:
        write_json(rebase_record(plan, done))
    else:
        show_rebased(done)
        show_switch(plan, done, workspace.settings.chat)
    if failed:
        raise typer.Exit(exit_code_of(failed[0]))


async def _remade(
    workspace: Workspace, actor: Actor, plan: RebasePlan, place: int, policy: Policy
) -> Rebased:
    from teaegg.app.cli.experts.distill_screen import JourneyScreen

    one = plan.remakes[place]
    with JourneyScreen() as screen:
        rebased = await workspace.rebasing.remake(actor, plan, one, policy, telling=screen.telling)
    _tell_widenings(await _widenings(workspace, actor, one.record.id), rebased.record.id)
    return rebased


async def _widenings(workspace: Workspace, actor: Actor, expert: str) -> Sequence[str]:
    lineage = await workspace.experts.lineage(actor, expert)
    return [f"{each.grantee_kind}:{each.grantee}" for each in lineage.widenings]


def _tell_widenings(widened: Sequence[str], expert: str) -> None:
    for to in widened:
        note(
            f"The one before was opened to {to}; this one is not: "
            f"teaegg expert widen {expert[:12]} --to {to} --why REASON"
        )
