"""Settings from `teaegg.toml` and the environment, built once and handed down."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from teaegg.core.errors import SettingsError
from teaegg.core.settings import Settings

FILE_NAME = "teaegg.toml"
_PREFIX = "TEAEGG_"
_LEVEL = "__"
# Read by the command line or the build, not settings of the product.
_NOT_SETTINGS = frozenset(
    {
        "TEAEGG_HOME",
        "TEAEGG_CONFIG",
        "TEAEGG_PASSWORD",
        "TEAEGG_DATA",
    }
)


def load_settings(
    environment: Mapping[str, str] | None = None, *, folder: Path | None = None
) -> Settings:
    """The settings of `TEAEGG_HOME` (default `./.teaegg`).

    `teaegg.toml` is looked for where TEAEGG_CONFIG says, in `folder` (default: the current one),
    then in the home folder. A twin in the environment wins: TEAEGG_ANSWERS__MODE for `mode` in
    `[answers]`. Raises SettingsError for an unknown key, a wrong value or an unreadable file.
    """
    environment = os.environ if environment is None else environment
    here = folder or Path.cwd()
    home = Path(environment.get("TEAEGG_HOME") or here / ".teaegg").expanduser().absolute()
    path = _settings_file(environment, here, home)
    values = _read(path) if path else {}
    if "home" in values:
        raise SettingsError(
            f"The key home stands in {path}.", remedy="Set the TEAEGG_HOME variable instead."
        )
    _overlay(values, environment)
    try:
        return Settings.model_validate({**values, "home": home})
    except ValidationError as error:
        raise SettingsError(_explain(error, path), remedy="See docs/settings.md.") from error


def secret_of(name: str) -> str:
    """The secret that an address of a source names as ${NAME}. Raises SettingsError without one."""
    value = os.environ.get(name, "")
    if not value:
        raise SettingsError(
            f"The secret {name} is not set.", remedy=f"Set the environment variable {name}."
        )
    return value


def _settings_file(environment: Mapping[str, str], here: Path, home: Path) -> Path | None:
    if named := environment.get("TEAEGG_CONFIG"):
        path = Path(named)
        if not path.is_file():
            raise SettingsError(
                f"TEAEGG_CONFIG names {path}, which is no file.", remedy="Correct or unset it."
            )
        return path
    for candidate in (here / FILE_NAME, home / FILE_NAME):
        if candidate.is_file():
            return candidate
    return None


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(
            f"The settings file {path} cannot be read: {error}.",
            remedy="Correct it or move it away.",
        ) from error


def _overlay(values: dict[str, Any], environment: Mapping[str, str]) -> None:
    """Put TEAEGG_SECTION__KEY variables over the file's values; an unknown one is an error."""
    for name, value in environment.items():
        if not name.startswith(_PREFIX) or name in _NOT_SETTINGS:
            continue
        section, _, key = name.removeprefix(_PREFIX).lower().partition(_LEVEL)
        if not _is_setting(section, key):
            raise SettingsError(
                f"The environment variable {name} names no setting.",
                remedy="Unset or correct it: TEAEGG_SECTION__KEY, see docs/settings.md.",
            )
        values.setdefault(section, {})[key] = value


def _is_setting(section: str, key: str) -> bool:
    field = Settings.model_fields.get(section)
    model = field.annotation if field else None
    return isinstance(model, type) and issubclass(model, BaseModel) and key in model.model_fields


def _explain(error: ValidationError, path: Path | None) -> str:
    lines = []
    for problem in error.errors(include_input=False, include_url=False):
        where = ".".join(str(part) for part in problem["loc"]) or "settings"
        what = "no such setting" if problem["type"] == "extra_forbidden" else problem["msg"]
        lines.append(f"{where}: {what}")
    source = str(path) if path else "the environment"
    return f"Wrong settings in {source}: {'; '.join(lines)}."
