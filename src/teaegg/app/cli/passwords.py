"""Passwords from the environment, standard input or a prompt; never from the command line itself,
where every process list and shell history would show them."""

from __future__ import annotations

import os
import sys

import typer

from teaegg.core.errors import InvalidRequestError

VARIABLE = "TEAEGG_PASSWORD"


def new_password(*, from_stdin: bool) -> str:
    """Raises InvalidRequestError when there is nobody to ask."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if given := os.environ.get(VARIABLE):
        return given
    if not sys.stdin.isatty():
        raise InvalidRequestError(
            "There is no terminal to ask for the password.",
            remedy=f"Set {VARIABLE}, or pipe the password in with --password-stdin.",
        )
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))
