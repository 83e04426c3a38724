"""The reference pages, made from the commands and settings themselves so that they cannot drift."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated, Any, Literal, get_args, get_origin

import typer
from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from teaegg.app.cli.errors import EXIT_CODES, EXIT_FAILED, EXIT_INTERRUPTED
from teaegg.core.settings import Settings

Page = Literal["commands", "settings"]

_GENERATED = "<!-- Made by `teaegg reference {page}`; a test holds it to the program. -->"
_COMMANDS_HEAD = """# Commands

{generated}

`teaegg COMMAND --help` shows the same at the terminal. What TeaEgg keeps lies in `TEAEGG_HOME`
(default `./.teaegg`). Whoever runs the command line is the local owner and reads everything;
`--as USER` acts as that user and sees what they see: a document they may not read looks exactly like
one that is not there. Data is written to stdout and remarks to stderr, so that `--json` can be piped.
Passwords are never arguments: they come from a prompt, `TEAEGG_PASSWORD` or `--password-stdin`.

`user`, `group`, `collection` and `key` are also understood in the plural.

## Exit codes

| code | meaning |
|---|---|
| 0 | done |
{codes}
"""
_SETTINGS_HEAD = """# Settings

{generated}

Settings are read once at the start from `teaegg.toml`: the file that `TEAEGG_CONFIG` names, else the
one in the current folder, else the one in the home folder. Every setting has a twin in the
environment that wins over the file: `TEAEGG_ANSWERS__MODE` for `mode` in `[answers]`. An unknown key,
in the file or in the environment, is an error. `teaegg settings` prints what is in force, secrets
hidden; `teaegg doctor` says what does not work.

| variable | meaning |
|---|---|
| `TEAEGG_HOME` | Folder that holds everything TeaEgg keeps (default `./.teaegg`). |
| `TEAEGG_CONFIG` | The settings file, when it lies elsewhere. |
| `TEAEGG_PASSWORD` | The password that `teaegg user add` and `teaegg user password` give. |
"""


def reference(
    context: typer.Context, page: Annotated[Page, typer.Argument(help="Which page.")]
) -> None:
    """Print a reference page as Markdown."""
    text = commands_page(context.find_root().command) if page == "commands" else settings_page()
    typer.echo(text, nl=False)


def commands_page(root: Any) -> str:
    """Every command below the command `root` with its arguments and options, as Markdown."""
    codes = [(EXIT_FAILED, "failed; the message says why")]
    codes += [(code, str(kind.__doc__).splitlines()[0]) for kind, code in EXIT_CODES]
    codes += [(EXIT_INTERRUPTED, "stopped with Ctrl-C")]
    head = _COMMANDS_HEAD.format(
        generated=_GENERATED.format(page="commands"),
        codes="\n".join(f"| {code} | {meaning} |" for code, meaning in codes),
    )
    return head + "".join(f"\n{section}" for section in _sections(root, "teaegg"))


def settings_page() -> str:
    """Every section of the settings with its keys, bounds and defaults, as Markdown."""
    lines = [_SETTINGS_HEAD.format(generated=_GENERATED.format(page="settings"))]
    for name, field in Settings.model_fields.items():
        section = field.annotation
        if isinstance(section, type) and issubclass(section, BaseModel):
            lines.append(f"## `[{name}]`\n\n{section.__doc__}\n")
            lines.append("| key | kind | default | meaning |\n|---|---|---|---|")
            lines += [_setting_row(key, item) for key, item in section.model_fields.items()]
            lines.append("")
    return "\n".join(lines)


def _sections(command: Any, path: str) -> Iterator[str]:
    for name, child in getattr(command, "commands", {}).items():
        if not child.hidden:
            if not getattr(child, "commands", None):
                yield _section(child, f"{path} {name}")
            yield from _sections(child, f"{path} {name}")


def _section(command: Any, path: str) -> str:
    context = typer.Context(command, info_name=path)
    usage = " ".join((path, *command.collect_usage_pieces(context)))
    rows = [_parameter_row(p, context) for p in command.params if not getattr(p, "hidden", False)]
    help_text = " ".join(str(command.help or "").split())
    table = "\n".join(("| argument or option | meaning |", "|---|---|", *rows))
    return f"## `{path}`\n\n{help_text}\n\n    {usage}\n\n{table}\n" if rows else (
        f"## `{path}`\n\n{help_text}\n\n    {usage}\n"
    )


def _parameter_row(parameter: Any, context: typer.Context) -> str:
    is_option = parameter.param_type_name == "option"
    shown = parameter.make_metavar(context)
    name = ", ".join(parameter.opts) if is_option else shown
    takes = f" {shown}" if is_option and not parameter.is_flag else ""
    default = parameter.default
    told = default not in (None, "", False, ()) and not callable(default)
    ending = f" Default: `{default}`." if told else ""
    meaning = f"{parameter.help or ''}{ending}"
    return f"| `{_cell(name + takes)}` | {_cell(meaning)} |"


def _setting_row(key: str, field: FieldInfo) -> str:
    default = field.default
    shown = '""' if isinstance(default, SecretStr) else repr(default).replace("'", '"')
    if isinstance(default, bool):
        shown = shown.lower()
    cells = (f"`{key}`", _kind(field), f"`{shown}`", field.description or "")
    return f"| {' | '.join(_cell(cell) for cell in cells)} |"


def _kind(field: FieldInfo) -> str:
    annotation = field.annotation
    if get_origin(annotation) is Literal:
        return " or ".join(f"`{choice}`" for choice in get_args(annotation))
    names = {str: "text", int: "whole number", float: "number", bool: "true or false"}
    kind = "secret text" if annotation is SecretStr else names.get(annotation, "text")  # type: ignore[arg-type]
    return ", ".join((kind, *_bounds(field.metadata)))


def _bounds(metadata: Iterable[Any]) -> Iterator[str]:
    for words, attribute in (("≥", "ge"), (">", "gt"), ("≤", "le"), ("<", "lt")):
        for bound in metadata:
            value = getattr(bound, attribute, None)
            if value is not None:
                yield f"{words} {value}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
