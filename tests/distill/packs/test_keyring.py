"""Keys: made once, secret to their owner, trusted by decision, and those of minisign and age."""

import base64
import hashlib
import stat
from pathlib import Path

import pytest
from tests.expert_making import NOW

from teaegg.core.errors import (
    ConflictError,
    InvalidRequestError,
    NotFoundError,
    PackRefusedError,
    StorageError,
)
from teaegg.distill.packs.keyring import THIS_HOME, Keyring
from teaegg.distill.packs.signing import PublicKey, SecretKey, Signature

# Made with minisign 0.11: `minisign -G -W`, then `minisign -S -t` of the text "tea egg\n".
MINISIGN_SECRET = (
    "untrusted comment: minisign secret key\n"
    "RWQAAEIyAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA4x+e2y33"
    "MuSx3X5AfT8aiQo/mxIItqQBLKavSe8Sd6N5nmUHFqoRYwweSSwM2vU4po0uDiEDD1UXcDdltTD+Q2RF"
    "XNbt8y5iAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
    "\n"
)
MINISIGN_PUBLIC = "RWTjH57bLfcy5AweSSwM2vU4po0uDiEDD1UXcDdltTD+Q2RFXNbt8y5i"
MINISIGN_SIGNATURE = (
    "untrusted comment: signature from minisign secret key\n"
    "RUTjH57bLfcy5Dy2ydBAE2fhP89wlSrquoyvZbqt7SRx7zpRb1sP///153sxEs5iIReG9ZBRe4kj+P93"
    "LTFssWdVeSG2d5YWkw0=\n"
    "trusted comment: of record\n"
    "W9RD1u8z6pg1spoaW6qUPtfvWIy4YBV8KDRU7wHyn+ApTIHiKr5HgurFuCXhZ1S9MY5SNVtB3Xlmu00Y"
    "Y4v1DA==\n"
)


@pytest.fixture
def ring(tmp_path: Path) -> Keyring:
    return Keyring(tmp_path / "keys")


def test_keys_are_made_once_and_readable_by_their_owner_only(ring: Keyring, tmp_path: Path) -> None:
    assert ring.own() is None
    made = ring.make(NOW)
    assert ring.own() == made
    assert made.recipient.startswith("age1")
    own = tmp_path / "keys/own"
    assert sorted(path.name for path in own.iterdir()) == ["opening.key", "signing.key"]
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in own.iterdir())
    assert stat.S_IMODE(own.stat().st_mode) == 0o700
    with pytest.raises(ConflictError, match="has its keys already"):
        ring.make(NOW)
    assert ring.own() == made
    assert dict(ring.signers()) == {THIS_HOME: made.signer}


def test_a_secret_key_that_others_can_read_is_not_used(ring: Keyring, tmp_path: Path) -> None:
    ring.make(NOW)
    (tmp_path / "keys/own/signing.key").chmod(0o640)
    with pytest.raises(InvalidRequestError, match="can be read by others") as refused:
        ring.signing_key()
    assert "chmod 600" in refused.value.remedy


def test_secrets_are_in_no_message_and_in_no_representation(ring: Keyring, tmp_path: Path) -> None:
    ring.make(NOW)
    key = ring.signing_key()
    path = tmp_path / "keys/own/signing.key"
    line = path.read_text().splitlines()[1]
    seed = base64.b64decode(line)[62:94]
    assert repr(seed) not in repr(key)
    path.write_text(f"untrusted comment: x\n{line[:-8]}AAAAAAA=\n"[:-30])
    with pytest.raises(InvalidRequestError) as refused:
        ring.signing_key()
    assert line[:20] not in str(refused.value)


def test_a_home_without_keys_says_how_they_are_made(ring: Keyring, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError) as refused:
        ring.signing_key()
    assert "teaegg signer make" in refused.value.remedy
    with pytest.raises(NotFoundError):
        ring.signing_key(tmp_path / "nowhere.key")
    assert (ring.opening_secret(), ring.signers()) == ("", ())


