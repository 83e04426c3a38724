"""Chat templates: how turns become the text of a prompt. One place for training, exams and serving.

A model that was trained behind one template and is asked behind another answers worse without any
error. Templates are therefore rendered here and sent as plain text; no engine's own is relied on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from teaegg.core.errors import InvalidRequestError
from teaegg.models.base import Message


@dataclass(frozen=True, slots=True)
class ChatTemplate:
    """`before` and `after` enclose each turn; `{role}` in `before` is the template's word for it.

    The beginning-of-text token is not part of the text: engine and trainer add it once. `ends` are
    the pieces of text at which an answer is over; the first of them is what training teaches.
    """

    name: str
    before: str
    after: str
    roles: tuple[str, str, str]
    ends: tuple[str, ...]

    def prompt(self, messages: Sequence[Message]) -> str:
        """The turns, then the opening of the answer."""
        turns = [
            f"{self.before.format(role=self._role(message))}{message.content}{self.after}"
            for message in messages
        ]
        return "".join(turns) + self.before.format(role=self.roles[2])

    def answer(self, text: str) -> str:
        """What follows the prompt in training: the answer and its end."""
        return f"{text}{self.ends[0]}"

    def _role(self, message: Message) -> str:
        return self.roles[("system", "user", "assistant").index(message.role)]


GEMMA = ChatTemplate(
    name="gemma",
    before="<start_of_turn>{role}\n",
    after="<end_of_turn>\n",
    # Gemma has no system turn: what the system says stands in a turn of the user.
    roles=("user", "user", "model"),
    ends=("<end_of_turn>", "<eos>"),
)
CHATML = ChatTemplate(
    name="chatml",
    before="<|im_start|>{role}\n",
    after="<|im_end|>\n",
    roles=("system", "user", "assistant"),
    ends=("<|im_end|>", "<|endoftext|>"),
)


def _plain(name: str, opening: str) -> ChatTemplate:
    return ChatTemplate(name, "{role}", "\n\n", ("", "", opening), ("<eos>",))


PLAIN_ZH = _plain("plain-zh", "答案：")
PLAIN_EN = _plain("plain-en", "Answer:")
"""Text as a book would print it: what a model that never learned a chat template can continue."""
_ALL = {template.name: template for template in (GEMMA, CHATML, PLAIN_ZH, PLAIN_EN)}


def plain_template(language: str) -> ChatTemplate:
    """For a base as it comes, in the language of the documents ("zh", else English)."""
    return PLAIN_ZH if language == "zh" else PLAIN_EN


def is_plain(template: ChatTemplate) -> bool:
    """Whether turns stand in it as a book would print them."""
    return template in (PLAIN_ZH, PLAIN_EN)


def template_named(name: str) -> ChatTemplate:
    """Raises InvalidRequestError for a name that is not in the closed list."""
    if name not in _ALL:
        raise InvalidRequestError(
            f"There is no chat template {name!r}; there are {', '.join(sorted(_ALL))}.",
            remedy="Correct the name in the recipe.",
        )
    return _ALL[name]
