"""Who is meant by a name: `base`, `answerer`, `expert:tax`, `http://…#model` … become targets of an exam."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, Protocol

from pydantic import SecretStr

from teaegg import __version__
from teaegg.app.experts.models import BaseHash
from teaegg.app.experts.register import Experts
from teaegg.core.actors import Actor
from teaegg.core.answers import AskedMode
from teaegg.core.clock import Clock
from teaegg.core.documents import Document, Passage
from teaegg.core.errors import InvalidRequestError, NotFoundError
from teaegg.core.exams import Exam, ExamItem
from teaegg.core.ids import text_hash
from teaegg.core.settings import ChatModelSettings, Settings
from teaegg.evals.targets.answerer import AnswererTarget
from teaegg.evals.targets.base import Target
from teaegg.evals.targets.combined import ByForm
from teaegg.evals.targets.endpoint import EndpointSpeaker, Prices
from teaegg.evals.targets.likelihood import ChoiceForm, OptionTarget
from teaegg.evals.targets.model import ModelTarget
from teaegg.evals.targets.prompting import Prompting, worked_examples
from teaegg.evals.targets.speakers import ANSWER_TOKENS, ChatSpeaker
from teaegg.models.base import ChatModel
from teaegg.models.options import OptionReader
from teaegg.models.remote import OpenAIChat
from teaegg.models.templates import ChatTemplate, is_plain, plain_template, template_named
from teaegg.retrieval.events import AnswerEvent
from teaegg.retrieval.search import SearchResult
from teaegg.serving.conversations import Conversations

Kind = Literal["base", "answerer", "pipeline", "expert", "endpoint"]
_MOST_ASKED_CHARACTERS = 4000
_NAMES = "base, base+5, base+search, answerer, pipeline, expert:NAME, expert:NAME+search, URL#MODEL"
_BASE = re.compile(r"base(?:\+(?P<count>\d+))?(?P<search>\+search)?")
_EXPERT = re.compile(r"expert:(?P<name>.+?)(?P<search>\+search)?")
_ENDPOINT = re.compile(r"(?P<url>https?://[^#\s]+)#(?P<model>\S+)")


@dataclass(frozen=True, slots=True)
class Wish:
    """Who shall sit, and how they are asked. `target` is a name as people type it.

    `examples` are the items from which worked examples are taken, kept apart from the exam.
    `passages`: items are asked with their passages. `template` names the base's chat template (plain
    text where it is ""), `choices` how the likelihood of options is read. `key` and `prices` are an
    endpoint's, `at_once` how many of its answers are under way together.
    """

    target: str
    examples: Sequence[ExamItem] = ()
    passages: bool = True
    template: str = ""
    choices: ChoiceForm = "letters"
    max_tokens: int = ANSWER_TOKENS
    key: SecretStr = field(default_factory=lambda: SecretStr(""))
    prices: Prices | None = None
    at_once: int = 4


@dataclass(frozen=True, slots=True)
class Meant:
    """A name taken apart: `name` of an expert or an endpoint's model, `url` of an endpoint, how many
    examples, whether it searches."""

    kind: Kind
    name: str = ""
    url: str = ""
    examples: int = 0
    search: bool = False


@dataclass(frozen=True, slots=True)
class Examinee:
    """`settings` is all that decides what it says beside what `target.fingerprint` names."""

    target: Target
    expert: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)


class Ask(Protocol):
    """`Workspace.ask`."""

    def __call__(
        self,
        actor: Actor,
        question: str,
        *,
        mode: AskedMode | None = None,
        conversation: str = "",
        expert: str = "",
        sandbox: bool = False,
    ) -> AsyncIterator[AnswerEvent]: ...


class Search(Protocol):
    """`Workspace.search`."""

    async def __call__(self, actor: Actor, question: str, *, limit: int) -> SearchResult: ...


class Documents(Protocol):
    """`Workspace.documents`."""

    async def __call__(self, actor: Actor) -> Sequence[Document]: ...


@dataclass(frozen=True, slots=True)
class Doors:
    """What users use; an exam comes in the same way."""

    ask: Ask
    search: Search
    documents: Documents
    conversations: Conversations


@dataclass(frozen=True, slots=True)
class Bases:
    """The bare base behind a template, and how to learn which one it is ("" behind an endpoint).
    `options` reads how likely options are, with the adapter of an expert's folder or (None) bare; None
    where nothing can."""

    chat: Callable[[ChatTemplate], ChatModel]
    hash: BaseHash
    options: Callable[[Path | None], OptionReader | None]


class Examinees:
    """Makes targets. What they load belongs to the workspace and stays."""

    def __init__(
        self, settings: Settings, bases: Bases, experts: Experts, doors: Doors, clock: Clock
    ) -> None:
        self._settings = settings
        self._bases = bases
        self._experts = experts
        self._doors = doors
        self._clock = clock

    async def of(self, actor: Actor, exam: Exam, wish: Wish) -> Examinee:
        """Raises InvalidRequestError for a name that says nothing and for examples that do not fit,
        NotFoundError for an expert that is not there, ModelError for one that does not load."""
        meant = read_target(wish.target)
        match meant.kind:
            case "base":
                return await self._base(exam, wish, meant)
            case "expert":
                return await self._expert(actor, exam, wish, meant)
            case "endpoint":
                return self._endpoint(exam, wish, meant)
            case "answerer" | "pipeline":
                return await self._answerer(actor, exam, wish, meant)

    @asynccontextmanager
    async def lent(self, exam: Exam, wish: Wish) -> AsyncIterator[ChatModel]:
        """A model by itself, to judge: a base or an endpoint. Raises InvalidRequestError for others."""
        meant = read_target(wish.target)
        if meant.kind == "endpoint":
            remote = OpenAIChat(self._endpoint_settings(wish, meant))
            try:
                yield remote
            finally:
                await remote.close()
            return
        if meant.kind != "base":
            raise InvalidRequestError(
                f"{wish.target} cannot judge; a judge is a model by itself.",
                remedy="Name base, or URL#MODEL of an endpoint.",
            )
        yield self._bases.chat(_base_template(exam, wish))

    async def _base(self, exam: Exam, wish: Wish, meant: Meant) -> Examinee:
        template = _base_template(exam, wish)
        chat = self._bases.chat(template)
        speaker = ChatSpeaker(
            chat,
            self._clock,
            template=template,
            max_tokens=wish.max_tokens,
            # In plain text nothing but an empty line says that a turn is over.
            stop=template.after if is_plain(template) else "",
        )
        prompting = _prompting(exam, wish, meant.examples)
        spoken = ModelTarget(
            speaker,
            prompting,
            name=wish.target,
            fingerprint=await self._bases.hash() or chat.fingerprint,
            find=self._find if meant.search else None,
        )
        told = {**_told(wish, prompting), "template": template.name}
        target = self._with_options(spoken, None, template, prompting, wish, meant, told)
        if meant.search:
            told["search"] = await self._knowledge(self._examiner)
        return Examinee(target, settings=told)

    async def _expert(self, actor: Actor, exam: Exam, wish: Wish, meant: Meant) -> Examinee:
        """With its search it is asked through the door; choices, which a door cannot be held to
        answer by a letter, over what the search finds."""
        reading = await self._experts.reading(actor, meant.name, sandbox=True)
        expert = reading.expert
        template = template_named(expert.template)
        prompting = replace(_prompting(exam, wish, 0), instructions=expert.instructions)
        speaker = ChatSpeaker(
            reading.chat, self._clock, template=template, max_tokens=expert.max_tokens
        )
        over_passages = ModelTarget(
            speaker,
            prompting,
            name=wish.target,
            fingerprint=expert.id,
            find=self._find if meant.search else None,
        )
        told: dict[str, Any] = _told(wish, prompting)
        _, folder = await self._experts.whole(actor, expert.id)
        words: Target = over_passages
        if meant.search:
            told["search"] = await self._knowledge(self._examiner)
            door = self._door(expert=expert.id)
            words = AnswererTarget(door, self._clock, name=wish.target, fingerprint=expert.id)
        target = self._with_options(words, folder, template, prompting, wish, meant, told)
        if target is words and meant.search:
            target = ByForm(over_passages, words)
        return Examinee(target, expert=expert.id, settings=told)

    def _with_options(
        self,
        words: Target,
        expert: Path | None,
        template: ChatTemplate,
        prompting: Prompting,
        wish: Wish,
        meant: Meant,
        told: dict[str, Any],
    ) -> Target:
        """Choices are read by their options where something can; `told` says in which form."""
        reader = self._bases.options(expert)
        if reader is None:
            return words
        told["choices"] = wish.choices
        find = self._find if meant.search else None
        choices = OptionTarget(
            reader,
            template,
            prompting,
            name=words.name,
            fingerprint=words.fingerprint,
            form=wish.choices,
            find=find,
        )
        return ByForm(choices, words)

    def _endpoint(self, exam: Exam, wish: Wish, meant: Meant) -> Examinee:
        speaker = EndpointSpeaker(
            self._endpoint_settings(wish, meant),
            self._clock,
            prices=wish.prices,
            max_tokens=wish.max_tokens,
        )
        prompting = _prompting(exam, wish, meant.examples)
        target = ModelTarget(speaker, prompting, name=wish.target, at_once=wish.at_once)
        return Examinee(target, settings=_told(wish, prompting))

    def _endpoint_settings(self, wish: Wish, meant: Meant) -> ChatModelSettings:
        return ChatModelSettings(
            engine="openai",
            model=meant.name,
            base_url=meant.url,
            api_key=wish.key,
            timeout_seconds=self._settings.chat.timeout_seconds,
        )

    async def _answerer(self, actor: Actor, exam: Exam, wish: Wish, meant: Meant) -> Examinee:
        """The grounded answerer; the pipeline is what users of the exam's scene get: its released
        expert where there is one."""
        expert = ""
        if meant.kind == "pipeline" and exam.scene:
            expert = await self._released(actor, exam.scene)
        told = {"code": __version__, "search": await self._knowledge(self._examiner)}
        settings = self._settings
        deciding = [settings.answers, settings.chat, settings.embedding]
        chosen = [section.model_dump(mode="json", exclude={"api_key"}) for section in deciding]
        fingerprint = text_hash(json.dumps([chosen, expert, await self._bases.hash()]))
        target = AnswererTarget(
            self._door(expert=expert), self._clock, name=wish.target, fingerprint=fingerprint
        )
        return Examinee(target, expert=expert, settings=told)

    async def _released(self, actor: Actor, scene: str) -> str:
        try:
            return (await self._experts.access.find(actor, scene)).id
        except NotFoundError:
            return ""

    @property
    def _examiner(self) -> Actor:
        """May read everything, as the owner who lets it sit; under a name that no account can have, so
        that its questions are nobody's history and no session of a real user."""
        return Actor(name="exam:", role="owner", display_name="Exam")

    def _door(self, *, expert: str) -> Callable[[Sequence[str]], AsyncIterator[AnswerEvent]]:
        async def door(questions: Sequence[str]) -> AsyncIterator[AnswerEvent]:
            actor, conversation = self._examiner, ""
            if len(questions) > 1:
                conversation = await self._doors.conversations.begin(actor, questions[0])
            for question in questions:
                async for event in self._doors.ask(
                    actor,
                    question,
                    conversation=conversation,
                    expert=expert,
                    sandbox=bool(expert),
                ):
                    yield event

        return door

    async def _find(self, question: str) -> Sequence[Passage]:
        found = await self._doors.search(
            self._examiner,
            question[:_MOST_ASKED_CHARACTERS],
            limit=self._settings.answers.expert_passages,
        )
        return [item.passage for item in found.evidence]

    async def _knowledge(self, actor: Actor) -> str:
        """A hash of all that a search could find and how it searches: after a change the exam is
        another one."""
        known = await self._doors.documents(actor)
        versions = sorted((document.id, document.version) for document in known)
        searching = self._settings.search.model_dump(mode="json")
        return text_hash(json.dumps([versions, searching]))


