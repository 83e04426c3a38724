"""lm-evaluation-harness: `python -m … ITEMS.jsonl BASE SETTINGS`, through its own transformers back end.

Prints {"seconds", "loading_seconds", "resident_mib", "nats"}: of each item the log-likelihoods of its
options. `seconds` is the evaluation alone, building its requests included. Its default settings but for
those given (dtype, batch_size): it looks up letters behind one prompt together by itself.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from lm_eval.evaluator import simple_evaluate
from lm_eval.models.huggingface import HFLM

from bench.measuring import resident_mib

NAME = "options"


def main(items: Path, base: str, settings: dict[str, Any]) -> None:
    began = time.monotonic()
    model = HFLM(pretrained=base, device="cpu", **settings)
    loaded = time.monotonic()
    results: Any = simple_evaluate(
        model=model, tasks=[task(items)], bootstrap_iters=0, log_samples=True, num_fewshot=0
    )
    seconds = time.monotonic() - loaded
    samples = sorted(results["samples"][NAME], key=lambda sample: int(sample["doc_id"]))
    said = {
        "seconds": seconds,
        "loading_seconds": loaded - began,
        "resident_mib": round(resident_mib()),
        "nats": [[float(nats) for nats, _ in sample["filtered_resps"]] for sample in samples],
    }
    print(json.dumps(said), file=sys.__stdout__)


def task(items: Path) -> dict[str, Any]:
    """The prompts as they are: instruction and examples stand in each."""
    return {
        "task": NAME,
        "dataset_path": "json",
        "dataset_kwargs": {"data_files": {"test": str(items)}},
        "test_split": "test",
        "output_type": "multiple_choice",
        "doc_to_text": "{{prompt}}",
        "doc_to_choice": "{{options}}",
        "doc_to_target": "right",
        "target_delimiter": "",
        "metric_list": [{"metric": "acc"}],
    }


if __name__ == "__main__":
    # Its progress goes to stdout; the answer must stand there alone.
    sys.stdout = sys.stderr
    main(Path(sys.argv[1]), sys.argv[2], json.loads(sys.argv[3]))
