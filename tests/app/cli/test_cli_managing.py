"""Accounts, groups, keys, collections and grants from the command line."""

from typing import Any

import pytest


@pytest.mark.parametrize(
    "words",
    [
        ("user", "add", "eve", "--no-password"),
        ("user", "list"),
        ("user", "remove", "wang"),
        ("group", "add", "spies"),
        ("group", "add-member", "finance", "lina"),
        ("collection", "create", "mine"),
        ("grant", "user:lina", "collection:prices"),
        ("grants", "list"),
        ("key", "create", "wang"),
    ],
)
def test_members_manage_nothing(company: Any, words: tuple[str, ...]) -> None:
    typed = company(*words, "--as", "lina")
    assert typed.code == 4
    assert typed.out == ""
    assert "Ask an owner" in typed.err


def test_a_grant_opens_and_its_revocation_closes(company: Any) -> None:
    company.done("grant", "user:lina", "collection:prices", "--note", "price round 2026")
    assert company("show", "价格表", "--as", "lina").code == 0
    listed = company.done("grants", "list", "--json").data
    grant = next(item for item in listed if item["who"] == "user:lina")
    assert grant["note"] == "price round 2026"
    assert grant["granted_by"] == "local-owner"
    company.done("revoke", "user:lina", "collection:prices")
    assert company("show", "价格表", "--as", "lina").code == 3
    assert company("revoke", "user:lina", "collection:prices").code == 3


def test_a_single_document_can_be_granted_by_its_title(company: Any) -> None:
    company.done("grant", "user:lina", "document:价格表")
    assert company("show", "价格表", "--as", "lina").code == 0


@pytest.mark.parametrize(
    ("who", "what", "code"),
    [
        ("finance", "collection:prices", 2),
        ("team:finance", "collection:prices", 2),
        ("group:finance", "prices", 2),
        ("group:", "collection:prices", 2),
        ("group:nobody", "collection:prices", 3),
        ("user:nobody", "collection:prices", 3),
        ("group:finance", "collection:nothing", 3),
        ("group:finance", "document:nothing", 3),
        ("group：finance", "collection：prices", 0),
        ("group:everyone", "collection:handbook", 0),
    ],
)
def test_grants_name_who_and_what(company: Any, who: str, what: str, code: int) -> None:
    typed = company("grant", who, what)
    assert typed.code == code
    assert code == 0 or "What to do:" in typed.err


def test_groups_gain_and_lose_members(company: Any) -> None:
    company.done("group", "add-member", "finance", "lina")
    assert company.done("group", "list", "--json").data["finance"] == ["lina", "wang"]
    company.done("group", "remove-member", "finance", "lina")
    company.done("group", "remove", "staff")
    assert company.done("group", "list", "--json").data == {"finance": ["wang"]}
    assert company.done("documents", "--as", "lina", "--json").data == []


def test_accounts_are_listed_closed_opened_and_removed(company: Any) -> None:
    company.done("user", "deactivate", "lina")
    listed = {user["name"]: user for user in company.done("users", "list", "--json").data}
    assert listed["lina"]["active"] is False
    assert listed["wang"] == {
        "name": "wang",
        "display_name": "",
        "role": "member",
        "groups": ["finance", "staff"],
        "active": True,
    }
    company.done("user", "activate", "lina")
    assert company("documents", "--as", "lina").code == 0
    company.done("user", "remove", "lina")
    assert company("documents", "--as", "lina").code == 3


def test_a_taken_name_is_refused(company: Any) -> None:
    typed = company("user", "add", "lina", "--no-password")
    assert typed.code == 1
    assert "exists already" in typed.err


def test_passwords_come_from_the_environment_or_stdin_and_nobody_waits(cli: Any) -> None:
    cli.done("user", "add", "one")
    assert cli("user", "add", "two", "--password-stdin", typed="a piped password\n").code == 0
    assert cli("user", "add", "three", "--password-stdin", typed="short\n").code == 2
    alone = cli("user", "add", "four", TEAEGG_PASSWORD=None)
    assert alone.code == 2
    assert "TEAEGG_PASSWORD" in alone.err
    assert [user["name"] for user in cli.done("user", "list", "--json").data] == ["one", "two"]


def test_a_key_is_shown_once_and_can_be_revoked(company: Any) -> None:
    made = company.done("key", "create", "lina", "--label", "notebook", "--json").data
    assert made["key"].startswith(made["prefix"])
    listed = company.done("key", "list", "--json")
    assert made["key"] not in listed.out
    assert listed.data[0]["label"] == "notebook"
    company.done("key", "revoke", made["prefix"])
    assert company.done("key", "list", "--user", "lina", "--json").data[0]["revoked_at"]
    assert company("key", "revoke", "te-nothing").code == 3


@pytest.mark.parametrize(
    "words", [("user", "list"), ("group", "list"), ("key", "list"), ("grants", "list")]
)
def test_empty_lists_say_what_to_do_on_stderr(cli: Any, words: tuple[str, ...]) -> None:
    typed = cli.done(*words)
    assert typed.out == ""
    assert typed.err
