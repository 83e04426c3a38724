"""What people thought of answers, on behalf of an actor."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from teaegg.access.policy import require_manage
from teaegg.app.quality.traces import ReadableTraces
from teaegg.core.actors import Actor
from teaegg.core.clock import Clock
from teaegg.core.errors import InvalidRequestError
from teaegg.store.exams.feedback import Feedback, FeedbackRecords, Judged

MOST_COMMENT_CHARACTERS = 2_000
MOST_CORRECTED_CHARACTERS = 20_000


class Opinions:
    """Whoever may read an answer may say what it was worth; owners read what all have said."""

    def __init__(self, records: FeedbackRecords, traces: ReadableTraces, clock: Clock) -> None:
        self._records = records
        self._traces = traces
        self._clock = clock

    async def give(
        self, actor: Actor, trace: str, *, helpful: bool, comment: str = "", corrected: str = ""
    ) -> Feedback:
        """Keep it in the place of what the actor said of this answer before.

        Raises NotFoundError for a trace that the actor may not read, InvalidRequestError for more
        text than anybody writes.
        """
        await self._traces.read(actor, trace)
        _require_short("comment", comment, MOST_COMMENT_CHARACTERS)
        _require_short("corrected answer", corrected, MOST_CORRECTED_CHARACTERS)
        feedback = Feedback(
            trace, actor.name, helpful, self._clock.now(), comment.strip(), corrected.strip()
        )
        await self._records.put(feedback)
        return feedback

    async def take_back(self, actor: Actor, trace: str) -> None:
        """Forget what the actor said of this answer. Raises NotFoundError as `give` does."""
        await self._traces.read(actor, trace)
        await self._records.take_back(trace, user=actor.name)

    async def own(self, actor: Actor, traces: Collection[str]) -> Mapping[str, Feedback]:
        """What the actor has said of these answers, by trace."""
        return await self._records.of(traces, user=actor.name)

    async def list(
        self,
        actor: Actor,
        *,
        helpful: bool | None = None,
        scene: str | None = None,
        limit: int | None = None,
    ) -> Sequence[Judged]:
        """Newest first, of all people. Raises NotAllowedError for others than owners."""
        require_manage(actor)
        return await self._records.list(helpful=helpful, scene=scene, limit=limit)


def _require_short(what: str, text: str, most: int) -> None:
    if len(text) > most:
        raise InvalidRequestError(
            f"The {what} has {len(text)} characters, {most} are allowed.",
            remedy="Say it in fewer words.",
        )
