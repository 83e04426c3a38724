"""A tax adviser who judges statements: 税务师 of FinanceIQ, with statutes as evidence. A trial only.

A small base cannot bind a letter to a fact (by letter it guesses). So each option is judged by itself
as a statement beside what the statutes say, and the likeliest of the four counts: no option has a
place, so none can be favoured for it. The expert learns from two other subjects; what resembles a
tested question is taken out first and counted. The set's licence is non-commercial: what
is trained here is measured and thrown away.

usage: python -m bench.tax_expert [--minutes N] [--limit N] [--home FOLDER] [--recipe FILE]
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from scipy.stats import binomtest

from bench.data import rows, spread
from bench.measuring import Progress, arguments, home_folder, report
from bench.retrieval.sets import laws
from bench.retrieval.teaegg import TeaEgg
from bench.retrieval.vectors import CachedEmbedder
from teaegg.distill.recipe import Recipe, read_recipe
from teaegg.distill.rows import Row, Turn
from teaegg.distill.train import base as training
from teaegg.distill.train.base_weights import base_folder
from teaegg.distill.train.factory import make_trainer
from teaegg.distill.train.lora import load_adapter_tensors
from teaegg.distill.train.sheets import make_sheets
from teaegg.distill.train.student import Student
from teaegg.distill.train.tokens import Tokenizer, tokenise
from teaegg.evals.statistics.paired import mcnemar
from teaegg.models.base import Message
from teaegg.retrieval.reading_prompt import ShownPassage, reading_messages

SUBJECT = "税务师"
LEARNED_SUBJECTS = ("注册会计师（CPA）", "经济师")
"""Other professions that are examined about the same law, accounts and taxes."""
LETTERS = "ABCD"
RIGHT, WRONG = "对", "错"
INSTRUCTION = "下面的选项是不是这道题的正确答案？只说对或错。"
PUBLISHED = {
    "ChatGPT": 31.97,
    "Qwen-7B-Chat": 36.07,
    "Baichuan2-13B-Chat": 37.70,
    "GPT-4": 46.93,
}
"""Accuracy on this subject as the authors of the set report it (Duxiaoman-DI/XuanYuan)."""
AIM = 36.97
RESEMBLES = 0.5
"""Share of a tested question's three-character pieces at which another item is left out."""
FOUND_PASSAGES, EVIDENCE_PASSAGES, EVIDENCE_CHARACTERS = 5, 2, 140
LEARNED = 600
"""Questions to learn from, drawn by a hash: about as many as ten minutes of training on two cores take."""
KEPT_EVERY = 50
SHEET_TOKENS = 768
RECIPE = Recipe(learning_rate=6e-4, epochs=1, batch_tokens=2048, warmup_share=0.06, patience=0)


@dataclass(frozen=True, slots=True)
class Question:
    """`options` in the order of the set; `right` is an index into them."""

    id: str
    subject: str
    text: str
    options: tuple[str, ...]
    right: int

    @property
    def whole(self) -> str:
        return "\n".join((self.text, *self.options))


def main() -> None:
    parser = arguments(__doc__ or "")
    parser.add_argument("--minutes", type=float, default=12, help="longest training, in minutes")
    parser.add_argument("--recipe", type=Path, help="a recipe in JSON; else the one below")
    options = parser.parse_args()
    recipe = read_recipe(options.recipe) if options.recipe else RECIPE
    recipe = recipe.model_copy(update={"minutes": options.minutes})
    tested, others = parted()
    learned, resembling = apart(others, tested)
    learned = learned[:LEARNED]
    tested = spread(tested, options.limit)
    plain = recipe.model_copy(update={"template": "plain-zh"})
    nothing: dict[str, list[str]] = {question.id: [] for question in tested}
    with home_folder(options.home) as home:
        evidence = evidence_for(home, [*tested, *learned])
        trained = train(home, learned, evidence, recipe)
        given = {
            "base": judged(None, plain, tested, nothing),
            "base_with_statutes": judged(None, plain, tested, evidence),
            "expert": judged(trained.adapter, recipe, tested, nothing),
            "expert_with_statutes": judged(trained.adapter, recipe, tested, evidence),
        }
    hits = {name: right_ones(tested, chosen) for name, chosen in given.items()}
    report(
        "tax_expert",
        {
            "questions": len(tested),
            "examinees": {name: told(tested, chosen) for name, chosen in given.items()},
            "p_expert_against_base": mcnemar(
                hits["expert_with_statutes"], hits["base_with_statutes"]
            ),
            "aim": AIM,
            "published": PUBLISHED,
            "learned_questions": len(learned),
            "left_out_as_resembling": resembling,
            "recipe": recipe.model_dump(),
            "training": {
                "minutes": round(trained.seconds / 60, 1),
                "steps": trained.steps,
                "rows": trained.rows,
                "held_out_losses": trained.held_out_losses,
                "stopped": trained.stopped,
            },
        },
    )


