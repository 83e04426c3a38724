"""The command line put together: which commands there are, and what happens around every one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from teaegg import __version__
from teaegg.app.cli.commands import (
    ask,
    checks,
    demo,
    documents,
    feedback,
    glossary,
    grants,
    learn,
    mcp,
    people,
    readiness,
    scenes,
    serve,
    sources,
)
from teaegg.app.cli.datasets import commands as datasets
from teaegg.app.cli.errors import reported
from teaegg.app.cli.exams import commands as exams
from teaegg.app.cli.exams import comparing, export_log, grading, sitting
from teaegg.app.cli.experts import commands as experts
from teaegg.app.cli.experts import distill, packs, plan, rebase, remake, signers, train
from teaegg.app.cli.output import say, use_utf8
from teaegg.app.cli.releases import beside, gate
from teaegg.app.cli.releases import commands as releases


class _ReportingGroup(TyperGroup):
    """The root of all commands: whatever error of the tree comes up to here is told, not thrown."""

    def invoke(self, ctx: Any) -> Any:
        with reported():
            return super().invoke(ctx)


application = typer.Typer(
    name="teaegg",
    cls=_ReportingGroup,
    help="Answers with proof from your own documents, in Chinese and English.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


def _tell_version(wanted: bool) -> None:
    if wanted:
        say(f"TeaEgg {__version__}")
        raise typer.Exit


@application.callback()
def _root(
    version: Annotated[
        bool,
        typer.Option("--version", help="Print the version.", is_eager=True, callback=_tell_version),
    ] = False,
) -> None:
    """Runs before every command; `--version` has been dealt with by then."""


_DOCUMENTS, _QUESTIONS, _PEOPLE, _MACHINE = "Documents", "Questions", "Who may read", "Machine"
_EXPERTS = "Experts"

for _panel, _commands in (
    (_DOCUMENTS, (learn.learn, documents.documents, documents.show, documents.forget)),
    (_DOCUMENTS, (documents.failures, sources.sync)),
    (_QUESTIONS, (ask.ask, ask.search, ask.trace)),
    (_PEOPLE, (grants.grant, grants.revoke, documents.why)),
    (_EXPERTS, (plan.plan, distill.distill, train.train)),
    (_EXPERTS, (distill.distill, train.train, rebase.rebase)),
    (_EXPERTS, (releases.release, releases.rollback, releases.releases)),
    (_EXPERTS, (beside.canary, beside.shadow)),
    (_EXPERTS, (readiness.readiness,)),
    (_EXPERTS, (packs.pack, packs.verify, packs.unpack)),
    (_MACHINE, (serve.serve, mcp.mcp, demo.demo, checks.doctor, checks.settings)),
):
    for _command in _commands:
        application.command(rich_help_panel=_panel)(_command)

application.add_typer(feedback.feedback, name="feedback", rich_help_panel=_QUESTIONS)
application.add_typer(glossary.glossary, name="glossary", rich_help_panel=_QUESTIONS)
for _name, _group in (
    ("collection", grants.collections),
    ("grants", grants.grants),
    ("user", people.users),
    ("group", people.groups),
    ("key", people.keys),
):
    application.add_typer(_group, name=_name, rich_help_panel=_PEOPLE)
    # People say "users list" as readily as "user list"; both are understood, one is shown.
    if not _name.endswith("s"):
        application.add_typer(_group, name=f"{_name}s", hidden=True)

application.add_typer(sources.sources, name="sources", rich_help_panel=_DOCUMENTS)
application.add_typer(scenes.scenes, name="scene", rich_help_panel=_EXPERTS)
application.add_typer(scenes.scenes, name="scenes", hidden=True)
application.add_typer(datasets.data, name="data", rich_help_panel=_EXPERTS)
_EXAM_COMMANDS: tuple[tuple[str, Callable[..., None]], ...] = (
    ("sit", sitting.sit),
    ("sittings", sitting.sittings),
    ("score", comparing.score),
    ("compare", comparing.compare),
    ("report", comparing.report),
    ("grade", grading.grade),
    ("export-log", export_log.export_log),
)
for _name, _exam_command in _EXAM_COMMANDS:
    exams.exams.command(_name)(_exam_command)
application.add_typer(exams.exams, name="exam", rich_help_panel=_EXPERTS)
application.add_typer(exams.exams, name="exams", hidden=True)
application.add_typer(gate.gate, name="gate", rich_help_panel=_EXPERTS)
experts.experts.command("remake")(remake.remake)
application.add_typer(experts.experts, name="expert", rich_help_panel=_EXPERTS)
application.add_typer(experts.experts, name="experts", hidden=True)
application.add_typer(signers.signers, name="signer", rich_help_panel=_EXPERTS)
application.add_typer(signers.signers, name="signers", hidden=True)


def main() -> None:
    """What the `teaegg` program runs."""
    use_utf8()
    application(prog_name="teaegg")
