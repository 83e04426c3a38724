"""Records of identities: which account a (issuer, subject) of single sign-on stands for.

Raises ConflictError when the identity stands for an account already, StorageError when the database
refuses.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select

from teaegg.store.database import Database
from teaegg.store.schema.people import IdentityRow


class IdentityRecords:
    """Every function is one transaction. Removing an account removes its identities."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find_user(self, issuer: str, subject: str) -> str | None:
        """Name of the account, active or not."""
        async with self._database.session() as session:
            row = await session.get(IdentityRow, (issuer, subject))
            return row.user if row else None

    async def link(self, issuer: str, subject: str, user: str, linked_at: datetime) -> None:
        async with self._database.session() as session:
            session.add(IdentityRow(issuer=issuer, subject=subject, user=user, linked_at=linked_at))

    async def list_of(self, user: str) -> list[tuple[str, str]]:
        """(issuer, subject) of everyone who signs in as `user`."""
        query = select(IdentityRow.issuer, IdentityRow.subject).where(IdentityRow.user == user)
        async with self._database.session() as session:
            found = await session.execute(query.order_by(IdentityRow.issuer, IdentityRow.subject))
            return [(issuer, subject) for issuer, subject in found]

    async def unlink(self, user: str) -> None:
        async with self._database.session() as session:
            await session.execute(delete(IdentityRow).where(IdentityRow.user == user))
