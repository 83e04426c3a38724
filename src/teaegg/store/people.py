"""Records of people: users, groups, memberships, API keys and sessions.

Plain facts only; who may change or see them is decided in `access`. Every function is one
transaction. Raises ConflictError for a taken name and StorageError when the database refuses.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import delete, select, update

from teaegg.core.actors import Role
from teaegg.store.database import Database
from teaegg.store.grants import delete_grants_to
from teaegg.store.schema.answers import ConversationRow, TraceRow
from teaegg.store.schema.people import (
    ApiKeyRow,
    GroupRow,
    IdentityRow,
    MembershipRow,
    SessionRow,
    UserRow,
)


@dataclass(frozen=True, slots=True)
class User:
    """An account. `groups` are the recorded memberships, without the built-in group of everyone."""

    name: str
    display_name: str
    role: Role
    active: bool
    created_at: datetime
    groups: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ApiKey:
    """What may be shown of a key: never the key, never its hash."""

    prefix: str
    user: str
    label: str
    created_at: datetime
    revoked_at: datetime | None = None


class PeopleRecords:
    """Accounts and groups by name, keys and sessions by the hash of their secret."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add_user(
        self, user: User, password_hash: str, identity: tuple[str, str] | None = None
    ) -> None:
        """Record the account and its memberships; its groups must exist.

        `identity` is (issuer, subject) of whom single sign-on made it for. Nothing granted to an
        earlier bearer of the name is inherited.
        """
        async with self._database.session() as session:
            await session.execute(delete_grants_to("user", user.name))
            session.add(
                UserRow(
                    name=user.name,
                    display_name=user.display_name,
                    role=user.role,
                    password_hash=password_hash,
                    active=user.active,
                    created_at=user.created_at,
                )
            )
            await session.flush()  # The memberships refer to the row.
            session.add_all(MembershipRow(user=user.name, group=group) for group in user.groups)
            if identity is not None:
                issuer, subject = identity
                session.add(
                    IdentityRow(
                        issuer=issuer, subject=subject, user=user.name, linked_at=user.created_at
                    )
                )

    async def find_user(self, name: str) -> User | None:
        async with self._database.session() as session:
            row = await session.get(UserRow, name)
            if row is None:
                return None
            groups = await session.scalars(
                select(MembershipRow.group).where(MembershipRow.user == name)
            )
            return _user(row, groups)

    async def list_users(self) -> tuple[User, ...]:
        """All accounts by name."""
        async with self._database.session() as session:
            rows = await session.scalars(select(UserRow).order_by(UserRow.name))
            groups: dict[str, set[str]] = {}
            for member in await session.scalars(select(MembershipRow)):
                groups.setdefault(member.user, set()).add(member.group)
            return tuple(_user(row, groups.get(row.name, ())) for row in rows)

    async def find_password_hash(self, name: str) -> str:
        """The stored hash of an active account; empty when there is none to compare with."""
        async with self._database.session() as session:
            found = await session.scalar(
                select(UserRow.password_hash).where(UserRow.name == name, UserRow.active)
            )
            return found or ""

    async def set_password_hash(self, name: str, password_hash: str) -> None:
        async with self._database.session() as session:
            await session.execute(
                update(UserRow).where(UserRow.name == name).values(password_hash=password_hash)
            )

    async def set_active(self, name: str, active: bool) -> None:
        async with self._database.session() as session:
            await session.execute(update(UserRow).where(UserRow.name == name).values(active=active))

    async def remove_user(self, name: str) -> None:
        """Forget the account and everything that hangs on its name.

        Whoever gets the same name later must inherit nothing, so grants and conversations go as well.
        Traces are the record of what was answered and stay, under a name that no account can have.
        """
        async with self._database.session() as session:
            await session.execute(delete_grants_to("user", name))
            await session.execute(delete(ConversationRow).where(ConversationRow.user == name))
            await session.execute(
                update(TraceRow).where(TraceRow.user == name).values(user=f"{name}#removed")
            )
            await session.execute(delete(UserRow).where(UserRow.name == name))

    # Groups and memberships

    async def add_group(self, name: str, created_at: datetime) -> None:
        """Nothing granted to an earlier group of the name is inherited."""
        async with self._database.session() as session:
            await session.execute(delete_grants_to("group", name))
            session.add(GroupRow(name=name, created_at=created_at))

    async def list_groups(self) -> dict[str, tuple[str, ...]]:
        """Every group with the names of its members, both in order of name."""
        async with self._database.session() as session:
            names = await session.scalars(select(GroupRow.name).order_by(GroupRow.name))
            members: dict[str, list[str]] = {name: [] for name in names}
            for row in await session.scalars(select(MembershipRow).order_by(MembershipRow.user)):
                members[row.group].append(row.user)
            return {name: tuple(users) for name, users in members.items()}

    async def group_exists(self, name: str) -> bool:
        async with self._database.session() as session:
            return await session.get(GroupRow, name) is not None

    async def remove_group(self, name: str) -> None:
        """Forget the group, its memberships and its grants: a later group of that name starts empty."""
        async with self._database.session() as session:
            await session.execute(delete_grants_to("group", name))
            await session.execute(delete(GroupRow).where(GroupRow.name == name))

    async def add_member(self, user: str, group: str) -> None:
        """Doing it twice gives the same as once."""
        async with self._database.session() as session:
            await session.merge(MembershipRow(user=user, group=group))

    async def remove_member(self, user: str, group: str) -> None:
        async with self._database.session() as session:
            await session.execute(
                delete(MembershipRow).where(
                    MembershipRow.user == user, MembershipRow.group == group
                )
            )

    # Keys and sessions: only hashes are kept

    async def add_key(self, key: ApiKey, key_hash: str) -> None:
        async with self._database.session() as session:
            session.add(
                ApiKeyRow(
                    key_hash=key_hash,
                    prefix=key.prefix,
                    user=key.user,
                    label=key.label,
                    created_at=key.created_at,
                )
            )

    async def list_keys(self, user: str | None = None) -> tuple[ApiKey, ...]:
        """Keys of one user, or of all, oldest first."""
        query = select(ApiKeyRow).order_by(ApiKeyRow.created_at, ApiKeyRow.prefix)
        if user is not None:
            query = query.where(ApiKeyRow.user == user)
        async with self._database.session() as session:
            return tuple(_key(row) for row in await session.scalars(query))

    async def revoke_key(self, prefix: str, revoked_at: datetime) -> bool:
        """Whether there was a key in force that starts like this."""
        async with self._database.session() as session:
            revoked = await session.scalars(
                update(ApiKeyRow)
                .where(ApiKeyRow.prefix == prefix, ApiKeyRow.revoked_at.is_(None))
                .values(revoked_at=revoked_at)
                .returning(ApiKeyRow.prefix)
            )
            return bool(revoked.all())

    async def user_of_key(self, key_hash: str) -> str | None:
        """Name of the user whose key in force this is."""
        async with self._database.session() as session:
            return await session.scalar(
                select(ApiKeyRow.user).where(
                    ApiKeyRow.key_hash == key_hash, ApiKeyRow.revoked_at.is_(None)
                )
            )

    async def add_session(
        self, token_hash: str, user: str, *, now: datetime, expires_at: datetime
    ) -> None:
        """Record a sign-in; sessions that ended before `now` are swept away on the occasion."""
        async with self._database.session() as session:
            await session.execute(delete(SessionRow).where(SessionRow.expires_at <= now))
            session.add(SessionRow(token_hash=token_hash, user=user, expires_at=expires_at))

    async def user_of_session(self, token_hash: str, now: datetime) -> str | None:
        """Name of the user whose session this is, while it lasts."""
        async with self._database.session() as session:
            row = await session.get(SessionRow, token_hash)
            return row.user if row is not None and now < row.expires_at else None

    async def remove_session(self, token_hash: str) -> None:
        async with self._database.session() as session:
            await session.execute(delete(SessionRow).where(SessionRow.token_hash == token_hash))

    async def remove_sessions_of(self, user: str) -> None:
        async with self._database.session() as session:
            await session.execute(delete(SessionRow).where(SessionRow.user == user))


def _user(row: UserRow, groups: Iterable[str]) -> User:
    return User(
        name=row.name,
        display_name=row.display_name,
        role=cast(Role, row.role),
        active=row.active,
        created_at=row.created_at,
        groups=frozenset(groups),
    )


def _key(row: ApiKeyRow) -> ApiKey:
    return ApiKey(row.prefix, row.user, row.label, row.created_at, row.revoked_at)
