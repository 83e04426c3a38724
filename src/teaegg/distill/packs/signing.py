"""Signatures and keys in the form of minisign, so that `minisign -V` checks a pack without TeaEgg.

Ed25519 (RFC 8032) over the BLAKE2b-512 of the text, and once more over signature and trusted comment.
Form: https://jedisct1.github.io/minisign/ (signature, public key, secret key without a password).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from teaegg.core.errors import InvalidRequestError
from teaegg.distill.packs.refusing import refused

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

MOST_SIGNATURE_BYTES = 2048
_UNTRUSTED, _TRUSTED = "untrusted comment: ", "trusted comment: "
_SIGNED_BY = f"{_UNTRUSTED}signature of a TeaEgg pack"
_KEY, _PREHASHED, _NO_PASSWORD, _BLAKE2 = b"Ed", b"ED", b"\0\0", b"B2"
_ID_BYTES, _SIGNATURE_BYTES, _SEED_BYTES = 8, 64, 32
# Salt and the two limits of the password's function, of which there is none.
_NO_LIMITS = bytes(32 + 8 + 8)
_CHECKSUM_BYTES = 32
_MAKE_A_KEY = (
    "Make one: `teaegg signer make`, or `minisign -G -W` (keys with a password are not read)."
)


@dataclass(frozen=True, slots=True)
class PublicKey:
    """Whom a pack may be from: 8 bytes that name the key, 32 that check."""

    id: bytes
    point: bytes

    def __str__(self) -> str:
        """The line that people exchange, beginning with RW."""
        return base64.b64encode(_KEY + self.id + self.point).decode()

    @property
    def name(self) -> str:
        """The key's number as minisign shows it: 16 hexadecimal digits."""
        return self.id[::-1].hex().upper()

    @classmethod
    def parse(cls, text: str) -> PublicKey:
        """Of the line, or of a `.pub` file. Raises InvalidRequestError."""
        data = _decoded(_last_line(text))
        if len(data) != len(_KEY) + _ID_BYTES + _SEED_BYTES or data[:2] != _KEY:
            raise InvalidRequestError(
                f"{text.strip()[:80]!r} is no public key.",
                remedy="It is a line of 56 characters that begins with RW; see `teaegg signer show`.",
            )
        return cls(data[2:10], data[10:])


@dataclass(frozen=True, slots=True)
class SecretKey:
    """Who signs. It is never shown."""

    id: bytes
    _seed: bytes = field(repr=False)

    @classmethod
    def generate(cls) -> SecretKey:
        return cls(secrets.token_bytes(_ID_BYTES), secrets.token_bytes(_SEED_BYTES))

    @property
    def public(self) -> PublicKey:
        return PublicKey(self.id, _public_half(self._seed))

    def encoded(self) -> str:
        """As minisign keeps a key without a password."""
        pair = self._seed + self.public.point
        data = (
            _KEY + _NO_PASSWORD + _BLAKE2 + _NO_LIMITS + self.id + pair + _checksum(self.id, pair)
        )
        return f"{_UNTRUSTED}TeaEgg secret key\n{base64.b64encode(data).decode()}\n"

    @classmethod
    def parse(cls, text: str) -> SecretKey:
        """Raises InvalidRequestError; the message holds nothing of the key."""
        data = _decoded(_last_line(text))
        start = len(_KEY + _NO_PASSWORD + _BLAKE2 + _NO_LIMITS)
        key_id, pair = data[start : start + _ID_BYTES], data[start + _ID_BYTES : -_CHECKSUM_BYTES]
        is_plain = data.startswith(_KEY + _NO_PASSWORD) and len(pair) == 2 * _SEED_BYTES
        # The checksum is not asked: minisign leaves it empty where there is no password. A torn or
        # mistyped key is told by its public half.
        if not is_plain or pair[_SEED_BYTES:] != _public_half(pair[:_SEED_BYTES]):
            raise InvalidRequestError("This is no secret key to sign with.", remedy=_MAKE_A_KEY)
        return cls(key_id, pair[:_SEED_BYTES])

    def sign(self, text: bytes, comment: str) -> bytes:
        """The content of a `.minisig` file. `comment` is signed too, one line."""
        signer = _signer(self._seed)
        signature = signer.sign(hashlib.blake2b(text).digest())
        whole = signer.sign(signature + comment.encode())
        return _signature_file(_PREHASHED + self.id + signature, comment, whole)


@dataclass(frozen=True, slots=True)
class Signature:
    """Read from a `.minisig` file and not yet checked."""

    key_id: bytes
    _signature: bytes
    comment: str
    _whole: bytes

    @classmethod
    def parse(cls, data: bytes) -> Signature:
        """Raises PackRefusedError for what is no signature, spelled in just one way."""
        try:
            _, signed, comment, whole = data.decode().rstrip("\n").split("\n")
        except ValueError as error:
            raise refused("its signature cannot be read", "unsigned") from error
        head, told = _decoded(signed), comment.removeprefix(_TRUSTED)
        found = cls(head[2:10], head[10:], told, _decoded(whole))
        # Whatever else would be read the same, other white space or comments, was written by nobody.
        if (
            _signature_file(_PREHASHED + found.key_id + found._signature, told, found._whole)
            != data
        ):
            raise refused("its signature is not as `teaegg pack` writes it", "tampered")
        return found

    def check(self, text: bytes, key: PublicKey) -> None:
        """Raises PackRefusedError unless `key` signed just this text and comment."""
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

        checker = Ed25519PublicKey.from_public_bytes(key.point)
        try:
            checker.verify(self._signature, hashlib.blake2b(text).digest())
            checker.verify(self._whole, self._signature + self.comment.encode())
        except InvalidSignature as error:
            raise refused("its signature does not fit what it says", "tampered") from error


def _signer(seed: bytes) -> Ed25519PrivateKey:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.from_private_bytes(seed)


def _public_half(seed: bytes) -> bytes:
    return _signer(seed).public_key().public_bytes_raw()


def _signature_file(head: bytes, comment: str, whole: bytes) -> bytes:
    lines = (_SIGNED_BY, base64.b64encode(head).decode(), f"{_TRUSTED}{comment}")
    return "\n".join((*lines, base64.b64encode(whole).decode(), "")).encode()


def _checksum(key_id: bytes, pair: bytes) -> bytes:
    return hashlib.blake2b(_KEY + key_id + pair, digest_size=_CHECKSUM_BYTES).digest()


def _last_line(text: str) -> str:
    return text.strip().rpartition("\n")[2].strip()


def _decoded(line: str) -> bytes:
    """b"" for what is no base64."""
    try:
        return base64.b64decode(line, validate=True)
    except (binascii.Error, ValueError):
        return b""
