"""What one examinee made of one item, scored: what comparisons, the gate and reports are built on."""

from __future__ import annotations

import math
from dataclasses import dataclass

from teaegg.core.errors import InvalidRequestError
from teaegg.core.exams import Area


@dataclass(frozen=True, slots=True)
class ScoredItem:
    """One item as one examinee answered it.

    `kind` is the form of the question (choice, short answer ...), for reports. `document` names what
    it was asked about: items of one document are not independent. Empty: it stands for itself.
    `score` is from 0 to 1, `seconds` how long the answer took (None: not measured). `signed`: a person
    has reviewed the item. `contaminated`: it was found in what the examinee was taught.

    Raises InvalidRequestError for a score or seconds that cannot be.
    """

    item: str
    area: Area
    kind: str
    document: str
    score: float
    seconds: float | None = None
    signed: bool = False
    contaminated: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.score <= 1:
            raise InvalidRequestError(
                f"The score of item {self.item} is {self.score}; expected a number from 0 to 1.",
                remedy="Score the answer again.",
            )
        if self.seconds is not None and not 0 < self.seconds < math.inf:
            raise InvalidRequestError(
                f"The answer to item {self.item} took {self.seconds} seconds; expected more than 0.",
                remedy="Leave the time out where it was not measured.",
            )
