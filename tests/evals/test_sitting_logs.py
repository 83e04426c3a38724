"""A sitting leaves as a log that Inspect's own reader takes, or as a line of JSON to an item."""

import json
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from tests.needed import python_with

from teaegg.core.exams import Exam, ExamItem, Quoted, Response
from teaegg.evals.logs.base import LoggedSitting
from teaegg.evals.logs.inspect import inspect_log
from teaegg.evals.logs.lines import json_lines
from teaegg.evals.scoring import score_exam
from teaegg.store.exams.sittings import Sitting

CHOICE = ExamItem(
    id="c", form="choice", questions=("税率？",), options=("3%", "6%"), right=("B",), document="d1"
)
TURNS = ExamItem(id="m", form="multi_turn", questions=("甲？", "乙？"), right=("二",))
SHORT = ExamItem(id="s", form="short", questions=("年假几天？",), right=("5天",))
DRAFT = ExamItem(id="d", form="drafting", questions=("写通知。",), rubric=("写明日期",))
EXAM = Exam(name="leave", title="休假", items=(CHOICE, TURNS, SHORT, DRAFT))
RESPONSES = (
    Response(item=CHOICE.hash, options=(-2.0, -0.5)),
    Response(item=TURNS.hash, text="二", replies=("一", "二"), seconds=2.0, prompt_tokens=7),
    Response(
        item=SHORT.hash,
        text="年假5天。",
        citations=(Quoted(document="d1", passage="p1", quote="年假5天。"),),
        evidence=("p1",),
        refused=False,
        seconds=0.5,
        answer_tokens=4,
    ),
    Response(item=DRAFT.hash, text="通知"),
)
READER = """
import sys
from inspect_ai.log import read_eval_log
log = read_eval_log(sys.argv[1])
mean = log.results.scores[0].metrics["mean"].value
print(log.status, log.eval.task, log.eval.model, len(log.samples), mean)
for sample in log.samples:
    scores = sample.scores or {}
    print(sample.id, sample.output.completion, [score.value for score in scores.values()])
"""


def logged(*responses: Response) -> LoggedSitting:
    said = {response.item: response for response in responses}
    sitting = Sitting(
        EXAM.hash, "base", "f" * 64, "owner", datetime(2026, 3, 2, 9, 30, tzinfo=UTC),
        settings={"template": "plain-zh"},
    )  # fmt: skip
    scored = score_exam(EXAM, said, signed=())
    return LoggedSitting(EXAM, 3, sitting, said, scored.scores, frozenset({CHOICE.hash}))


def test_a_line_holds_item_answer_and_score() -> None:
    lines = [json.loads(line) for line in json_lines(logged(*RESPONSES)).splitlines()]
    assert [line["item"] for line in lines] == ["c", "m", "s", "d"]
    assert [line["score"] for line in lines][::3] == [1.0, None]
    assert lines[0]["signed"] and not lines[1]["signed"]
    assert lines[2]["response"]["citations"][0]["quote"] == "年假5天。"
    assert {line["version"] for line in lines} == {3}
    assert len(json_lines(logged(*RESPONSES[:2])).splitlines()) == 2


def test_a_log_says_what_was_asked_said_and_scored() -> None:
    log = json.loads(inspect_log(logged(*RESPONSES)))
    assert (log["status"], log["eval"]["model"], log["eval"]["task_version"]) == (
        "success", "base", 3,
    )  # fmt: skip
    by_id = {sample["id"]: sample for sample in log["samples"]}
    assert by_id["c"]["output"]["choices"][0]["message"]["content"] == "B"
    assert [turn["content"] for turn in by_id["m"]["messages"]] == ["甲？", "一", "乙？", "二"]
    assert by_id["d"]["scores"] == {}
    assert log["stats"]["model_usage"]["base"]["total_tokens"] == 11
    assert json.loads(inspect_log(logged(*RESPONSES[:2])))["status"] == "cancelled"


def test_inspects_own_reader_takes_the_log(tmp_path: Path) -> None:
    python, path = python_with("inspect_ai"), tmp_path / "leave.json"
    path.write_text(inspect_log(logged(*RESPONSES)), encoding="utf-8")
    run = subprocess.run(
        [python, "-c", READER, str(path)], capture_output=True, text=True, check=False, timeout=300
    )
    assert run.returncode == 0, run.stderr
    first, *samples = run.stdout.splitlines()
    assert first.startswith("success leave base 4 ")
    assert samples[0] == "c B [1.0]" and samples[3] == "d 通知 []"
