"""A cell's value as its number format shows it: dates, percentages, thousands, currency."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

_LITERALS = re.compile(r'"([^"]*)"|\[\$([^\]-]*)[^\]]*\]|\\(.)|_.|\*.|\[[^\]]*\]')
_LIKE_PLACEHOLDERS = "#0?.,0123456789%/-"
_APART = 0xE000
_PLACEHOLDERS = re.compile(r"[#0?][#0?,]*(?:\.([0#?]+))?")


def shown_value(value: object, number_format: str) -> str:
    """`value` is what openpyxl gives for a cell. Unknown formats fall back to the plain value."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime):
        return _shown_moment(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.isoformat("minutes") if not value.second else value.isoformat("seconds")
    if isinstance(value, timedelta):
        return str(value)
    if isinstance(value, int | float):
        return _shown_number(value, number_format)
    return str(value)


def _shown_moment(value: datetime) -> str:
    if value.time() == time(0):
        return value.date().isoformat()
    return value.strftime("%Y-%m-%d %H:%M" if not value.second else "%Y-%m-%d %H:%M:%S")


def _shown_number(value: int | float, number_format: str) -> str:
    positive = number_format.split(";")[0]
    prefix_and_rest = _LITERALS.sub(_keep_literal, positive)
    numeric = _PLACEHOLDERS.search(prefix_and_rest)
    plain = _plain(value)
    if numeric is None or "General" in number_format or re.search(r"[Ee][+-]|/", prefix_and_rest):
        return plain
    amount = Decimal(plain) if re.fullmatch(r"-?\d+(\.\d+)?", plain) else None
    if amount is None:
        return plain
    if "%" in prefix_and_rest:
        amount *= 100
    try:
        amount = amount.quantize(Decimal(1).scaleb(-len(numeric[1] or "")), rounding=ROUND_HALF_UP)
    except InvalidOperation:
        return plain
    digits = f"{abs(amount):,f}" if "," in numeric[0] else f"{abs(amount):f}"
    # An optional decimal ("#") is not shown when it is zero.
    if numeric[1] and set(numeric[1]) == {"#"} and "." in digits:
        digits = digits.rstrip("0").rstrip(".")
    before, after = prefix_and_rest[: numeric.start()], prefix_and_rest[numeric.end() :]
    sign = "-" if amount < 0 else ""
    return f"{sign}{_affix(before)}{_padded(digits, numeric[0])}{_affix(after)}"


def _keep_literal(match: re.Match[str]) -> str:
    # Literal characters may look like placeholders ("0"): they are set apart until the end.
    kept = match[1] or match[2] or match[3] or ""
    return "".join(chr(_APART + ord(c)) if c in _LIKE_PLACEHOLDERS else c for c in kept)


def _affix(text: str) -> str:
    plain = text.strip(" ()-")
    return "".join(chr(ord(c) - _APART) if ord(c) >= _APART else c for c in plain)


def _padded(digits: str, placeholders: str) -> str:
    """Codes such as 00012 keep the zeros that their format asks for."""
    whole = placeholders.split(".")[0].replace(",", "").lstrip("#?")
    head, dot, tail = digits.partition(".")
    return head.zfill(len(whole)) + dot + tail if len(whole) > 1 else digits


def _plain(value: int | float) -> str:
    if isinstance(value, int):
        return str(value)
    if value != value or value in (float("inf"), float("-inf")):
        return str(value)
    # 15 significant digits are what spreadsheet programs keep; 0.1 + 0.2 shows as 0.3.
    text = f"{Decimal(f'{value:.15g}'):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