def parted() -> tuple[list[Question], list[Question]]:
    """(the tested subject, those to learn from)."""
    found = [
        Question(
            row["id"],
            row["subject"],
            row["question"].strip(),
            tuple(row[letter].strip() for letter in LETTERS),
            LETTERS.index(row["answer"]),
        )
        for row in rows("financeiq/test.jsonl")
    ]
    tested = [question for question in found if question.subject == SUBJECT]
    return tested, [question for question in found if question.subject in LEARNED_SUBJECTS]


def apart(
    others: Sequence[Question], tested: Sequence[Question]
) -> tuple[list[Question], list[dict[str, str]]]:
    """Those that resemble no tested question, in an order that favours none; and the pairs left out."""
    examined = [(question, pieces(question.text)) for question in tested]
    kept, resembling = [], []
    for other in sorted(others, key=lambda one: hashlib.sha256(one.id.encode()).digest()):
        has = pieces(other.text)
        near = next((one for one, parts in examined if alike(parts, has)), None)
        if near is None:
            kept.append(other)
        else:
            resembling.append({"tested": near.id, "learned": other.id})
    return kept, resembling


def pieces(text: str) -> frozenset[str]:
    """Runs of three characters, without blanks and punctuation."""
    letters = re.sub(r"\W", "", text)
    return frozenset(letters[i : i + 3] for i in range(max(1, len(letters) - 2)))


def alike(one: frozenset[str], other: frozenset[str]) -> bool:
    return len(one & other) >= RESEMBLES * min(len(one), len(other))


def evidence_for(home: Path, questions: Sequence[Question]) -> Mapping[str, list[str]]:
    """Question id → what the statutes say near it, found as every user's question finds it."""
    kept = home / "evidence.json"
    found: dict[str, list[str]] = json.loads(kept.read_text("utf-8")) if kept.exists() else {}
    missing = [question for question in questions if question.id not in found]
    if missing:
        search = TeaEgg(home / "laws", CachedEmbedder())
        search.learn(laws())
        progress = Progress(len(missing), "statutes")
        for question in missing:
            passages = [
                item.evidence.passage for item in search.found(question.whole, FOUND_PASSAGES)
            ]
            wanted = pieces(question.whole)
            shown = [nearest(passage.text, wanted) for passage in passages]
            shown.sort(key=lambda text: -len(pieces(text) & wanted))
            found[question.id] = shown[:EVIDENCE_PASSAGES]
            progress.step()
            if len(found) % KEPT_EVERY == 0 or question is missing[-1]:
                kept.write_text(json.dumps(found, ensure_ascii=False), "utf-8")
        search.close()
    return found


def nearest(passage: str, wanted: frozenset[str]) -> str:
    """The stretch of the passage that has most in common with the question, begun at a sentence."""
    starts = [0, *(match.end() for match in re.finditer(r"[。；\n]", passage))]
    windows = [passage[start : start + EVIDENCE_CHARACTERS].strip() for start in starts]
    return max(windows, key=lambda text: len(pieces(text) & wanted))


