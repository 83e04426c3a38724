"""Accounts, groups and API keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from teaegg.app.cli.options import As, Json, names
from teaegg.app.cli.output import note, say, write_json, write_table
from teaegg.app.cli.passwords import new_password
from teaegg.app.cli.session import acting, run
from teaegg.core.actors import Role

if TYPE_CHECKING:
    from teaegg.app.workspace import Workspace

users = typer.Typer(help="Accounts.", no_args_is_help=True)
groups = typer.Typer(help="Groups of accounts.", no_args_is_help=True)
keys = typer.Typer(help="Keys for programs.", no_args_is_help=True)

User = Annotated[str, typer.Argument(metavar="USER", help="The account's name.")]
Group = Annotated[str, typer.Argument(metavar="GROUP", help="The group's name.")]
PasswordStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input.")
]


@users.command("add")
def add_user(
    context: typer.Context,
    name: User,
    role: Annotated[
        Role, typer.Option(help="`owner` manages all, `editor` uploads, `member` reads.")
    ] = "member",
    display: Annotated[str, typer.Option(help="The name people see.")] = "",
    group: Annotated[str, typer.Option("--groups", metavar="g1,g2", help="Its groups.")] = "",
    password_stdin: PasswordStdin = False,
    no_password: Annotated[
        bool, typer.Option("--no-password", help="Reached by API keys only.")
    ] = False,
    user: As = "",
) -> None:
    """Add an account. The password is asked for, or taken from TEAEGG_PASSWORD."""
    password = None if no_password else new_password(from_stdin=password_stdin)

    async def work(workspace: Workspace) -> None:
        await workspace.access.add_user(
            await acting(workspace, user),
            name,
            role=role,
            password=password,
            display_name=display,
            groups=names(group),
        )
        note(f"Added {role} {name}.")

    run(context, work)


@users.command("list")
def list_users(context: typer.Context, user: As = "", as_json: Json = False) -> None:
    """List the accounts."""

    async def work(workspace: Workspace) -> None:
        found = await workspace.access.list_users(await acting(workspace, user))
        rows = [
            {
                "name": account.name,
                "display_name": account.display_name,
                "role": account.role,
                "groups": sorted(account.groups),
                "active": account.active,
            }
            for account in found
        ]
        if as_json:
            write_json(rows)
            return
        write_table(
            ("name", "display name", "role", "groups", "state"),
            (
                (a.name, a.display_name, a.role, ", ".join(sorted(a.groups)), _state(a.active))
                for a in found
            ),
            empty="There are no accounts. Add one: teaegg user add NAME",
        )

    run(context, work)


@users.command("password")
def set_password(
    context: typer.Context, name: User, password_stdin: PasswordStdin = False, user: As = ""
) -> None:
    """Give an account a new password; its sessions end."""
    password = new_password(from_stdin=password_stdin)

    async def work(workspace: Workspace) -> None:
        await workspace.access.set_password(await acting(workspace, user), name, password)
        note(f"{name} has a new password; earlier sessions have ended.")

    run(context, work)


@users.command("deactivate")
def deactivate(context: typer.Context, name: User, user: As = "") -> None:
    """Close an account at once; what it was granted is kept."""

    async def work(workspace: Workspace) -> None:
        await workspace.access.deactivate(await acting(workspace, user), name)
        note(f"{name} is closed. Open it again with: teaegg user activate {name}")

    run(context, work)


@users.command("activate")
def activate(context: typer.Context, name: User, user: As = "") -> None:
    """Open a closed account again."""

    async def work(workspace: Workspace) -> None:
        await workspace.access.activate(await acting(workspace, user), name)
        note(f"{name} is open again.")

    run(context, work)


@users.command("link")
def link(
    context: typer.Context,
    name: User,
    subject: Annotated[
        str, typer.Argument(metavar="SUBJECT", help="Who it is there: the claim sub.")
    ],
    user: As = "",
) -> None:
    """Let a person of the sign-in provider (oidc.issuer) sign in as this account."""

    async def work(workspace: Workspace) -> None:
        issuer = workspace.settings.oidc.issuer
        await workspace.access.link(await acting(workspace, user), name, issuer, subject)
        note(f"{subject} at {issuer} signs in as {name}.")

    run(context, work)


@users.command("unlink")
def unlink(context: typer.Context, name: User, user: As = "") -> None:
    """Take back every link to the sign-in provider; the account's sessions end."""

    async def work(workspace: Workspace) -> None:
        await workspace.access.unlink(await acting(workspace, user), name)
        note(f"Nobody signs in as {name} through a provider any more.")

    run(context, work)