def test_trust_is_given_kept_and_taken_back(ring: Keyring) -> None:
    acme, other = SecretKey.generate().public, SecretKey.generate().public
    ring.trust("acme", acme, by="chen", at=NOW)
    assert dict(ring.signers()) == {"acme": acme}
    assert (ring.trusted()["acme"].by, ring.trusted()["acme"].at) == ("chen", NOW)
    ring.trust("acme", acme, by="li", at=NOW)
    assert ring.trusted()["acme"].by == "chen"
    with pytest.raises(ConflictError, match="Another key"):
        ring.trust("acme", other, by="chen", at=NOW)
    ring.distrust("acme")
    assert ring.signers() == ()
    with pytest.raises(NotFoundError):
        ring.distrust("acme")


@pytest.mark.parametrize("name", ["", "this home", "a b", "../x", "-x", "x" * 65, "a\n"])
def test_names_of_signers_are_names(ring: Keyring, name: str) -> None:
    with pytest.raises(InvalidRequestError):
        ring.trust(name, SecretKey.generate().public, by="chen", at=NOW)


def test_a_damaged_list_of_signers_trusts_nobody(ring: Keyring, tmp_path: Path) -> None:
    ring.trust("acme", SecretKey.generate().public, by="chen", at=NOW)
    path = tmp_path / "keys/trusted.json"
    path.write_text(path.read_text()[:-20])
    with pytest.raises(StorageError, match=r"trusted\.json"):
        ring.signers()


@pytest.mark.parametrize(
    "text",
    ["", "RW", "hello", "RW" + "A" * 60, "name: x", base64.b64encode(b"Xx" + bytes(40)).decode()],
)
def test_what_is_no_public_key_is_said_to_be_none(text: str) -> None:
    with pytest.raises(InvalidRequestError, match="no public key"):
        PublicKey.parse(text)


def test_a_key_of_minisign_is_read_and_signs_as_minisign_does() -> None:
    key = SecretKey.parse(MINISIGN_SECRET)
    assert str(key.public) == MINISIGN_PUBLIC
    assert (
        PublicKey.parse(f"untrusted comment: minisign public key\n{MINISIGN_PUBLIC}\n")
        == key.public
    )
    signed = key.sign(b"tea egg\n", "of record").decode().splitlines()
    theirs = MINISIGN_SIGNATURE.splitlines()
    assert signed[1:] == theirs[1:]
    Signature.parse(("\n".join(signed) + "\n").encode()).check(b"tea egg\n", key.public)


def test_a_secret_key_is_written_as_minisign_reads_it() -> None:
    key = SecretKey.generate()
    data = base64.b64decode(key.encoded().splitlines()[1])
    assert (len(data), data[:6]) == (158, b"Ed\0\0B2")
    assert data[-32:] == hashlib.blake2b(b"Ed" + data[54:126], digest_size=32).digest()
    assert SecretKey.parse(key.encoded()).public == key.public


def test_a_mistyped_secret_key_is_no_key() -> None:
    head, line = SecretKey.generate().encoded().splitlines()
    data = bytearray(base64.b64decode(line))
    for place in (70, 100):
        wrong = bytearray(data)
        wrong[place] ^= 1
        with pytest.raises(InvalidRequestError, match="no secret key"):
            SecretKey.parse(f"{head}\n{base64.b64encode(wrong).decode()}\n")


def test_a_signature_holds_for_its_text_and_comment_only() -> None:
    key = SecretKey.generate()
    data = key.sign(b"text", "comment")
    Signature.parse(data).check(b"text", key.public)
    with pytest.raises(PackRefusedError):
        Signature.parse(data).check(b"Text", key.public)
    with pytest.raises(PackRefusedError):
        Signature.parse(data.replace(b"comment: comment", b"comment: Comment")).check(
            b"text", key.public
        )
    for changed in (data + b"\n", data.replace(b"\n", b"\r\n"), data.replace(b"of a", b"by a")):
        with pytest.raises(PackRefusedError):
            Signature.parse(changed)
