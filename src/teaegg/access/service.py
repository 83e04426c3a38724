"""Access: who may, and why. The one object through which every door asks and manages."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterable
from typing import get_args

from teaegg.access import policy
from teaegg.access.backoff import SignInTries
from teaegg.access.explain import Explanation, explain
from teaegg.access.keys import KEY_PREFIX, NewKey, RandomBytes, new_key, secret_hash
from teaegg.access.names import checked_line, checked_name, is_name
from teaegg.access.passwords import Passwords
from teaegg.access.signin import SignIn, actor_of
from teaegg.access.sso.service import SingleSignOn
from teaegg.core.actors import EVERYONE, LOCAL_OWNER, Actor, Role, VisibleSet
from teaegg.core.clock import Clock
from teaegg.core.documents import Document
from teaegg.core.errors import (
    ConflictError,
    InvalidRequestError,
    NotAllowedError,
    NotFoundError,
    SignInError,
    SingleSignOnError,
    SourceUnavailableError,
)
from teaegg.core.settings import OidcSettings
from teaegg.store.database import Database
from teaegg.store.documents import DocumentRecords
from teaegg.store.grants import Grant, GranteeKind, GrantRecords, TargetKind
from teaegg.store.identities import IdentityRecords
from teaegg.store.people import ApiKey, PeopleRecords, User

_EVERYTHING = VisibleSet(everything=True)
_MAX_NOTE_CHARACTERS = 500
_LOG = logging.getLogger(__name__)


class Access:
    """Accounts, groups, grants and keys, and the decisions that follow from them.

    Every managing method takes the acting person first and raises NotAllowedError for whoever is
    not an owner, before it looks at anything else. Unknown names raise NotFoundError, taken ones
    ConflictError, unusable ones InvalidRequestError. Changes hold from the next question on.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        session_hours: float = 12,
        oidc: OidcSettings | None = None,
        passwords: Passwords | None = None,
        random_bytes: RandomBytes = secrets.token_bytes,
    ) -> None:
        self._people = PeopleRecords(database)
        self._grants = GrantRecords(database)
        self._documents = DocumentRecords(database)
        self._clock = clock
        self._random_bytes = random_bytes
        self._passwords = passwords or Passwords()
        self._sign_in = SignIn(
            self._people,
            clock,
            passwords=self._passwords,
            tries=SignInTries(),
            random_bytes=random_bytes,
            session_hours=session_hours,
        )
        self._identities = IdentityRecords(database)
        self.single_sign_on: SingleSignOn | None = None
        if oidc is not None and oidc.is_on:
            self.single_sign_on = SingleSignOn(
                self._people, self._identities, self._sign_in, oidc, clock, random_bytes
            )

    # Who is this

    async def actor(self, name: str) -> Actor:
        """The actor behind an account in force, always of the group of everyone."""
        return await self._sign_in.actor(name)

    async def sign_in(self, name: str, password: str) -> str:
        """A session token; SignInError never says which part was wrong."""
        return await self._sign_in.sign_in(name, password)

    async def sign_out(self, token: str) -> None:
        await self._sign_in.sign_out(token)

    async def actor_of_session(self, token: str) -> Actor:
        return await self._sign_in.actor_of_session(token)

    async def actor_of_key(self, key: str) -> Actor:
        return await self._sign_in.actor_of_key(key)

    async def actor_of_bearer(self, bearer: str) -> Actor:
        """The actor of an API key, or of an access token of the company's provider.

        Raises SignInError, which does not tell what was wrong with a token: that is in the log;
        SourceUnavailableError when the provider, whose keys are needed, cannot be reached.
        """
        if self.single_sign_on is None or not bearer or bearer.startswith(KEY_PREFIX):
            return await self.actor_of_key(bearer)
        try:
            return await self.single_sign_on.actor_of_token(bearer)
        except SingleSignOnError as error:
            _LOG.warning("An access token was refused (%s): %s", error.refusal, error)
            if error.refusal in ("unreachable", "provider"):
                raise SourceUnavailableError(
                    "The sign-in provider gives no answer now.", remedy="Try again later."
                ) from error
            raise SignInError(
                "The access token is not valid here.",
                remedy="Get a new one for this server; sign in once on TeaEgg's page before.",
            ) from error

    # What may they do, and why

    async def visible(self, actor: Actor) -> VisibleSet:
        """The documents the actor may know of at this moment."""
        if actor.is_owner:
            return _EVERYTHING
        groups = actor.groups | {EVERYONE}
        grants = await self._grants.grants_naming(actor.name, groups)
        return policy.visible_to(policy.Standing(actor.name, actor.role, groups, grants))

    async def may_upload(self, actor: Actor, collection: str) -> bool:
        return policy.upload(actor, collection, await self.visible(actor)).allowed

    async def require_upload(self, actor: Actor, collection: str) -> None:
        """NotFoundError when the actor may not know the collection, NotAllowedError when not editor.

        InvalidRequestError for a name that no collection can have, whoever asks: an upload to a new
        collection must not make a folder of any name.
        """
        checked_name("collection", collection)
        policy.require_upload(actor, collection, await self.visible(actor))

    async def why(self, user: str, document: str, *, asked_by: Actor) -> Explanation:
        """Why `user` may read `document`, or why not.

        Owners ask about everybody. Others ask about themselves and about what they may know of:
        for them a hidden document raises the same NotFoundError as one that is not there.
        """
        if not asked_by.is_owner and user != asked_by.name:
            raise NotAllowedError(
                "Only owners may ask why another user reads a document.",
                remedy="Ask about your own name, or ask an owner.",
            )
        found = await self._documents.get(document, visible=await self.visible(asked_by))
        if found is None:
            raise _no_document(document)
        return explain(await self.standing(user, found), found)

    # Accounts

    async def add_user(
        self,
        acting: Actor,
        name: str,
        *,
        role: Role = "member",
        password: str | None = None,
        display_name: str = "",
        groups: Iterable[str] = (),
    ) -> User:
        """A new account. Without a password it is reached by API keys only."""
        policy.require_manage(acting)
        if checked_name("user", name) == LOCAL_OWNER.name:
            raise ConflictError(f"The name {name} stands for whoever runs the command line.")
        wanted = frozenset(groups) - {EVERYONE}
        for group in wanted:
            await self._require_group(group)
        user = User(
            name=name,
            display_name=checked_line("display name", display_name),
            role=_checked_role(role),
            active=True,
            created_at=self._clock.now(),
            groups=wanted,
        )
        if await self._people.find_user(name) is not None:
            raise ConflictError(f"The user {name} exists already.", remedy="Choose another name.")
        password_hash = "" if password is None else await self._passwords.hash(password)
        await self._people.add_user(user, password_hash)
        return user

    async def list_users(self, acting: Actor) -> tuple[User, ...]:
        policy.require_manage(acting)
        return await self._people.list_users()

    async def set_password(self, acting: Actor, name: str, password: str) -> None:
        """Every session of the account ends: whoever knew the old password is out."""
        policy.require_manage(acting)
        await self._require_user(name)
        await self._people.set_password_hash(name, await self._passwords.hash(password))
        await self._people.remove_sessions_of(name)

    async def deactivate(self, acting: Actor, name: str) -> None:
        """Close the account at once, sessions and keys included; what it was granted is kept."""
        policy.require_manage(acting)
        await self._require_user(name)
        await self._people.set_active(name, False)
        await self._people.remove_sessions_of(name)

    async def activate(self, acting: Actor, name: str) -> None:
        policy.require_manage(acting)
        await self._require_user(name)
        await self._people.set_active(name, True)

    async def remove_user(self, acting: Actor, name: str) -> None:
        """Forget the account, its keys, grants and conversations; traces stay as the record."""
        policy.require_manage(acting)
        await self._require_user(name)
        await self._people.remove_user(name)

    async def link(self, acting: Actor, name: str, issuer: str, subject: str) -> None:
        """Whoever is `subject` at `issuer` signs in as this account from now on."""
        policy.require_manage(acting)
        await self._require_user(name)
        if not (issuer and subject):
            raise InvalidRequestError(
                "Issuer and subject name a person together.",
                remedy="Give the subject, and set oidc.issuer.",
            )
        if taken := await self._identities.find_user(issuer, subject):
            raise ConflictError(
                f"{subject!r} signs in as {taken} already.", remedy="See `teaegg user unlink`."
            )
        await self._identities.link(issuer, subject, name, self._clock.now())

    async def unlink(self, acting: Actor, name: str) -> None:
        """Nobody signs in as this account through a provider any more; its sessions end."""
        policy.require_manage(acting)
        await self._require_user(name)
        await self._identities.unlink(name)
        await self._people.remove_sessions_of(name)

    # Groups

    async def add_group(self, acting: Actor, name: str) -> None:
        policy.require_manage(acting)
        if await self._group_exists(checked_name("group", name)):
            raise ConflictError(f"The group {name} exists already.", remedy="Choose another name.")
        await self._people.add_group(name, self._clock.now())

    async def list_groups(self, acting: Actor) -> dict[str, tuple[str, ...]]:
        """Group → its members. The group of everyone is not recorded and not listed."""
        policy.require_manage(acting)
        return await self._people.list_groups()

    async def remove_group(self, acting: Actor, name: str) -> None:
        """Forget the group, its memberships and its grants."""
        policy.require_manage(acting)
        await self._require_recorded_group(name)
        await self._people.remove_group(name)

    async def add_member(self, acting: Actor, group: str, user: str) -> None:
        """Doing it twice gives the same as once."""
        policy.require_manage(acting)
        await self._require_recorded_group(group)
        await self._require_user(user)
        await self._people.add_member(user, group)

    async def remove_member(self, acting: Actor, group: str, user: str) -> None:
        policy.require_manage(acting)
        await self._require_recorded_group(group)
        await self._require_user(user)
        await self._people.remove_member(user, group)

    # Collections and grants

    async def create_collection(self, acting: Actor, name: str) -> None:
        policy.require_manage(acting)
        if await self._grants.collection_exists(checked_name("collection", name)):
            raise ConflictError(
                f"The collection {name} exists already.", remedy="Choose another name."
            )
        await self._grants.add_collection(name, self._clock.now())

    async def list_collections(self, actor: Actor) -> tuple[str, ...]:
        """The collections that the actor reads; others look as if they were not there."""
        visible = await self.visible(actor)
        names = await self._grants.list_collections()
        return tuple(
            name
            for name in names
            if visible.everything or policy.collection_scope(name) in visible.scopes
        )

    async def grant(
        self,
        acting: Actor,
        grantee_kind: GranteeKind,
        grantee: str,
        target_kind: TargetKind,
        target: str,
        *,
        note: str = "",
    ) -> None:
        """Let a user or group read a collection or one document. The first record of it is kept."""
        policy.require_manage(acting)
        _check_kinds(grantee_kind, target_kind)
        await self.require_grantee(grantee_kind, grantee)
        await self._require_target(target_kind, target)
        await self._grants.add_grant(
            Grant(
                grantee_kind=grantee_kind,
                grantee=grantee,
                target_kind=target_kind,
                target=target,
                granted_by=acting.name,
                granted_at=self._clock.now(),
                note=checked_line("note", note, limit=_MAX_NOTE_CHARACTERS),
            )
        )

    async def revoke(
        self,
        acting: Actor,
        grantee_kind: GranteeKind,
        grantee: str,
        target_kind: TargetKind,
        target: str,
    ) -> None:
        policy.require_manage(acting)
        _check_kinds(grantee_kind, target_kind)
        if not await self._grants.remove_grant(grantee_kind, grantee, target_kind, target):
            raise NotFoundError(
                f"There is no grant of {target_kind} {target} to {grantee_kind} {grantee}.",
                remedy="See `teaegg grants list`.",
            )

    async def list_grants(self, acting: Actor) -> tuple[Grant, ...]:
        policy.require_manage(acting)
        return await self._grants.list_grants()

    # API keys

    async def create_key(self, acting: Actor, user: str, *, label: str = "") -> NewKey:
        """A key that acts as `user`. Its secret can be read now and never again."""
        policy.require_manage(acting)
        await self._require_user(user)
        key = new_key(self._random_bytes)
        record = ApiKey(key.prefix, user, checked_line("label", label), self._clock.now())
        await self._people.add_key(record, secret_hash(key.secret))
        return key

    async def list_keys(self, acting: Actor, user: str | None = None) -> tuple[ApiKey, ...]:
        """Keys of one user, or of all, revoked ones included."""
        policy.require_manage(acting)
        return await self._people.list_keys(user)

    async def revoke_key(self, acting: Actor, prefix: str) -> None:
        """`prefix` is what `list_keys` shows; the key stops working at once."""
        policy.require_manage(acting)
        if not await self._people.revoke_key(prefix, self._clock.now()):
            raise NotFoundError(
                f"No key in force begins with {prefix[:20]!r}.", remedy="See `teaegg key list`."
            )

    # What the names above must stand for

    async def standing(self, name: str, document: Document | None = None) -> policy.Standing:
        """What decides about an account, with every grant there is, or those on `document`.

        For explanations. Raises NotFoundError for a name without an account.
        """
        grants = (
            await self._grants.grants_on(document)
            if document is not None
            else await self._grants.list_grants()
        )
        if name == LOCAL_OWNER.name:
            return policy.Standing(name, LOCAL_OWNER.role, LOCAL_OWNER.groups, grants)
        user = await self._require_user(name)
        groups = actor_of(user).groups
        return policy.Standing(name, user.role, groups, grants, active=user.active)

    async def require_grantee(self, kind: GranteeKind, name: str) -> None:
        """Raises NotFoundError for a user or group that there is not."""
        if kind == "user":
            await self._require_user(name)
        else:
            await self._require_group(name)

    async def _require_user(self, name: str) -> User:
        user = await self._people.find_user(name) if is_name(name) else None
        if user is None:
            raise NotFoundError(
                f"There is no user {name[:80]!r}.", remedy="See `teaegg user list`."
            )
        return user

    async def _group_exists(self, name: str) -> bool:
        return name == EVERYONE or (is_name(name) and await self._people.group_exists(name))

    async def _require_group(self, name: str) -> None:
        if not await self._group_exists(name):
            raise NotFoundError(
                f"There is no group {name[:80]!r}.", remedy="See `teaegg group list`."
            )

    async def _require_recorded_group(self, name: str) -> None:
        if name == EVERYONE:
            raise InvalidRequestError(
                f"The group {EVERYONE} holds every account and cannot be changed.",
                remedy="Grant to another group.",
            )
        await self._require_group(name)

    async def _require_target(self, kind: TargetKind, target: str) -> None:
        if kind == "document":
            if await self._documents.get(target, visible=_EVERYTHING) is None:
                raise _no_document(target)
        elif not (is_name(target) and await self._grants.collection_exists(target)):
            raise NotFoundError(
                f"There is no collection {target[:80]!r}.",
                remedy="See `teaegg collection list`.",
            )


def _no_document(document: str) -> NotFoundError:
    return NotFoundError(
        f"There is no document {document[:80]!r}.", remedy="See `teaegg documents`."
    )


def _checked_role(role: str) -> Role:
    for known in get_args(Role):
        if role == known:
            return known  # type: ignore[no-any-return]  # get_args forgets the literal's type
    raise InvalidRequestError(
        f"There is no role {role[:40]!r}.", remedy=f"Use one of {', '.join(get_args(Role))}."
    )


def _check_kinds(grantee_kind: str, target_kind: str) -> None:
    if grantee_kind not in get_args(GranteeKind) or target_kind not in get_args(TargetKind):
        raise InvalidRequestError(
            f"A grant of a {target_kind[:20]!r} to a {grantee_kind[:20]!r} cannot be recorded.",
            remedy="Grant a 'collection' or a 'document' to a 'user' or a 'group'.",
        )
