"""The demo company: read from `company.toml`, set up in a workspace, its questions judged."""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from teaegg.app.workspace import Workspace
from teaegg.core.actors import EVERYONE, LOCAL_OWNER, Role
from teaegg.core.answers import Answer
from teaegg.core.errors import InvalidRequestError
from teaegg.store.glossary import GlossaryEntry, parse_glossary

FILE_NAME = "company.toml"


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True)


class CompanyCollection(_Record):
    """A folder of documents and the groups that read it."""

    name: str
    name_en: str
    path: Path
    groups: tuple[str, ...]


class CompanyUser(_Record):
    """An account of the demo; its password is no secret."""

    name: str
    display_zh: str
    display_en: str
    groups: tuple[str, ...]
    role: Literal["owner", "editor", "user"]
    password: str

    @property
    def product_role(self) -> Role:
        return "member" if self.role == "user" else self.role


class CompanyQuestion(_Record):
    """A question of `user` and what a right answer holds. `show`: the terminal demo asks it."""

    id: str
    user: str
    text: str
    expect: tuple[str, ...]
    must_not: tuple[str, ...] = ()
    abstained: bool = False
    show: bool = False


class Company(_Record):
    """All of `company.toml` that the demo needs. `folder` is where it lies."""

    folder: Path
    name: str
    name_en: str
    collections: tuple[CompanyCollection, ...] = Field(alias="collection")
    users: tuple[CompanyUser, ...] = Field(alias="user")
    questions: tuple[CompanyQuestion, ...] = Field(alias="question")
    glossary: Path | None = None

    @property
    def shown(self) -> tuple[CompanyQuestion, ...]:
        return tuple(question for question in self.questions if question.show)

    @property
    def groups(self) -> tuple[str, ...]:
        """Every group that a user or a collection names, each once, without the built-in one."""
        reading = (group for collection in self.collections for group in collection.groups)
        belonging = (group for user in self.users for group in user.groups)
        named = dict.fromkeys((*reading, *belonging))
        return tuple(group for group in named if group != EVERYONE)


def read_company(folder: Path) -> Company:
    """Raises InvalidRequestError when there is no usable company in `folder`."""
    path = folder / FILE_NAME
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
        return Company.model_validate({**values, **values.pop("company", {}), "folder": folder})
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InvalidRequestError(
            f"The demo company {path} cannot be read: {error}.",
            remedy="Run in the folder of TeaEgg's sources, or name the folder with --company.",
        ) from error
    except ValidationError as error:
        problems = "; ".join(_problems(error))
        raise InvalidRequestError(
            f"The demo company {path} is not complete: {problems}.", remedy="Correct the file."
        ) from error


async def set_up(workspace: Workspace, company: Company) -> None:
    """Groups, accounts, collections and grants; doing it twice gives the same as once."""
    access = workspace.access
    known_groups = await access.list_groups(LOCAL_OWNER)
    for group in company.groups:
        if group not in known_groups:
            await access.add_group(LOCAL_OWNER, group)
    known_users = {user.name for user in await access.list_users(LOCAL_OWNER)}
    for user in company.users:
        if user.name not in known_users:
            await access.add_user(
                LOCAL_OWNER,
                user.name,
                role=user.product_role,
                password=user.password,
                display_name=user.display_zh,
                groups=user.groups,
            )
    known_collections = await access.list_collections(LOCAL_OWNER)
    for collection in company.collections:
        if collection.name not in known_collections:
            await access.create_collection(LOCAL_OWNER, collection.name)
        for group in collection.groups:
            await access.grant(LOCAL_OWNER, "group", group, "collection", collection.name)
    if company.glossary is not None:
        await workspace.glossary.merge(LOCAL_OWNER, _glossary(company.folder / company.glossary))


def _glossary(path: Path) -> tuple[GlossaryEntry, ...]:
    try:
        return parse_glossary(path.read_bytes(), str(path))
    except OSError as error:
        raise InvalidRequestError(
            f"The glossary {path} cannot be read: {error.strerror or error}.",
            remedy="Correct `glossary` in company.toml.",
        ) from error


def is_right(question: CompanyQuestion, answer: Answer) -> bool:
    """Whether the answer is what the company expects: spaces and character widths do not matter."""
    told = _plain(answer.text)
    if any(_plain(secret) in told for secret in question.must_not):
        return False
    if question.abstained:
        return answer.verdict != "answered"
    return answer.verdict == "answered" and all(_plain(text) in told for text in question.expect)


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


def _problems(error: ValidationError) -> Iterator[str]:
    for problem in error.errors(include_input=False, include_url=False):
        yield f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}"
