"""Runs as a whole, on a tiny base: what they learn, what they leave behind, how they go on."""

from __future__ import annotations

import json
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from teaegg.core.errors import InvalidRequestError, ModelError, StorageError
from teaegg.distill.recipe import Recipe
from teaegg.distill.rows import Row, write_rows
from teaegg.distill.train.base import Progress, Training
from teaegg.distill.train.factory import make_trainer

Rows = Callable[[int], list[Row]]
RECIPE = Recipe(rank=4, batch_tokens=256, learning_rate=1e-2, epochs=4, held_out_share=0.1)
MODEL_EXIT, USAGE_EXIT, STORAGE_EXIT = 7, 2, 6


def trained(
    base: Path,
    rows: list[Row],
    folder: Path,
    recipe: Recipe = RECIPE,
    tell: Callable[[Progress], None] = lambda _: None,
) -> Training:
    return make_trainer(base, threads=2).train(rows, recipe, folder, tell=tell)


def command(folder: Path, base: Path, *words: str) -> list[str]:
    rows, recipe = folder / "rows.jsonl", folder / "recipe.json"
    return [
        *(sys.executable, "-m", "teaegg", "train", str(rows), "--out", str(folder / "out")),
        *("--base", str(base), "--recipe", str(recipe), "--threads", "2", *words),
    ]


def test_a_run_learns_and_leaves_adapter_record_and_curve(
    tiny_base: Path, city_rows: Rows, tmp_path: Path
) -> None:
    told: list[Progress] = []
    training = trained(tiny_base, city_rows(40), tmp_path / "out", tell=told.append)
    assert training.losses[-1] < 0.7 * training.losses[0]
    assert training.held_out_losses[-1][1] < training.held_out_losses[0][1]
    assert [progress.step for progress in told] == list(range(1, training.steps + 1))
    assert told[-1].seconds_left == 0
    record = json.loads((tmp_path / "out/training.json").read_text("utf-8"))
    assert record["recipe"] == RECIPE.model_dump()
    assert record["versions"]["torch"]
    assert record["losses"] == list(training.losses)
    assert record["rows"] + record["held_out_rows"] == 40
    assert (tmp_path / "out/loss.png").read_bytes().startswith(b"\x89PNG")
    assert not (tmp_path / "out/checkpoint.pt").exists()


def test_equal_runs_have_equal_curves_and_another_seed_another(
    tiny_base: Path, city_rows: Rows, tmp_path: Path
) -> None:
    rows = city_rows(20)
    short = RECIPE.model_copy(update={"epochs": 1})
    one = trained(tiny_base, rows, tmp_path / "a", short)
    again = trained(tiny_base, rows, tmp_path / "b", short)
    other = trained(tiny_base, rows, tmp_path / "c", short.model_copy(update={"seed": 2}))
    assert one.losses == again.losses
    assert one.losses != other.losses


