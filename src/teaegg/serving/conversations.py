"""A conversation: its turns are kept for its user, and each question is understood in their light."""

from __future__ import annotations

from collections.abc import Sequence

from teaegg.core.actors import Actor
from teaegg.core.clock import Clock
from teaegg.core.errors import NotFoundError
from teaegg.core.ids import random_id
from teaegg.serving.followups import understand_followup
from teaegg.store.traces import Conversation, ConversationRecords, Turn

_TITLE_CHARACTERS = 60
_REMEMBERED_TURNS = 6


class Conversations:
    """Conversations of every user, each seen by its own user only."""

    def __init__(self, records: ConversationRecords, clock: Clock) -> None:
        self._records = records
        self._clock = clock

    async def begin(self, actor: Actor, first_question: str) -> str:
        """Start a conversation named after its first question; returns its id."""
        conversation = random_id("c")
        await self._records.add(
            conversation,
            user=actor.name,
            title=first_question[:_TITLE_CHARACTERS],
            created_at=self._clock.now(),
        )
        return conversation

    async def understand(self, conversation: str, actor: Actor, question: str) -> str:
        """`question` as it stands by itself. Raises NotFoundError for anybody else's conversation."""
        if not await self._records.exists(conversation, user=actor.name):
            raise NotFoundError(
                f"There is no conversation {conversation}.", remedy="Start a new one."
            )
        turns = await self._records.turns(conversation, user=actor.name)
        return understand_followup(question, [t.understood for t in turns[-_REMEMBERED_TURNS:]])

    async def remember(self, conversation: str, question: str, understood: str, trace: str) -> None:
        """Keep one more turn."""
        await self._records.add_turn(
            conversation, Turn(question, understood, trace, self._clock.now())
        )

    async def list(self, actor: Actor) -> Sequence[Conversation]:
        return await self._records.list(user=actor.name)

    async def turns(self, conversation: str, actor: Actor) -> Sequence[Turn]:
        return await self._records.turns(conversation, user=actor.name)
