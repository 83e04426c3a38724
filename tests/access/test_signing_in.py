"""Names and passwords, sessions, keys: what lets a person in, and what a refusal gives away."""

from pathlib import Path
from typing import Any

import pytest

from teaegg.access.backoff import BackOff, SignInTries, wait_seconds
from teaegg.access.keys import new_key, secret_hash
from teaegg.access.passwords import Passwords
from teaegg.access.service import Access
from teaegg.core.actors import EVERYONE, LOCAL_OWNER
from teaegg.core.errors import (
    InvalidRequestError,
    NotFoundError,
    SignInError,
    StorageError,
)
from teaegg.store.database import Database
from teaegg.store.people import PeopleRecords


class CountingPasswords(Passwords):
    """Real hashing that notes how often it compared."""

    def __init__(self) -> None:
        super().__init__(passes=1, memory_kib=64)
        self.comparisons = 0

    async def matches(self, password: str, stored: str) -> bool:
        self.comparisons += 1
        return await super().matches(password, stored)


async def test_the_right_password_opens_a_session_of_that_person(company: Access) -> None:
    actor = await company.actor_of_session(await company.sign_in("li", "finance and tea"))
    assert (actor.name, actor.role, actor.groups) == ("li", "member", {"finance", EVERYONE})


async def test_chinese_names_and_passwords_work(company: Access) -> None:
    await company.set_password(LOCAL_OWNER, "王芳", "茶叶蛋里有八角香料")
    actor = await company.actor_of_session(await company.sign_in("王芳", "茶叶蛋里有八角香料"))
    assert actor.name == "王芳"


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("li", "wrong password"),
        ("nobody", "finance and tea"),
        ("li", ""),
        ("", ""),
        ("li' OR '1'='1", "finance and tea"),
        ("li", "x" * 100_000),
        ("n" * 100_000, "finance and tea"),
        ("li\ud800", "\ud800"),
        ("LI", "finance and tea"),
    ],
)
async def test_every_refusal_reads_the_same(company: Access, name: str, password: str) -> None:
    with pytest.raises(SignInError) as wrong:
        await company.sign_in("li", "surely not this")
    with pytest.raises(SignInError) as refused:
        await company.sign_in(name, password)
    assert str(refused.value) == str(wrong.value)


async def test_an_account_without_a_password_or_closed_refuses_like_an_unknown_one(
    company: Access,
) -> None:
    await company.add_user(LOCAL_OWNER, "robot")
    await company.deactivate(LOCAL_OWNER, "li")
    messages = set()
    for name in ("robot", "li", "nobody"):
        with pytest.raises(SignInError) as refused:
            await company.sign_in(name, "finance and tea")
        messages.add(str(refused.value))
    assert len(messages) == 1


async def test_an_unknown_name_costs_one_comparison_like_a_known_one(
    database: Database, clock: Any
) -> None:
    passwords = CountingPasswords()
    access = Access(database, clock, passwords=passwords)
    await access.add_user(LOCAL_OWNER, "li", password="finance and tea")
    for name in ("li", "nobody", "\ud800"):
        before = passwords.comparisons
        with pytest.raises(SignInError):
            await access.sign_in(name, "wrong password")
        assert passwords.comparisons == before + 1


async def test_without_a_stored_hash_nothing_matches_not_even_the_decoy(
    passwords: Passwords,
) -> None:
    assert not await passwords.matches("no account has this password", "")
    stored = await passwords.hash("a" * 1024)
    assert await passwords.matches("a" * 1024, stored)
    assert not await passwords.matches("a" * 1025, stored)


async def test_the_same_word_typed_in_two_unicode_forms_is_one_password(
    passwords: Passwords,
) -> None:
    assert await passwords.matches("cafe\u0301 au lait", await passwords.hash("caf\u00e9 au lait"))


@pytest.mark.parametrize("password", ["", "seven77", "x" * 1025])
async def test_short_and_endless_passwords_are_refused(company: Access, password: str) -> None:
    with pytest.raises(InvalidRequestError, match="8 to 1024"):
        await company.set_password(LOCAL_OWNER, "li", password)


async def test_a_damaged_record_is_reported_and_not_taken_for_a_wrong_password(
    passwords: Passwords,
) -> None:
    with pytest.raises(StorageError, match="damaged"):
        await passwords.matches("finance and tea", "$argon2id$broken")


async def test_an_outdated_hash_is_renewed_at_the_next_sign_in(
    company: Access, database: Database, clock: Any
) -> None:
    people = PeopleRecords(database)
    before = await people.find_password_hash("li")
    stronger = Passwords(passes=2, memory_kib=128)
    assert stronger.is_outdated(before)
    await Access(database, clock, passwords=stronger).sign_in("li", "finance and tea")
    after = await people.find_password_hash("li")
    assert not stronger.is_outdated(after)
    assert await stronger.matches("finance and tea", after)


async def test_a_session_ends_with_its_time(company: Access, clock: Any) -> None:
    token = await company.sign_in("li", "finance and tea")
    clock.seconds = 12 * 3600 - 1
    assert (await company.actor_of_session(token)).name == "li"
    clock.seconds = 12 * 3600
    with pytest.raises(SignInError):
        await company.actor_of_session(token)