def read_target(text: str) -> Meant:
    """Raises InvalidRequestError for what names nobody."""
    if found := _BASE.fullmatch(text):
        return Meant("base", examples=int(found["count"] or 0), search=bool(found["search"]))
    if found := _EXPERT.fullmatch(text):
        return Meant("expert", found["name"], search=bool(found["search"]))
    if found := _ENDPOINT.fullmatch(text):
        model, _, count = found["model"].partition("+")
        if not count or count.isdigit():
            return Meant("endpoint", model, found["url"], examples=int(count or 0))
        return Meant("endpoint", found["model"], found["url"])
    if text == "answerer" or text == "pipeline":
        return Meant("answerer" if text == "answerer" else "pipeline")
    raise InvalidRequestError(
        f"{text[:80]!r} names nobody who can sit an exam.", remedy=f"Name one of: {_NAMES}."
    )


def _base_template(exam: Exam, wish: Wish) -> ChatTemplate:
    return template_named(wish.template) if wish.template else plain_template(exam.language)


def _prompting(exam: Exam, wish: Wish, examples: int) -> Prompting:
    if examples and not wish.examples:
        raise InvalidRequestError(
            f"{wish.target} needs {examples} worked examples, and no items are named for them.",
            remedy="Name an exam that is kept apart: --examples NAME.",
        )
    chosen = worked_examples(wish.examples, exam, examples) if examples else ()
    return Prompting(exam.language, examples=chosen, with_passages=wish.passages)


def _told(wish: Wish, prompting: Prompting) -> dict[str, Any]:
    return {
        "code": __version__,
        "language": prompting.language,
        "passages": prompting.with_passages,
        "examples": [item.hash for item in prompting.examples],
        "max_tokens": wish.max_tokens,
    }
