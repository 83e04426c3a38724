"""Which account a person of the provider stands for, and what that changes here."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from teaegg.access.keys import RandomBytes
from teaegg.access.names import is_name
from teaegg.access.signin import SignIn, actor_of
from teaegg.access.sso.attempt import Attempt
from teaegg.access.sso.identity import Identity, check_domain, identity_of, memberships
from teaegg.access.sso.provider import OpenIdProvider
from teaegg.core.actors import EVERYONE, LOCAL_OWNER, Actor
from teaegg.core.clock import Clock
from teaegg.core.errors import ConflictError, SettingsError, SingleSignOnError
from teaegg.core.settings import OidcSettings
from teaegg.store.identities import IdentityRecords
from teaegg.store.people import PeopleRecords, User

_LOG = logging.getLogger(__name__)


class SingleSignOn:
    """A person is known by issuer and subject, never by a name or an address: those pass from one
    person to the next, and who can choose theirs could otherwise take over an account."""

    def __init__(
        self,
        people: PeopleRecords,
        identities: IdentityRecords,
        sign_in: SignIn,
        settings: OidcSettings,
        clock: Clock,
        random_bytes: RandomBytes,
    ) -> None:
        self._people = people
        self._identities = identities
        self._sign_in = sign_in
        self._settings = settings
        self._clock = clock
        self._random_bytes = random_bytes
        self.provider = OpenIdProvider(settings, clock)
        for group in settings.groups.values():
            if group == EVERYONE or not is_name(group):
                raise SettingsError(
                    f"oidc.groups names {group[:80]!r}, which cannot be managed.",
                    remedy="Name groups as `teaegg group add` takes them.",
                )

    async def begin(self) -> tuple[Attempt, str]:
        """A new try, whose secret the browser keeps, and the address it goes to."""
        attempt = Attempt.begin(self._random_bytes)
        return attempt, await self.provider.authorization_url(attempt)

    async def finish(self, attempt: Attempt, reply: Mapping[str, str]) -> str:
        """A session token for the person whom `reply`, the query of the way back, stands for.

        Raises SingleSignOnError; its `refusal` says at which step.
        """
        code = self._code(attempt, reply)
        identity = identity_of(await self.provider.claims(attempt, code), self._settings)
        check_domain(identity, self._settings)
        user = await self._account(identity)
        await self._join(user, memberships(identity, self._settings))
        return await self._sign_in.open_session(user.name)

    async def actor_of_token(self, token: str) -> Actor:
        """Whom the provider's access token stands for: somebody who has an account already.

        Groups stay as they were at the last signing in: many access tokens do not name them.
        Raises SingleSignOnError.
        """
        identity = identity_of(await self.provider.token_claims(token), self._settings)
        check_domain(identity, self._settings)
        name = await self._identities.find_user(identity.issuer, identity.subject)
        user = await self._people.find_user(name) if name else None
        if user is None or not user.active:
            raise SingleSignOnError(
                refusal="unknown", message=f"{identity.subject!r} has no active account here."
            )
        return actor_of(user)

    def _code(self, attempt: Attempt, reply: Mapping[str, str]) -> str:
        if not attempt.is_reply(reply.get("state", "")):
            raise SingleSignOnError(
                refusal="state",
                message="The reply belongs to no sign-in begun in this browser.",
                remedy="Try again.",
            )
        if error := reply.get("error"):
            refusal = "denied" if error == "access_denied" else "provider"
            raise SingleSignOnError(
                refusal=refusal, message=f"The provider refused: {error[:100]}."
            )
        # RFC 9207: a reply of another provider must not reach this one's token endpoint.
        if reply.get("iss", self._settings.issuer) != self._settings.issuer or "code" not in reply:
            raise SingleSignOnError(
                refusal="provider", message="The reply is not one of the provider's."
            )
        return reply["code"]

    async def _account(self, identity: Identity) -> User:
        name = await self._identities.find_user(identity.issuer, identity.subject)
        user = await self._people.find_user(name) if name else await self._made(identity)
        if user is None or not user.active:
            raise SingleSignOnError(
                refusal="closed",
                message=f"The account of {identity.subject!r} is not active.",
                remedy="An owner activates it: `teaegg user activate`.",
            )
        return user

    async def _made(self, identity: Identity) -> User:
        if self._settings.new_accounts == "refuse":
            raise SingleSignOnError(
                refusal="unknown",
                message=f"The subject {identity.subject!r} ({identity.name}) has no account here.",
                remedy="An owner links one (`teaegg user link`); see oidc.new_accounts.",
            )
        if not is_name(identity.name):
            raise SingleSignOnError(
                refusal="name",
                message=f"The claim {self._settings.name_claim} of {identity.subject!r} is no usable name.",
                remedy="Choose another oidc.name_claim, or link an account: `teaegg user link`.",
            )
        user = User(
            name=identity.name,
            display_name=identity.display_name,
            role="member",
            active=self._settings.new_accounts == "create",
            created_at=self._clock.now(),
        )
        await self._record(user, identity)
        return user

    async def _record(self, user: User, identity: Identity) -> None:
        """An account of that name belongs to somebody: whoever is called so elsewhere does not get it."""
        taken = user.name in (LOCAL_OWNER.name, EVERYONE)
        try:
            if not taken:
                await self._people.add_user(user, "", (identity.issuer, identity.subject))
        except ConflictError:
            taken = True
        if taken:
            raise SingleSignOnError(
                refusal="taken",
                message=f"{identity.subject!r} is called {user.name}, which is another account here.",
                remedy="If they are one person, an owner links them: `teaegg user link`.",
            )
        _LOG.warning("Account %s was made for %s", user.name, identity.subject)

    async def _join(self, user: User, groups: Mapping[str, bool]) -> None:
        """Bring the memberships that the settings map into line; others are left alone."""
        for group, belongs in groups.items():
            if belongs and group not in user.groups:
                if not await self._people.group_exists(group):
                    await self._people.add_group(group, self._clock.now())
                await self._people.add_member(user.name, group)
            elif not belongs and group in user.groups:
                await self._people.remove_member(user.name, group)
