"""The person's own editor: $VISUAL or $EDITOR on a copy of a text."""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile
from pathlib import Path

from teaegg.core.errors import InvalidRequestError


def edited(text: str, *, suffix: str) -> str:
    """What the person made of `text`. Raises InvalidRequestError when no editor could be started."""
    command = os.environ.get("VISUAL") or os.environ.get("EDITOR") or ""
    if not command:
        raise InvalidRequestError(
            "No editor is known.",
            remedy="Set EDITOR, for example EDITOR=nano, or change a field with --set FIELD=VALUE.",
        )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"teaegg{suffix}"
        path.write_text(text, encoding="utf-8")
        try:
            # The person's own words, from their own environment, without a shell.
            done = subprocess.run([*shlex.split(command), str(path)], check=False)  # noqa: S603
        except OSError as error:
            raise InvalidRequestError(
                f"The editor {command!r} cannot be started: {error.strerror or error}.",
                remedy="Correct EDITOR.",
            ) from error
        if done.returncode != 0:
            raise InvalidRequestError(
                f"The editor {command!r} ended with {done.returncode}; nothing was changed.",
                remedy="Try again.",
            )
        return path.read_text(encoding="utf-8-sig")
