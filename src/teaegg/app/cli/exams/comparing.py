"""`teaegg exam compare`, `score` and `report`: what sittings say, beside each other and item by item."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from teaegg.app.cli.exams.commands import Name
from teaegg.app.cli.options import As, Json
from teaegg.app.cli.output import note, write_json
from teaegg.app.cli.session import acting, run
from teaegg.core.errors import StorageError
from teaegg.core.scenes import Language

if TYPE_CHECKING:
    from teaegg.app.workspace import Workspace

WHO = "Who sat (as in `exam sit`), or the first digits of a sitting."


def compare(
    context: typer.Context,
    name: Name,
    candidate: Annotated[str, typer.Argument(help=WHO)],
    baselines: Annotated[list[str], typer.Argument(metavar="BASELINE...", help=WHO)],
    policy: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The gate's policy; else the usual one.")
    ] = None,
    language: Annotated[Language, typer.Option(help="Of what is printed.")] = "en",
    user: As = "",
    as_json: Json = False,
) -> None:
    """Say where the candidate is better, not worse, worse, or the items are too few to tell."""
    from teaegg.app.cli.exams.comparing_screen import finding_record, show_findings
    from teaegg.evals.gate.reading import read_policy

    chosen = read_policy(policy) if policy else None

    async def work(workspace: Workspace) -> None:
        actor = await acting(workspace, user)
        verdicts = await workspace.examining.compare(actor, name, candidate, baselines, chosen)
        if as_json:
            write_json(
                [
                    {"baseline": each, "findings": list(map(finding_record, verdict.findings))}
                    for each, verdict in verdicts.items()
                ]
            )
            return
        for each, verdict in verdicts.items():
            show_findings(candidate, each, verdict, language)

    run(context, work)


def score(
    context: typer.Context,
    name: Name,
    sitting: Annotated[str, typer.Argument(help=WHO)],
    below: Annotated[
        float | None, typer.Option(min=0, max=1, help="Only items that scored less than this.")
    ] = None,
    user: As = "",
    as_json: Json = False,
) -> None:
    """Score what was said once more, item by item, without asking anybody again."""

    async def work(workspace: Workspace) -> None:
        from teaegg.app.cli.exams.comparing_screen import item_scores, show_scores

        sat = await workspace.examining.find(await acting(workspace, user), name, sitting)
        found = item_scores(sat, below)
        write_json(found) if as_json else show_scores(found)

    run(context, work)


def report(
    context: typer.Context,
    name: Name,
    out: Annotated[Path, typer.Option("--out", "-o", metavar="DIR", help="The folder.")] = Path(),
    language: Annotated[Language, typer.Option(help="Of the report.")] = "zh",
    baseline: Annotated[
        str, typer.Option(metavar="WHO", help="With whom all are compared; else the bare base.")
    ] = "",
    user: As = "",
    as_json: Json = False,
) -> None:
    """Write a report of everybody who sat: a page that needs no network, and the same as Markdown."""

    async def work(workspace: Workspace) -> None:
        from teaegg.evals.report.page import html
        from teaegg.evals.report.tables import markdown

        actor = await acting(workspace, user)
        found = await workspace.examining.report(actor, name, baseline=baseline)
        pages = {".html": html(found, language), ".md": markdown(found, language)}
        files = [written(out / f"{found.exam.name}{end}", text) for end, text in pages.items()]
        if as_json:
            write_json({"files": [str(file) for file in files]})
        for file in () if as_json else files:
            note(f"Wrote {file}")

    run(context, work)


def written(path: Path, text: str) -> Path:
    """Write `text`, with the folders on its way. Raises StorageError when the disk refuses."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise StorageError(
            f"{path} cannot be written: {error.strerror or error}.",
            remedy="Check the free space and who may write there.",
        ) from error
    return path