def test_killed_and_run_again_the_curve_is_that_of_a_run_in_one_piece(
    tiny_base: Path, city_rows: Rows, tmp_path: Path
) -> None:
    rows = city_rows(40)
    recipe = RECIPE.model_copy(update={"epochs": 10.0, "looks": 10, "patience": 0})
    write_rows(tmp_path / "rows.jsonl", rows)
    (tmp_path / "recipe.json").write_text(recipe.model_dump_json(), encoding="utf-8")
    checkpoint = tmp_path / "out/checkpoint.pt"
    process = subprocess.Popen(command(tmp_path, tiny_base), stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 120
    while not checkpoint.exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    assert checkpoint.exists()
    told: list[Progress] = []
    resumed = trained(tiny_base, rows, tmp_path / "out", recipe, told.append)
    assert 1 < told[0].step < resumed.steps
    whole = trained(tiny_base, rows, tmp_path / "whole", recipe)
    assert resumed.losses == whole.losses
    assert resumed.held_out_losses == whole.held_out_losses


def test_the_command_trains_and_answers_in_json(
    tiny_base: Path, city_rows: Rows, tmp_path: Path
) -> None:
    write_rows(tmp_path / "rows.jsonl", city_rows(20))
    (tmp_path / "recipe.json").write_text('{"rank": 2, "epochs": 1}', encoding="utf-8")
    done = subprocess.run(
        command(tmp_path, tiny_base, "--json"), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["recipe"]["rank"] == 2
    assert Path(result["adapter"], "adapter_model.safetensors").is_file()


def test_a_run_without_gain_stops_early_and_keeps_the_best_adapter(
    tiny_base: Path, city_rows: Rows, tmp_path: Path
) -> None:
    recipe = RECIPE.model_copy(
        update={"epochs": 40, "looks": 40, "patience": 2, "learning_rate": 0.5}
    )
    training = trained(tiny_base, city_rows(20), tmp_path / "out", recipe)
    assert training.stopped == "early"
    looks = [loss for _, loss in training.held_out_losses]
    assert looks.index(min(looks)) == len(looks) - 3


def test_a_finished_run_is_given_back_and_another_recipe_is_trained(
    tiny_base: Path, city_rows: Rows, tmp_path: Path
) -> None:
    short = RECIPE.model_copy(update={"epochs": 1})
    first = trained(tiny_base, city_rows(20), tmp_path / "out", short)
    told: list[Progress] = []
    assert trained(tiny_base, city_rows(20), tmp_path / "out", short, told.append) == first
    assert not told
    other = short.model_copy(update={"seed": 2})
    again = trained(tiny_base, city_rows(20), tmp_path / "out", other, told.append)
    assert told and again.losses != first.losses


def test_a_run_that_earlier_code_finished_is_finished(
    tiny_base: Path, city_rows: Rows, tmp_path: Path
) -> None:
    short = RECIPE.model_copy(update={"epochs": 1})
    first = trained(tiny_base, city_rows(20), tmp_path / "out", short)
    kept = tmp_path / "out" / "training.json"
    record = json.loads(kept.read_text("utf-8"))
    del record["taught_share"]
    kept.write_text(json.dumps(record), "utf-8")
    told: list[Progress] = []
    assert trained(tiny_base, city_rows(20), tmp_path / "out", short, told.append) == first
    assert not told


def test_a_bound_in_minutes_ends_a_run(tiny_base: Path, city_rows: Rows, tmp_path: Path) -> None:
    recipe = RECIPE.model_copy(update={"epochs": 100, "minutes": 0.01, "patience": 0})
    training = trained(tiny_base, city_rows(40), tmp_path / "out", recipe)
    assert training.stopped == "minutes"
    assert training.held_out_losses[-1][0] == training.steps


def test_rows_that_are_too_long_are_left_out_with_the_reason(
    tiny_base: Path, city_rows: Rows, tmp_path: Path
) -> None:
    rows = city_rows(20)
    rows[3] = rows[3].model_copy(update={"answer": "桥" * 300})
    recipe = RECIPE.model_copy(update={"epochs": 1, "row_tokens": 400})
    training = trained(tiny_base, rows, tmp_path / "out", recipe)
    assert list(training.left_out) == ["r3"]
    assert "400" in training.left_out["r3"]


def test_too_few_rows_are_refused(tiny_base: Path, city_rows: Rows, tmp_path: Path) -> None:
    with pytest.raises(InvalidRequestError, match="3 rows"):
        trained(tiny_base, city_rows(3), tmp_path / "out")


def test_a_full_disk_is_said_and_the_checkpoint_of_before_stays(
    tiny_base: Path, city_rows: Rows, tmp_path: Path
) -> None:
    rows, recipe = city_rows(40), RECIPE.model_copy(update={"looks": 12, "patience": 0})
    whole = trained(tiny_base, rows, tmp_path / "whole", recipe)
    checkpoint = tmp_path / "out/checkpoint.pt"
    before, after = resource.getrlimit(resource.RLIMIT_FSIZE)

    def fill(progress: Progress) -> None:
        if checkpoint.exists():
            resource.setrlimit(resource.RLIMIT_FSIZE, (1000, after))

    try:
        with pytest.raises(StorageError, match="checkpoint") as full:
            trained(tiny_base, rows, tmp_path / "out", recipe, fill)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (before, after))
    assert "disk space" in full.value.remedy
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["checkpoint.pt"]
    assert trained(tiny_base, rows, tmp_path / "out", recipe).losses == whole.losses


def test_a_damaged_checkpoint_and_one_of_another_run_are_refused(
    tiny_base: Path, city_rows: Rows, tmp_path: Path
) -> None:
    rows, out = city_rows(20), tmp_path / "out"

    def stop(progress: Progress) -> None:
        if (out / "checkpoint.pt").exists():
            raise KeyboardInterrupt

    recipe = RECIPE.model_copy(update={"looks": 12, "patience": 0})
    with pytest.raises(KeyboardInterrupt):
        trained(tiny_base, rows, out, recipe, stop)
    with pytest.raises(StorageError, match="other rows"):
        trained(tiny_base, rows[:-1], out, recipe)
    content = (out / "checkpoint.pt").read_bytes()
    (out / "checkpoint.pt").write_bytes(content[: len(content) // 2])
    with pytest.raises(StorageError, match="damaged"):
        trained(tiny_base, rows, out, recipe)


def test_a_base_that_is_cut_off_or_missing_is_refused(city_rows: Rows, tmp_path: Path) -> None:
    from teaegg.models.local import bundled_model

    whole = bundled_model()
    cut = tmp_path / "cut.gguf"
    with whole.open("rb") as file:
        cut.write_bytes(file.read(whole.stat().st_size - 4096))
    with pytest.raises(ModelError, match=r"cut\.gguf"):
        trained(cut, city_rows(20), tmp_path / "out")
    with pytest.raises(ModelError, match="is not there"):
        trained(tmp_path / "none.gguf", city_rows(20), tmp_path / "out")


def test_commands_load_no_torch_until_they_train() -> None:
    script = (
        "import sys, teaegg.app.cli, teaegg.distill.train.factory as factory;"
        "sys.exit('torch' in sys.modules or 'transformers' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_without_torch_it_is_said_how_to_install_it(city_rows: Rows, tmp_path: Path) -> None:
    write_rows(tmp_path / "rows.jsonl", city_rows(10))
    script = (
        "import sys, importlib.util as util; find = util.find_spec;"
        "util.find_spec = lambda name, *rest: None if name == 'torch' else find(name, *rest);"
        "from teaegg.app.cli import main; main()"
    )
    words = ["train", str(tmp_path / "rows.jsonl"), "--out", str(tmp_path / "out")]
    done = subprocess.run(
        [sys.executable, "-c", script, *words], capture_output=True, text=True, check=False
    )
    assert done.returncode == MODEL_EXIT
    assert "torch" in done.stderr
    assert "pip install 'teaegg[train]'" in done.stderr