async def test_signing_out_ends_this_session_and_no_other(company: Access) -> None:
    first = await company.sign_in("li", "finance and tea")
    second = await company.sign_in("li", "finance and tea")
    await company.sign_out(first)
    await company.sign_out("ts-never-was")
    assert (await company.actor_of_session(second)).name == "li"
    with pytest.raises(SignInError):
        await company.actor_of_session(first)


async def test_a_new_password_ends_every_session(company: Access) -> None:
    token = await company.sign_in("li", "finance and tea")
    await company.set_password(LOCAL_OWNER, "li", "another password")
    with pytest.raises(SignInError):
        await company.actor_of_session(token)
    with pytest.raises(SignInError):
        await company.sign_in("li", "finance and tea")
    await company.sign_in("li", "another password")


async def test_closing_an_account_stops_its_sessions_keys_and_name(company: Access) -> None:
    token = await company.sign_in("li", "finance and tea")
    key = await company.create_key(LOCAL_OWNER, "li")
    await company.deactivate(LOCAL_OWNER, "li")
    for refused in (company.actor_of_session(token), company.actor_of_key(key.secret)):
        with pytest.raises(SignInError):
            await refused
    with pytest.raises(NotFoundError):
        await company.actor("li")
    await company.activate(LOCAL_OWNER, "li")
    assert (await company.actor_of_key(key.secret)).name == "li"
    with pytest.raises(SignInError):
        await company.actor_of_session(token)


async def test_a_key_acts_as_its_user_until_it_is_revoked(company: Access) -> None:
    key = await company.create_key(LOCAL_OWNER, "li", label="spreadsheet")
    assert key.secret.startswith("te-")
    assert (await company.actor_of_key(key.secret)).groups == {"finance", EVERYONE}
    await company.revoke_key(LOCAL_OWNER, key.prefix)
    with pytest.raises(SignInError):
        await company.actor_of_key(key.secret)
    with pytest.raises(NotFoundError):
        await company.revoke_key(LOCAL_OWNER, key.prefix)


async def test_neither_prefix_nor_hash_nor_session_token_works_as_a_key(company: Access) -> None:
    key = await company.create_key(LOCAL_OWNER, "li")
    token = await company.sign_in("li", "finance and tea")
    for wrong in (key.prefix, secret_hash(key.secret), key.secret.lower(), token, ""):
        with pytest.raises(SignInError):
            await company.actor_of_key(wrong)
    with pytest.raises(SignInError):
        await company.actor_of_session(key.secret)


async def test_no_secret_is_written_to_the_disk_or_printed(company: Access, tmp_path: Path) -> None:
    key = await company.create_key(LOCAL_OWNER, "li")
    token = await company.sign_in("li", "finance and tea")
    stored = _bytes_in(tmp_path)
    assert secret_hash(key.secret).encode() in stored
    for secret in (key.secret, token, "finance and tea"):
        assert secret.encode() not in stored
    assert key.secret not in repr(key)
    assert key.secret not in repr(await company.list_keys(LOCAL_OWNER))


def test_keys_come_from_the_random_source_they_are_given() -> None:
    assert new_key(lambda n: b"\x01" * n) == new_key(lambda n: b"\x01" * n)
    assert new_key(lambda n: b"\x01" * n).secret != new_key(lambda n: b"\x02" * n).secret


@pytest.mark.parametrize(
    ("tries", "seconds"), [(0, 0), (4, 0), (5, 10), (6, 20), (10, 320), (11, 600), (10_000, 600)]
)
def test_the_wait_doubles_up_to_its_limit(tries: int, seconds: float) -> None:
    assert wait_seconds(BackOff(), tries) == seconds


async def test_after_five_wrong_tries_even_the_right_password_has_to_wait(
    company: Access, clock: Any
) -> None:
    for _ in range(5):
        with pytest.raises(SignInError, match="belong together"):
            await company.sign_in("li", "wrong password")
    with pytest.raises(SignInError, match="Try again in 10 seconds"):
        await company.sign_in("li", "finance and tea")
    await company.sign_in("王芳", "workshop and tea")
    clock.seconds += 10
    await company.sign_in("li", "finance and tea")


async def test_an_unknown_name_has_to_wait_like_a_known_one(company: Access) -> None:
    waits = []
    for name in ("li", "nobody"):
        for _ in range(5):
            with pytest.raises(SignInError):
                await company.sign_in(name, "wrong password")
        with pytest.raises(SignInError) as waiting:
            await company.sign_in(name, "wrong password")
        waits.append(str(waiting.value))
    assert waits[0] == waits[1]


def test_a_success_and_a_long_rest_forgive() -> None:
    tries = SignInTries(BackOff(free_tries=2))
    for _ in range(2):
        tries.begin("li", 0)
    tries.succeeded("li")
    tries.begin("li", 0)
    tries.begin("li", 0)
    with pytest.raises(SignInError):
        tries.begin("li", 1)
    for _ in range(2):
        tries.begin("li", 4000)


def test_the_memory_of_tries_is_bounded_and_forgets_the_longest_untouched() -> None:
    tries = SignInTries(BackOff(free_tries=1, max_names=2))
    for name in ("first", "second", "third"):
        tries.begin(name, 0)
    tries.begin("first", 0)
    with pytest.raises(SignInError):
        tries.begin("third", 0)


def _bytes_in(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.iterdir())
