"""One error tree. Every message names the thing, what was expected, and what to do next.

Mapped in three places only: HTTP status (`app.api.errors`), exit code (`app.cli.errors`) and
retry-or-quarantine (`ingest.learning`). Exceptions of other libraries are translated where they are called.
"""

from __future__ import annotations

from typing import Literal

PackRefusal = Literal[
    "damaged",
    "unsafe",
    "unsigned",
    "unknown_signer",
    "tampered",
    "newer_format",
    "other_audience",
    "other_base",
    "other_template",
]
"""`damaged`: cut off or not a pack; `unsafe`: made to do harm when it is unpacked."""


class TeaEggError(Exception):
    """Root of the tree. `remedy` says what the reader can do; it is part of the message."""

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(f"{message} {remedy}".strip())
        self.message = message
        self.remedy = remedy


class SettingsError(TeaEggError):
    """A setting is unknown, missing or out of its bounds."""


class NotFoundError(TeaEggError):
    """The thing is not there, or the actor may not know that it is: the two look the same."""


class SignInError(TeaEggError):
    """Name, password or key did not match. The message never says which."""


class SingleSignOnError(SignInError):
    """Signing in at the company's provider came to nothing; `refusal` names the step, for the page."""

    def __init__(self, message: str, *, refusal: str = "provider", remedy: str = "") -> None:
        super().__init__(message, remedy=remedy)
        self.refusal = refusal


class NotAllowedError(TeaEggError):
    """The actor is known and may see the thing, but may not do this with it."""


class ConflictError(TeaEggError):
    """The name is taken or the state has moved on."""


class InvalidRequestError(TeaEggError):
    """The request cannot be understood or is outside its bounds."""


class UnreadableDocumentError(TeaEggError):
    """A file cannot be read as what it claims to be; it goes to quarantine, the rest goes on."""


class SourceUnavailableError(TeaEggError):
    """A source did not answer, or asked to come back later; what was learned from it stays."""


class PackRefusedError(TeaEggError):
    """A pack of an expert is not taken in; `reason` names why. Nothing of it is kept."""

    def __init__(self, message: str, *, reason: PackRefusal = "damaged", remedy: str = "") -> None:
        super().__init__(message, remedy=remedy)
        self.reason = reason


class StorageError(TeaEggError):
    """The disk, the database or the index refused; nothing that was stored is lost."""


class ModelError(TeaEggError):
    """A model is missing, unreachable or answered something unusable."""


class ModelUnavailableError(ModelError):
    """A model endpoint did not answer in time; trying again may help."""


class AnswerFilteredError(ModelError):
    """An endpoint's own filter declined this one prompt; to others it may well answer."""


class LessonError(ModelError):
    """A teacher gave nothing usable for one lesson; `reason` names why. The next may well succeed."""

    def __init__(self, message: str, *, reason: str = "", remedy: str = "") -> None:
        super().__init__(message, remedy=remedy)
        self.reason = reason


class TeachingStoppedError(ModelError):
    """A teacher gives no further lesson in this run; `reason` names why. What it taught is kept."""

    def __init__(self, message: str, *, reason: str = "", remedy: str = "") -> None:
        super().__init__(message, remedy=remedy)
        self.reason = reason
