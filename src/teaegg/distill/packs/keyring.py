"""The keys of a home: its own, with which it signs and opens packs, and those of the signers it trusts.

keys/own/signing.key   keys/own/opening.key    secret, readable by their owner only
keys/trusted.json                              whom an owner trusts, since when, and who said so
"""

from __future__ import annotations

import importlib.util
import os
import re
import secrets
import shutil
import stat
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ConfigDict, RootModel, ValidationError

from teaegg.core.errors import (
    ConflictError,
    InvalidRequestError,
    NotFoundError,
    SettingsError,
    StorageError,
)
from teaegg.distill.packs.encryption import new_identity
from teaegg.distill.packs.signing import PublicKey, SecretKey
from teaegg.store.lines import write_text

THIS_HOME = "this home"
_NAME = re.compile(r"[\w][\w.@-]{0,63}")
_SECRET, _SECRET_FOLDER = 0o600, 0o700
_RECIPIENT = re.compile(r"^# public key: (age1[0-9a-z]+)$", re.MULTILINE)


class TrustedSigner(BaseModel):
    """Whose packs are taken in: `key` as people exchange it, `by` who decided so."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    key: str
    by: str
    at: AwareDatetime


class _Trusted(RootModel[dict[str, TrustedSigner]]):
    """`trusted.json`: name → signer."""


@dataclass(frozen=True, slots=True)
class OwnKeys:
    """The public halves of a home's keys: for whoever checks its packs, or encrypts to it."""

    signer: PublicKey
    recipient: str


class Keyring:
    """Keys below `folder`. Secret files that others could read are refused, as ssh does."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._own = folder / "own"

    def make(self, at: datetime) -> OwnKeys:
        """Make both keys, both or none. Raises ConflictError when there are some: packs that others
        trust, or that were encrypted to this home, would be lost with them."""
        require_packs()
        if self._own.exists():
            raise ConflictError(
                f"This home has its keys already: {self._own}.",
                remedy="See them with `teaegg signer show`; to begin anew, move that folder away.",
            )
        signing = SecretKey.generate()
        secret, recipient = new_identity()
        opening = f"# created: {at.isoformat()}\n# public key: {recipient}\n{secret}\n"
        partial = self._folder / f"own.{secrets.token_hex(4)}.partial"
        try:
            partial.mkdir(mode=_SECRET_FOLDER, parents=True)
            _write_secret(partial / "signing.key", signing.encoded())
            _write_secret(partial / "opening.key", opening)
            partial.rename(self._own)
        except OSError as error:
            raise _unwritable(self._folder, error) from error
        finally:
            shutil.rmtree(partial, ignore_errors=True)
        return OwnKeys(signing.public, recipient)

    def own(self) -> OwnKeys | None:
        """None where this home has no keys."""
        if not self._own.exists():
            return None
        found = _RECIPIENT.search(_read_secret(self._own / "opening.key"))
        if found is None:
            raise _damaged(self._own / "opening.key")
        return OwnKeys(self.signing_key().public, found.group(1))

    def signing_key(self, path: Path | None = None) -> SecretKey:
        """The key in `path`, else that of this home. Raises NotFoundError where there is none."""
        if path is None and not self._own.exists():
            raise NotFoundError(
                "This home has no key to sign with.",
                remedy="Make one: `teaegg signer make`; or name one with --key.",
            )
        return SecretKey.parse(_read_secret(path or self._own / "signing.key"))

    def opening_secret(self) -> str:
        """What opens packs that were encrypted to this home, "" where there is nothing."""
        if not self._own.exists():
            return ""
        return _read_secret(self._own / "opening.key").strip().rpartition("\n")[2]

    def trusted(self) -> dict[str, TrustedSigner]:
        """Names and keys that an owner trusts. Raises StorageError when the file is damaged."""
        path = self._folder / "trusted.json"
        try:
            return _Trusted.model_validate_json(path.read_bytes()).root
        except FileNotFoundError:
            return {}
        except (OSError, ValidationError) as error:
            # Nobody is trusted rather than somebody by a half-read file.
            raise _damaged(path) from error

    def trust(self, name: str, key: PublicKey, *, by: str, at: datetime) -> None:
        """Raises ConflictError where the name is another key's: a change of keys is a decision."""
        if not _NAME.fullmatch(name) or name == THIS_HOME:
            raise InvalidRequestError(
                f"{name[:80]!r} is no name for a signer.",
                remedy="Use up to 64 letters, digits and any of . _ - @",
            )
        known = self.trusted()
        if name in known and known[name].key != str(key):
            raise ConflictError(
                f"Another key is trusted as {name}.",
                remedy=f"Take it back first: `teaegg signer distrust {name}`.",
            )
        self._write({**known, name: known.get(name) or TrustedSigner(key=str(key), by=by, at=at)})

    def distrust(self, name: str) -> None:
        known = self.trusted()
        if name not in known:
            raise NotFoundError(
                f"No signer {name[:80]!r} is trusted.", remedy="See `teaegg signer list`."
            )
        del known[name]
        self._write(known)

    def signers(self) -> tuple[tuple[str, PublicKey], ...]:
        """Whose packs are taken in here: those trusted, and this home itself."""
        own = self.own()
        mine = ((THIS_HOME, own.signer),) if own else ()
        return (
            *mine,
            *((name, PublicKey.parse(item.key)) for name, item in sorted(self.trusted().items())),
        )

    def _write(self, known: dict[str, TrustedSigner]) -> None:
        text = _Trusted(known).model_dump_json(indent=2)
        write_text(self._folder / "trusted.json", f"{text}\n")


def require_packs() -> None:
    """Raises SettingsError, with the command that installs it, when the extra `packs` is not there."""
    missing = [
        name for name in ("cryptography", "pyrage") if importlib.util.find_spec(name) is None
    ]
    if missing:
        raise SettingsError(
            f"Packs need {' and '.join(missing)}, which {'is' if len(missing) == 1 else 'are'} "
            "not installed.",
            remedy='Install the extra: pip install "teaegg[packs]"',
        )


def _write_secret(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _SECRET)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(descriptor)


def _read_secret(path: Path) -> str:
    try:
        with path.open(encoding="utf-8") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            if mode & 0o077:
                raise InvalidRequestError(
                    f"The secret key {path} can be read by others (mode {mode:04o}).",
                    remedy=f"If nobody has copied it: chmod 600 {path}",
                )
            return file.read()
    except FileNotFoundError as error:
        raise NotFoundError(f"There is no key {path}.", remedy="Check the path.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise _damaged(path) from error


def _damaged(path: Path) -> StorageError:
    return StorageError(
        f"{path} cannot be read as what it should be.", remedy="Restore it from a backup."
    )


def _unwritable(folder: Path, error: OSError) -> StorageError:
    return StorageError(
        f"Keys cannot be written below {folder}: {error.strerror or error}.",
        remedy="Check the free space and who may write there.",
    )