def prompt(question: Question, option: str, evidence: Iterable[str]) -> tuple[Message, ...]:
    """The option stands last, so that all four share what is before it."""
    return reading_messages(
        f"{question.text}\n选项：{option}",
        [ShownPassage(text) for text in evidence],
        language="zh",
        instructions=INSTRUCTION,
    )


def statements(
    questions: Sequence[Question],
    evidence: Mapping[str, list[str]],
    verdict: Callable[[Question, int], str],
) -> list[Row]:
    """Each option of each question as a row of its own."""
    return [
        Row(
            id=f"{question.id}/{letter}",
            kind="lookup",
            turns=tuple(map(Turn.of, prompt(question, option, evidence[question.id]))),
            answer=verdict(question, place),
            documents=(question.id,),
        )
        for question in questions
        for place, (letter, option) in enumerate(zip(LETTERS, question.options, strict=True))
    ]


def train(
    home: Path, learned: Sequence[Question], evidence: Mapping[str, list[str]], recipe: Recipe
) -> training.Training:
    def verdict(question: Question, place: int) -> str:
        return RIGHT if question.right == place else WRONG

    def tell(progress: training.Progress) -> None:
        print(progress, file=sys.stderr, flush=True)

    made = statements(learned, evidence, verdict)
    print(f"{len(made)} rows of {Counter(one.subject for one in learned)}", file=sys.stderr)
    trainer = make_trainer(None, threads=os.cpu_count() or 1)
    return trainer.train(made, recipe, home / "training", tell=tell)


def judged(
    adapter: Path | None,
    recipe: Recipe,
    questions: Sequence[Question],
    evidence: Mapping[str, list[str]],
) -> list[int]:
    """For each question the option that is likeliest right; without `adapter` the base says.

    Asked in the trainer, which reads ten times faster than the engine and agrees with it (that is
    proved at every export).
    """
    folder = base_folder(None)
    student = Student(folder, recipe, device=torch.device("cpu"))
    if adapter:
        load_adapter_tensors(student.model, load_file(adapter / "adapter_model.safetensors"))
    tokenizer = Tokenizer(folder)
    asked = [tokenizer.plain(word)[0] for word in (RIGHT, WRONG)]
    words = student.model.get_output_embeddings().weight[asked].float()
    encoded, left_out = tokenise(
        statements(questions, evidence, lambda *_: RIGHT), recipe, tokenizer
    )
    assert not left_out, f"too long to be judged: {left_out}"
    found: dict[str, float] = {}
    sheets = make_sheets(encoded, most_tokens=SHEET_TOKENS)
    progress = Progress(len(sheets), "judging")
    with torch.inference_mode():
        for sheet in sheets:
            # In 32 bits, so that rounding makes no two options equal.
            logits = student.outputs([sheet]).hidden.float() @ words.T
            firsts = [sheet.owners.index(owner) for owner in range(len(sheet.rows))]
            for row, place in zip(sheet.rows, firsts, strict=True):
                found[row] = float(logits[place, 0] - logits[place, 1])
            progress.step()
    return [
        max(range(len(LETTERS)), key=lambda place: found[f"{question.id}/{LETTERS[place]}"])
        for question in questions
    ]


def right_ones(questions: Sequence[Question], chosen: Sequence[int]) -> list[bool]:
    return [one.right == place for one, place in zip(questions, chosen, strict=True)]


def told(questions: Sequence[Question], chosen: Sequence[int]) -> dict[str, Any]:
    """Accuracy with its exact 95 % interval, and how often each place was chosen and was right."""
    hits = right_ones(questions, chosen)
    interval = binomtest(sum(hits), len(hits)).proportion_ci()
    places = range(len(LETTERS))
    return {
        "accuracy": round(100 * sum(hits) / len(hits), 2),
        "interval": [round(100 * interval.low, 1), round(100 * interval.high, 1)],
        "chosen": {LETTERS[i]: sum(place == i for place in chosen) for i in places},
        "right_are": {LETTERS[i]: sum(one.right == i for one in questions) for i in places},
    }


if __name__ == "__main__":
    main()
