"""What somebody wants to know: the claim to be made, the prices, the share of questions passed on."""

from __future__ import annotations

import math
from dataclasses import dataclass

from teaegg.core.errors import InvalidRequestError
from teaegg.core.scenes import Scene
from teaegg.distill.recipe import Recipe


@dataclass(frozen=True, slots=True)
class TokenPrice:
    """Of a million tokens, sent and answered."""

    sent: float = 0.0
    answered: float = 0.0


def read_price(text: str) -> TokenPrice:
    """`2,8`: of a million tokens sent and answered; `2`: of both; empty: none. Raises
    InvalidRequestError."""
    parts = [part.strip() for part in text.replace("，", ",").split(",")] if text.strip() else ["0"]
    try:
        sent, answered = map(float, (*parts, *parts) if len(parts) == 1 else parts)
    except ValueError as error:
        raise InvalidRequestError(
            f"{text[:40]!r} is no price of tokens.",
            remedy="Give two numbers: of a million tokens sent and answered, as in 2,8.",
        ) from error
    return TokenPrice(sent, answered)


@dataclass(frozen=True, slots=True)
class Wish:
    """`gain` is the claim: so much better than what is in use (0 to 1), seen with a chance of `power`.

    `escalation` is the share of questions that a general model answers in the expert's place. Prices
    are in `currency`; `hour` is that of an hour of this machine. 0: not told, and shown as quantities.
    Raises InvalidRequestError for what cannot be.
    """

    scene: Scene
    recipe: Recipe
    gain: float = 0.1
    power: float = 0.8
    escalation: float = 0.0
    hour: float = 0.0
    teacher: TokenPrice = TokenPrice()
    general: TokenPrice = TokenPrice()
    currency: str = "USD"

    def __post_init__(self) -> None:
        for name, share in (("gain", self.gain), ("power", self.power)):
            if not 0 < share < 1:
                raise InvalidRequestError(
                    f"The {name} to plan for is {share:g}; expected more than 0 and less than 1.",
                    remedy="A gain of 0.05 is five points; a power of 0.8 is four times in five.",
                )
        if not 0 <= self.escalation <= 1:
            raise InvalidRequestError(
                f"The share of questions passed on is {self.escalation:g}; expected 0 to 1.",
                remedy="One question in ten is 0.1.",
            )
        tokens = (self.teacher, self.general)
        prices = (self.hour, *(price for each in tokens for price in (each.sent, each.answered)))
        for price in prices:
            if not 0 <= price < math.inf:
                raise InvalidRequestError(
                    f"A price of {price:g} cannot be.", remedy="Give prices of 0 or more."
                )
