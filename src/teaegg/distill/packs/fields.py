"""What the fields of a manifest may hold: closed, frozen, and fit to be shown on a terminal."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

LONGEST_LINE = 500
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Line = Annotated[
    str,
    StringConstraints(pattern=r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*$", max_length=LONGEST_LINE),
]
"""One line that a terminal may show: no control characters."""
Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0)]


class Part(BaseModel):
    """A part of a manifest: what is not named here is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


def one_line(text: str, most: int) -> str:
    """`most` characters of it on one line, printable, and valid UTF-8: names of files and what people
    wrote may be neither."""
    shown = "".join(character if character.isprintable() else " " for character in text)
    return shown.encode("utf-8", "replace").decode()[:most]