@users.command("remove")
def remove_user(context: typer.Context, name: User, user: As = "") -> None:
    """Forget an account, its keys, grants and conversations."""

    async def work(workspace: Workspace) -> None:
        await workspace.access.remove_user(await acting(workspace, user), name)
        note(f"Removed {name}.")

    run(context, work)


@groups.command("add")
def add_group(context: typer.Context, name: Group, user: As = "") -> None:
    """Add a group."""

    async def work(workspace: Workspace) -> None:
        await workspace.access.add_group(await acting(workspace, user), name)
        note(f"Added group {name}. Put people in: teaegg group add-member {name} USER")

    run(context, work)


@groups.command("list")
def list_groups(context: typer.Context, user: As = "", as_json: Json = False) -> None:
    """List the groups and who is in them."""

    async def work(workspace: Workspace) -> None:
        found = await workspace.access.list_groups(await acting(workspace, user))
        if as_json:
            write_json({group: list(members) for group, members in found.items()})
            return
        rows = ((group, ", ".join(members)) for group, members in found.items())
        write_table(
            ("group", "members"), rows, empty="There are no groups; everybody is in `everyone`."
        )

    run(context, work)


@groups.command("remove")
def remove_group(context: typer.Context, name: Group, user: As = "") -> None:
    """Forget a group, its memberships and its grants."""

    async def work(workspace: Workspace) -> None:
        await workspace.access.remove_group(await acting(workspace, user), name)
        note(f"Removed group {name}.")

    run(context, work)


@groups.command("add-member")
def add_member(context: typer.Context, name: Group, member: User, user: As = "") -> None:
    """Put an account into a group."""

    async def work(workspace: Workspace) -> None:
        await workspace.access.add_member(await acting(workspace, user), name, member)
        note(f"{member} is in group {name}.")

    run(context, work)


@groups.command("remove-member")
def remove_member(context: typer.Context, name: Group, member: User, user: As = "") -> None:
    """Take an account out of a group."""

    async def work(workspace: Workspace) -> None:
        await workspace.access.remove_member(await acting(workspace, user), name, member)
        note(f"{member} is no longer in group {name}.")

    run(context, work)


@keys.command("create")
def create_key(
    context: typer.Context,
    name: User,
    label: Annotated[str, typer.Option(help="What the key is for.")] = "",
    user: As = "",
    as_json: Json = False,
) -> None:
    """Make a key that acts as an account. It is shown this once."""

    async def work(workspace: Workspace) -> None:
        key = await workspace.access.create_key(await acting(workspace, user), name, label=label)
        if as_json:
            write_json({"user": name, "prefix": key.prefix, "key": key.secret})
        else:
            say(key.secret)
        note("Keep it now: it cannot be shown again.")

    run(context, work)


@keys.command("list")
def list_keys(
    context: typer.Context,
    of: Annotated[str, typer.Option("--user", metavar="USER", help="Only this account's.")] = "",
    user: As = "",
    as_json: Json = False,
) -> None:
    """List keys by their first characters, revoked ones included."""

    async def work(workspace: Workspace) -> None:
        found = await workspace.access.list_keys(await acting(workspace, user), of or None)
        if as_json:
            write_json(
                [
                    {
                        "prefix": key.prefix,
                        "user": key.user,
                        "label": key.label,
                        "created_at": key.created_at.isoformat(),
                        "revoked_at": key.revoked_at.isoformat() if key.revoked_at else None,
                    }
                    for key in found
                ]
            )
            return
        rows = (
            (k.prefix, k.user, k.label, "revoked" if k.revoked_at else "in force") for k in found
        )
        write_table(("prefix", "user", "label", "state"), rows, empty="There are no keys.")

    run(context, work)


@keys.command("revoke")
def revoke_key(
    context: typer.Context,
    prefix: Annotated[str, typer.Argument(help="The first characters, as `key list` shows them.")],
    user: As = "",
) -> None:
    """Stop a key from working, at once."""

    async def work(workspace: Workspace) -> None:
        await workspace.access.revoke_key(await acting(workspace, user), prefix)
        note(f"The key {prefix}… no longer works.")

    run(context, work)


def _state(active: bool) -> str:
    return "open" if active else "closed"
