"""The state of the installation: doctor and settings."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import typer
from rich.text import Text

from teaegg.app.cli.errors import EXIT_FAILED, EXIT_SETTINGS
from teaegg.app.cli.options import Json
from teaegg.app.cli.output import say, write_json
from teaegg.app.cli.session import doorway_of, settings_of, wait_for
from teaegg.core.errors import SettingsError

if TYPE_CHECKING:
    from teaegg.app.doctor import Finding

_STYLES = {"ok": "green", "warn": "yellow", "error": "bold red"}
_PASSWORD = re.compile(r"(://[^:/@\s]*:)[^@\s]*@")
_MARKS = {"ok": "✓", "warn": "!", "error": "✗"}


def doctor(context: typer.Context, as_json: Json = False) -> None:
    """Say what is wrong with this installation and what to do about it."""
    findings = _findings(context)
    if as_json:
        write_json([asdict(finding) for finding in findings])
    else:
        for finding in findings:
            _show(finding)
    wrong = [finding for finding in findings if finding.level == "error"]
    if wrong:
        only_settings = all(finding.check == "settings" for finding in wrong)
        raise typer.Exit(EXIT_SETTINGS if only_settings else EXIT_FAILED)


def settings(as_json: Json = False) -> None:
    """Print the settings in force; secrets stay hidden."""
    values = settings_of().model_dump(mode="json")
    for section in values.values():
        if isinstance(section, dict):
            section.update({key: _without_passwords(value) for key, value in section.items()})
    if as_json:
        write_json(values)
        return
    say(f'# TEAEGG_HOME="{values.pop("home")}"')
    for section, keys in values.items():
        say(f"\n[{section}]")
        for key, value in keys.items():
            say(f"{key} = {_toml(value)}")


def _findings(context: typer.Context) -> list[Finding]:
    from teaegg.app.doctor import Finding, examine

    try:
        found = settings_of()
    except SettingsError as error:
        return [Finding("settings", "error", error.message, error.remedy)]
    return wait_for(examine(found, doorway_of(context).open))


def _show(finding: Finding) -> None:
    style = _STYLES[finding.level]
    mark = _MARKS[finding.level]
    say(Text.assemble((f"{mark} {finding.check}: ", style), finding.what))
    if finding.remedy:
        say(f"    {finding.remedy}")


def _toml(value: Any) -> str:
    """Numbers, truth values, texts and lists look the same in TOML and JSON; tables do not."""
    if isinstance(value, dict):
        pairs = ", ".join(f"{_toml(key)} = {_toml(item)}" for key, item in value.items())
        return f"{{{pairs}}}"
    return json.dumps(value, ensure_ascii=False)


def _without_passwords(value: Any) -> Any:
    """Addresses may carry a password: ://user:password@host."""
    return _PASSWORD.sub(r"\1***@", value) if isinstance(value, str) else value
