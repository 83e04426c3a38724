"""税务师 of FinanceIQ: the tested questions, others to learn from, what statutes say near them, and the expert.

A small base cannot bind a letter to a fact (by letter it guesses). So the expert learns to judge each option
by itself as a statement beside what the statutes say: no option has a place, so none can be favoured for
it. It learns from two other subjects; what resembles a tested question is taken out first and counted. The
set's licence is non-commercial: what is trained here is measured and thrown away.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.data import rows
from bench.measuring import Progress
from bench.retrieval.sets import laws
from bench.retrieval.teaegg import TeaEgg
from bench.retrieval.vectors import CachedEmbedder
from teaegg.core.exams import LETTERS, ExamItem
from teaegg.distill.recipe import Recipe
from teaegg.distill.rows import Row, Turn
from teaegg.distill.train import base as training
from teaegg.distill.train.factory import make_trainer
from teaegg.evals.targets.prompting import TRUTH, Prompting
from teaegg.retrieval.reading_prompt import ShownPassage

SUBJECT = "税务师"
LEARNED_SUBJECTS = ("注册会计师（CPA）", "经济师")
"""Other professions that are examined about the same law, accounts and taxes."""
RESEMBLES = 0.5
"""Share of a tested question's three-character pieces at which another item is left out."""
FOUND_PASSAGES, EVIDENCE_PASSAGES, EVIDENCE_CHARACTERS = 5, 2, 140
LEARNED = 600
"""Questions to learn from, drawn by a hash: about as many as ten minutes of training on two cores take."""
KEPT_EVERY = 50
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
    def item(self) -> ExamItem:
        """As an item of an exam."""
        return ExamItem(
            id=self.id,
            form="choice",
            questions=(self.text,),
            options=self.options,
            right=(LETTERS[self.right],),
            source="FinanceIQ",
        )

    @property
    def whole(self) -> str:
        return "\n".join((self.text, *self.options))


def read(split: str) -> list[Question]:
    """All subjects of a split."""
    return [
        Question(
            row["id"],
            row["subject"],
            row["question"].strip(),
            tuple(row[letter].strip() for letter in "ABCD"),
            LETTERS.index(row["answer"]),
        )
        for row in rows(f"financeiq/{split}.jsonl")
    ]


def parted() -> tuple[list[Question], list[Question]]:
    """(the tested subject, those to learn from)."""
    found = read("test")
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


def statements(questions: Sequence[Question], evidence: Mapping[str, list[str]]) -> list[Row]:
    """Each option of each question as a row of its own, asked as the exam asks it."""
    asking, (right, wrong) = Prompting("zh"), TRUTH["zh"]
    return [
        Row(
            id=f"{question.id}/{LETTERS[place]}",
            kind="lookup",
            turns=tuple(
                Turn.of(message)
                for message in asking.statement(
                    question.item, option, [ShownPassage(text) for text in evidence[question.id]]
                )
            ),
            answer=right if question.right == place else wrong,
            documents=(question.id,),
        )
        for question in questions
        for place, option in enumerate(question.options)
    ]


def train(
    home: Path, learned: Sequence[Question], evidence: Mapping[str, list[str]], recipe: Recipe
) -> training.Training:
    """An expert that judges statements; a run that was cut off goes on."""

    def tell(progress: training.Progress) -> None:
        print(progress, file=sys.stderr, flush=True)

    made = statements(learned, evidence)
    print(f"{len(made)} rows of {Counter(one.subject for one in learned)}", file=sys.stderr)
    trainer = make_trainer(None, threads=os.cpu_count() or 1)
    return trainer.train(made, recipe, home / "training", tell=tell)
