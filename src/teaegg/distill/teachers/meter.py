"""What teaching costs, and the bound it never crosses: a call that could is not sent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from teaegg.core.errors import TeachingStoppedError
from teaegg.core.settings import TeacherSettings
from teaegg.distill.teachers.replies import NO_USAGE, Usage

_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Prices:
    """Per million tokens, in `currency`. Budgets of 0 are none."""

    sent: float
    answered: float
    currency: str
    budget: float
    budget_tokens: int

    @classmethod
    def of(cls, settings: TeacherSettings) -> Prices:
        return cls(
            settings.price_in_per_million,
            settings.price_out_per_million,
            settings.currency,
            settings.budget,
            settings.budget_tokens,
        )

    def money(self, usage: Usage) -> float:
        return (usage.sent * self.sent + usage.answered * self.answered) / _MILLION

    def exceeded_by(self, usage: Usage) -> str:
        """The name of the bound that `usage` crosses, as people read it; "" when it crosses none."""
        if self.budget_tokens and usage.total > self.budget_tokens:
            return f"{self.budget_tokens:,} tokens"
        if self.budget and self.money(usage) > self.budget:
            return f"{self.budget:g} {self.currency}"
        return ""

    def shown(self, usage: Usage) -> str:
        """`12,345 tokens sent, 678 answered, 0.0123 USD`."""
        parts = [f"{usage.sent:,} tokens sent", f"{usage.answered:,} answered"]
        if usage.assumed:
            parts.append(f"{usage.assumed:,} of them assumed at most")
        if self.sent or self.answered:
            parts.append(f"{self.money(usage):.4f} {self.currency}")
        return ", ".join(parts)


class Bill:
    """What one call turned out to take. Unless it is `settled`, the call is taken for free."""

    def __init__(self) -> None:
        self.usage = Usage()

    def settle(self, usage: Usage) -> None:
        self.usage = usage


class Meter:
    """The running total of a dataset. `spent` begins with what earlier runs of it took; `tell` hears
    the new total after every call."""

    def __init__(
        self,
        prices: Prices,
        *,
        spent: Usage = NO_USAGE,
        tell: Callable[[Usage], None] = lambda _: None,
    ) -> None:
        self.prices = prices
        self.spent = spent
        self._tell = tell
        self._held = Usage()
        self._changed = asyncio.Condition()

    @asynccontextmanager
    async def reserved(self, most: Usage) -> AsyncIterator[Bill]:
        """Hold back what a call can take at most, and count what it took.

        Waits while calls under way might yet leave enough. Raises TeachingStoppedError when even
        then the call could cross the budget.
        """
        async with self._changed:
            await self._changed.wait_for(
                lambda: (
                    not self.prices.exceeded_by(self.spent + self._held + most)
                    or self.prices.exceeded_by(self.spent + most)
                )
            )
            bound = self.prices.exceeded_by(self.spent + most)
            if bound:
                raise self._over(bound, most)
            self._held += most
        bill = Bill()
        try:
            yield bill
        finally:
            await self._settle(most, bill)

    async def _settle(self, most: Usage, bill: Bill) -> None:
        # Without an await in between, so that a cancelled task cannot leave it half done.
        self._held = Usage(self._held.sent - most.sent, self._held.answered - most.answered)
        self.spent += bill.usage
        self._tell(self.spent)
        async with self._changed:
            self._changed.notify_all()

    def _over(self, bound: str, most: Usage) -> TeachingStoppedError:
        return TeachingStoppedError(
            f"The next call could exceed the budget of {bound}: so far it is"
            f" {self.prices.shown(self.spent)}, and the call may take {self.prices.shown(most)}.",
            reason="budget",
            remedy="Raise teacher.budget or teacher.budget_tokens and run the same again: what was"
            " answered is kept and not paid for again.",
        )
