"""Train an adapter from a file of rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from teaegg.app.cli.errors import EXIT_INTERRUPTED
from teaegg.app.cli.options import Json
from teaegg.app.cli.output import bar, note, say, write_json

if TYPE_CHECKING:
    from teaegg.distill.recipe import Recipe
    from teaegg.distill.train.base import Progress as Standing
    from teaegg.distill.train.base import Training

_SHOWN_LEFT_OUT = 5


def train(
    rows: Annotated[Path, typer.Argument(metavar="ROWS.jsonl", help="What to learn from.")],
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar="FOLDER", help="Where adapter and record go.")
    ],
    recipe: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Recipe as TOML or JSON; else the defaults.")
    ] = None,
    base: Annotated[
        Path | None,
        typer.Option(metavar="PATH", help="A GGUF file or model folder; else the bundled base."),
    ] = None,
    minutes: Annotated[
        float | None, typer.Option(min=0, help="Be done after this time; 0: no bound.")
    ] = None,
    threads: Annotated[int, typer.Option(min=0, help="Cores to use; 0: all.")] = 0,
    as_json: Json = False,
) -> None:
    """Train a small expert: an adapter on the base. The same command again goes on where it was."""
    from teaegg.distill.recipe import Recipe, read_recipe
    from teaegg.distill.rows import read_rows
    from teaegg.distill.train.factory import make_trainer

    chosen = read_recipe(recipe) if recipe else Recipe()
    if minutes is not None:
        chosen = chosen.model_copy(update={"minutes": minutes})
    learned_from = list(read_rows(rows))
    trainer = make_trainer(base, threads=threads)
    try:
        with _training_screen() as tell:
            training = trainer.train(learned_from, chosen, out, tell=tell)
    except KeyboardInterrupt:
        note("Stopped. The same command goes on from the last checkpoint.")
        raise typer.Exit(EXIT_INTERRUPTED) from None
    write_json(_record(training, chosen)) if as_json else _show(training)


def _record(training: Training, recipe: Recipe) -> dict[str, Any]:
    return {**asdict(training), "adapter": str(training.adapter), "recipe": recipe.model_dump()}


def _show(training: Training) -> None:
    from teaegg.app.cli.experts.rendering import tell_taught_share

    looks = training.held_out_losses
    held_out = f", held-out loss {min(loss for _, loss in looks):.3f}" if looks else ""
    reason = {"early": " (no more gain)", "minutes": " (time was up)"}.get(training.stopped, "")
    say(
        f"{training.rows} rows in {training.steps} steps{reason}, {training.seconds:.0f} s at "
        f"{training.tokens_per_second:.0f} tokens/s{held_out}."
    )
    tell_taught_share(training)
    say(f"Adapter: {training.adapter}")
    for row, why in list(training.left_out.items())[:_SHOWN_LEFT_OUT]:
        note(f"  left out: {row}: {why}")
    if len(training.left_out) > _SHOWN_LEFT_OUT:
        note(f"{len(training.left_out)} rows were left out; all of them: training.json")


@contextmanager
def _training_screen() -> Iterator[Callable[[Standing], None]]:
    """A bar on stderr: share done, loss, tokens per second, time left."""
    from teaegg.app.cli.experts.rendering import training_line

    with bar() as bars:
        task = bars.add_task("Loading the base", total=None)

        def tell(standing: Standing) -> None:
            # The run may be bounded by time: what is left of it says how far it is.
            total = standing.seconds + standing.seconds_left
            bars.update(
                task, total=total, completed=standing.seconds, description=training_line(standing)
            )

        yield tell
