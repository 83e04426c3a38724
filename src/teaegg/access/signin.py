"""Who is this: by name and password, by session, by API key.

Every failure is the same SignInError, whichever part was wrong.
"""

from __future__ import annotations

from datetime import timedelta

from teaegg.access.backoff import SignInTries
from teaegg.access.keys import SESSION_PREFIX, RandomBytes, new_secret, secret_hash
from teaegg.access.names import is_name
from teaegg.access.passwords import Passwords
from teaegg.core.actors import EVERYONE, LOCAL_OWNER, Actor
from teaegg.core.clock import Clock
from teaegg.core.errors import NotFoundError, SignInError
from teaegg.core.ids import text_hash
from teaegg.store.people import PeopleRecords, User


class SignIn:
    """Turns names, passwords, sessions and keys into actors."""

    def __init__(
        self,
        people: PeopleRecords,
        clock: Clock,
        *,
        passwords: Passwords,
        tries: SignInTries,
        random_bytes: RandomBytes,
        session_hours: float,
    ) -> None:
        self._people = people
        self._clock = clock
        self._passwords = passwords
        self._tries = tries
        self._random_bytes = random_bytes
        self._lifetime = timedelta(hours=session_hours)

    async def actor(self, name: str) -> Actor:
        """The actor behind an account in force; NotFoundError otherwise."""
        if name == LOCAL_OWNER.name:
            return LOCAL_OWNER
        user = await self._people.find_user(name) if is_name(name) else None
        if user is None or not user.active:
            raise NotFoundError(
                f"There is no active account {name[:80]!r}.",
                remedy="An owner sees the accounts with `teaegg user list`.",
            )
        return actor_of(user)

    async def sign_in(self, name: str, password: str) -> str:
        """A session token. Raises SignInError, after the same work whatever was wrong."""
        # Hashed, so that a megabyte of name costs no memory while its tries are remembered.
        remembered = text_hash(name)
        self._tries.begin(remembered, self._clock.monotonic_seconds())
        stored = await self._people.find_password_hash(name) if is_name(name) else ""
        if not await self._passwords.matches(password, stored):
            raise SignInError(
                "Name and password do not belong together.",
                remedy="Try again, or ask an owner to set a new password.",
            )
        self._tries.succeeded(remembered)
        if self._passwords.is_outdated(stored):
            await self._people.set_password_hash(name, await self._passwords.hash(password))
        return await self.open_session(name)

    async def sign_out(self, token: str) -> None:
        """End the session; an unknown one has ended already."""
        await self._people.remove_session(secret_hash(token))

    async def actor_of_session(self, token: str) -> Actor:
        """Raises SignInError when the session is unknown, over, or its account closed."""
        name = await self._people.user_of_session(secret_hash(token), self._clock.now())
        return await self._known(name, SignInError("The session is over.", remedy="Sign in again."))

    async def actor_of_key(self, key: str) -> Actor:
        """Raises SignInError when the key is unknown, revoked, or its account closed."""
        name = await self._people.user_of_key(secret_hash(key))
        refusal = SignInError(
            "The API key is not valid.", remedy="Ask an owner for a key: `teaegg key create`."
        )
        return await self._known(name, refusal)

    async def open_session(self, name: str) -> str:
        """A session token for an account whose bearer has proved to be its bearer."""
        token = new_secret(SESSION_PREFIX, self._random_bytes)
        now = self._clock.now()
        await self._people.add_session(
            secret_hash(token), name, now=now, expires_at=now + self._lifetime
        )
        return token

    async def _known(self, name: str | None, refusal: SignInError) -> Actor:
        user = None if name is None else await self._people.find_user(name)
        if user is None or not user.active:
            raise refusal
        return actor_of(user)


def actor_of(user: User) -> Actor:
    """Everybody belongs to the group of everyone, recorded or not."""
    return Actor(
        name=user.name,
        role=user.role,
        groups=user.groups | {EVERYONE},
        display_name=user.display_name or user.name,
    )
