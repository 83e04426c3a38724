"""A real expert on this machine: learns to read on cmrc2018 and is examined on documents never seen.

Three examinees answer the same questions about whole passages through the same engine: the base, the
base with five examples in its prompt, and the expert. The base is asked as plain text, which serves it
best: behind the expert's chat template, which it never learned, it repeats the instruction. Training
documents and examined ones are parted by a hash of their names before anything else; xquad's Chinese
passages are learned from as well. One question of each examined document is asked (`--every`: all of
them), since questions about one document are not independent.

usage: python -m bench.reading_expert [--every] [--home FOLDER] [--minutes N] [--recipe FILE]
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.data import rows, spread
from bench.measuring import arguments, home_folder, report
from teaegg.core.clock import SystemClock
from teaegg.core.exams import ExamItem
from teaegg.distill.export.adapter import write_gguf_adapter
from teaegg.distill.recipe import Recipe, read_recipe
from teaegg.distill.rows import Row, Turn, rows_hash, write_rows
from teaegg.distill.train import base as training
from teaegg.distill.train.factory import make_trainer
from teaegg.evals.examining import sit_exam
from teaegg.evals.reading import ReadingScore, reading_score
from teaegg.evals.reading_comparison import Comparison, best_form, compare
from teaegg.evals.response_file import ResponseFile
from teaegg.evals.targets.model import ModelTarget
from teaegg.evals.targets.prompting import WordForWord
from teaegg.evals.targets.speakers import ChatSpeaker
from teaegg.models.adapters.server import AdapterServer
from teaegg.models.base import ChatModel, Message
from teaegg.models.templates import PLAIN_ZH, template_named
from teaegg.retrieval.reading_prompt import ShownPassage, reading_messages

TESTED_SHARE = 4
EXAMPLES = 5
ANSWER_TOKENS = 96
INSTRUCTION = "用资料中的原话回答，只写最短的答案。"
EXAMPLE_CHARACTERS = 400
TOLD_EVERY = 20
RECIPE = Recipe(
    learning_rate=6e-4, epochs=3, batch_tokens=2048, warmup_share=0.08, patience=0, looks=12
)


async def main() -> None:
    parser = arguments(__doc__ or "")
    parser.add_argument("--minutes", type=float, default=38, help="longest training, in minutes")
    parser.add_argument(
        "--every", action="store_true", help="ask all questions, not one a document"
    )
    parser.add_argument("--recipe", type=Path, help="a recipe in JSON; else the one below")
    options = parser.parse_args()
    began = time.monotonic()
    passages, learned, examined = parted()
    with home_folder(options.home) as home:
        recipe = read_recipe(options.recipe) if options.recipe else RECIPE
        recipe = recipe.model_copy(update={"minutes": options.minutes})
        template = template_named(recipe.template)
        trained = train(home, passages, learned, recipe)
        # What an earlier call trained in this folder counts as well.
        began_training = min(began, time.monotonic() - trained.seconds)
        adapter = home / "expert.gguf"
        write_gguf_adapter(trained.adapter, adapter)
        questions = spread(examined if options.every else one_a_document(examined), options.limit)
        made_minutes = (time.monotonic() - began_training) / 60
        server = AdapterServer(None, context_tokens=6144, threads=os.cpu_count() or 1, slots=1)
        await server.load({"reader": adapter})
        expert = server.chat("reader", template, remember=True)
        base = server.chat(None, PLAIN_ZH, remember=True)
        asked = [item(row) for row in questions]
        plain = prompts(questions, passages)
        led = prompts(questions, passages, examples(passages, learned))
        answers = {
            "expert": await answers_of(home, "expert", expert, asked, plain),
            "base": best_form(asked, [await answers_of(home, "base", base, asked, plain)]),
            "five_examples": best_form(asked, [await answers_of(home, "five", base, asked, led)]),
        }
        await server.close()
    write(answers, asked, recipe, trained, made_minutes, (time.monotonic() - began) / 60)


def parted() -> tuple[dict[str, str], list[dict[str, Any]], list[dict[str, Any]]]:
    """(passage texts by id, questions to learn from, questions of documents that are never learned)."""
    passages = {row["doc_id"]: row["text"] for row in rows("cmrc2018/passages.jsonl")}
    asked = [row for row in rows("cmrc2018/questions.jsonl") if row["question"].strip()]
    learned = [row for row in asked if not is_tested(row["doc_id"]) and row["answers_in_passage"]]
    tested = [row for row in asked if is_tested(row["doc_id"])]
    passages |= {row["doc_id"]: row["text_zh"] for row in rows("xquad/passages.jsonl")}
    learned += [
        {
            "doc_id": row["doc_id"],
            "question": row["question_zh"],
            "answers": row["answers_zh"],
            "id": row["id"],
        }
        for row in rows("xquad/questions.jsonl")
        if row["answers_zh"][0] in passages[row["doc_id"]]
    ]
    return passages, learned, tested


def one_a_document(questions: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The question of each document whose hash is least: chosen by nothing that it asks."""
    by_hash = sorted(questions, key=lambda row: hashlib.sha256(row["id"].encode()).digest())
    return list({row["doc_id"]: row for row in reversed(by_hash)}.values())


