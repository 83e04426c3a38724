"""The read-only guard: one SELECT and nothing else. Text is parsed, never matched by its beginning.

It is the first of three locks; the second is a connection that the database itself holds to reading,
the third that nothing is ever committed.
"""

from __future__ import annotations

import re

from teaegg.core.errors import InvalidRequestError, SettingsError

_NAME = re.compile(r"^[^\W\d]\w*(\.[^\W\d]\w*)?$")
# They reach files, other servers, other sessions or large objects from within a SELECT.
_REACHING_OUT = re.compile(
    r"^(pg_.*|lo_.*|dblink.*|set_config|query_to_xml.*|table_to_xml.*|xpath_table|load_file"
    r"|load_extension|writefile|readfile|edit|sleep|benchmark|get_lock|nextval|setval|sys_.*)$",
    re.I,
)
_DIALECTS = {"postgresql": "postgres", "mariadb": "mysql"}


def checked_select(text: str, dialect: str) -> str:
    """`text` without a closing semicolon, when it is a single SELECT that changes and locks nothing.

    Raises InvalidRequestError otherwise, SettingsError when the parser is not installed.
    """
    try:
        import sqlglot
        from sqlglot import expressions as parts
    except ImportError as error:
        raise SettingsError(
            "A SELECT of one's own needs the package sqlglot.", remedy="pip install 'teaegg[sql]'"
        ) from error
    try:
        statements = sqlglot.parse(text, dialect=_DIALECTS.get(dialect, dialect))
    except sqlglot.errors.SqlglotError as error:
        reason = str(error).splitlines()[0]
        raise _refused(f"it cannot be understood: {reason}") from error
    found = [statement for statement in statements if statement is not None]
    if len(found) != 1 or not isinstance(found[0], parts.Query):
        raise _refused("it is not one single SELECT")
    changing = (
        parts.DML,
        parts.DDL,
        parts.Command,
        parts.Into,
        parts.Lock,
        parts.Set,
        parts.Pragma,
    )
    for part in found[0].walk():
        if isinstance(part, changing) and not isinstance(part, parts.Query):
            raise _refused(f"it holds {type(part).__name__.upper()}")
        if isinstance(part, parts.Func):
            name = part.name if isinstance(part, parts.Anonymous) else part.sql_name()
            if _REACHING_OUT.match(name):
                raise _refused(f"it calls {name}")
    return text.strip().rstrip(";").strip()


def checked_name(text: str, what: str) -> str:
    """A table (`parts` or `shop.parts`) or a column. Raises InvalidRequestError for anything else."""
    if not _NAME.match(text):
        raise InvalidRequestError(
            f"{text[:80]!r} is no name of a {what}.", remedy="Write NAME, or SCHEMA.NAME."
        )
    return text


def _refused(why: str) -> InvalidRequestError:
    return InvalidRequestError(
        f"The query was refused: {why}.", remedy="Write one SELECT that only reads."
    )