def is_tested(document: str) -> bool:
    return int(hashlib.sha256(f"exam {document}".encode()).hexdigest(), 16) % TESTED_SHARE == 0


def prompt(question: str, passage: str, earlier: Sequence[Message] = ()) -> tuple[Message, ...]:
    return reading_messages(
        question, [ShownPassage(passage)], language="zh", instructions=INSTRUCTION, earlier=earlier
    )


def right_answer(row: dict[str, Any]) -> str:
    """Of several people's answers the one that the others agree with most."""
    given: list[str] = row["answers"]
    return max(
        given, key=lambda one: sum(reading_score(one, [other]).f1 for other in given)
    ).strip()


def learning_rows(passages: dict[str, str], learned: Sequence[dict[str, Any]]) -> Iterator[Row]:
    for row in learned:
        turns = tuple(map(Turn.of, prompt(row["question"], passages[row["doc_id"]])))
        yield Row(
            id=row["id"],
            kind="lookup",
            turns=turns,
            answer=right_answer(row),
            documents=(row["doc_id"],),
        )


def train(
    home: Path,
    passages: dict[str, str],
    learned: Sequence[dict[str, Any]],
    recipe: Recipe,
) -> training.Training:
    made = list(learning_rows(passages, learned))
    write_rows(home / "rows.jsonl", made)
    print(f"{len(made)} rows {rows_hash(made)[:12]}, {recipe}", file=sys.stderr)

    def tell(progress: training.Progress) -> None:
        print(progress, file=sys.stderr, flush=True)

    trainer = make_trainer(None, threads=os.cpu_count() or 1)
    return trainer.train(made, recipe, home / "training", tell=tell)


def examples(passages: dict[str, str], learned: Sequence[dict[str, Any]]) -> tuple[Message, ...]:
    """Five answered questions of different, not too long training passages, as earlier turns."""
    short = [row for row in learned if len(passages[row["doc_id"]]) <= EXAMPLE_CHARACTERS]
    turns: tuple[Message, ...] = ()
    for row in spread(short, EXAMPLES):
        asked = prompt(row["question"], passages[row["doc_id"]])
        turns = (*turns, *asked, Message("assistant", right_answer(row)))
    return turns


def item(row: dict[str, Any]) -> ExamItem:
    return ExamItem(
        id=row["id"],
        form="short",
        questions=(row["question"],),
        right=tuple(row["answers"]),
        document=row["doc_id"],
        kind="lookup",
    )


def prompts(
    questions: Sequence[dict[str, Any]],
    passages: dict[str, str],
    earlier: Sequence[Message] = (),
) -> dict[str, tuple[Message, ...]]:
    return {
        row["id"]: prompt(row["question"], passages[row["doc_id"]], earlier) for row in questions
    }


async def answers_of(
    home: Path,
    name: str,
    examinee: ChatModel,
    asked: Sequence[ExamItem],
    written: Mapping[str, Sequence[Message]],
) -> dict[str, str]:
    """Item id → what was said; it was taught, and shown, answers of one line."""
    speaker = ChatSpeaker(examinee, SystemClock(), max_tokens=ANSWER_TOKENS, stop="\n")
    target = ModelTarget(speaker, WordForWord(prompts=written))
    kept = ResponseFile(home / f"answers-{name}.jsonl")

    def tell(done: int, total: int) -> None:
        if done % TOLD_EVERY == 0 or done == total:
            print(f"{name}: {done} of {total}", file=sys.stderr, flush=True)

    responses = await sit_exam(asked, target, await kept.known(), kept.keep, tell=tell)
    return {item.id: responses[item.hash].text for item in asked}


def write(
    answers: Mapping[str, Mapping[str, str]],
    asked: Sequence[ExamItem],
    recipe: Recipe,
    trained: training.Training,
    made_minutes: float,
    minutes: float,
) -> None:
    against = {name: compare(asked, answers["expert"], answers[name], seed=1) for name in answers}
    report(
        "reading_expert",
        {
            "questions": len(asked),
            "documents_never_learned": len({item.document for item in asked}),
            "examinees": {name: shown(found.baseline) for name, found in against.items()},
            "against_base": difference(against["base"]),
            "against_five_examples": difference(against["five_examples"]),
            "rows": trained.rows,
            "recipe": recipe.model_dump(),
            "training": {
                "minutes": round(trained.seconds / 60, 1),
                "steps": trained.steps,
                "tokens_per_second": round(trained.tokens_per_second),
                "peak_memory_mib": round(trained.peak_memory_mib),
                "held_out_losses": trained.held_out_losses,
                "stopped": trained.stopped,
            },
            "made_in_minutes": round(made_minutes, 1),
            "with_exams_minutes": round(minutes, 1),
        },
    )


def shown(score: ReadingScore) -> dict[str, float]:
    return {"exact": round(100 * score.exact, 1), "f1": round(100 * score.f1, 1)}


def difference(found: Comparison) -> dict[str, Any]:
    points = found.difference
    return {
        "f1_points": round(100 * points.mean, 1),
        "interval": [round(100 * points.low, 1), round(100 * points.high, 1)],
        "p_exact": found.p_exact,
    }


if __name__ == "__main__":
    asyncio.run(main())
