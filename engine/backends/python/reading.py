"""How given values become what compiled code reckons with; what is unusual goes the slow way."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Context, Decimal

from engine.backends.python.runtime import Unusual

TYPE_CHECKING = False  # `typing` itself is not loaded for a decision from the cache
if TYPE_CHECKING:
    from typing import Any

LIMIT_DIGITS = 18
"""As many digits before the point as facts may have."""


_WIDE = Context(prec=60)
_CENT, _HUNDRED = Decimal("0.01"), Decimal(100)


def truth(value: Any) -> bool:
    """A truth that is one."""
    if value is True or value is False:
        return bool(value)
    raise Unusual


def text(value: Any) -> str:
    """A text that can be written to a file."""
    if type(value) is not str:
        raise Unusual
    if not value.isascii():
        value.encode()
    return value


def date_in(value: Any) -> date:
    """A day."""
    if type(value) is str:
        return date.fromisoformat(value)
    if type(value) is date:
        return value
    raise Unusual


def instant_in(value: Any) -> datetime:
    """An instant without an offset."""
    found = datetime.fromisoformat(value) if type(value) is str else value
    if type(found) is not datetime or found.tzinfo is not None:
        raise Unusual
    return found


def month_in_text(value: Any) -> int:
    """A month as the number of months since year 0."""
    if type(value) is not str or len(value) != 7 or value[4] != "-":
        raise Unusual
    year, month = value[:4], value[5:]
    if not (year.isdecimal() and month.isdecimal() and 1 <= int(month) <= 12):
        raise Unusual
    return int(year) * 12 + int(month) - 1


def whole(value: Any) -> int:
    """A whole number."""
    if type(value) is int and -LIMIT_WHOLE < value < LIMIT_WHOLE:
        return value
    if type(value) is str and len(value) <= LIMIT_DIGITS and value.isdecimal():
        return int(value)
    raise Unusual


LIMIT_WHOLE = 10**LIMIT_DIGITS


def amount_2(value: Any) -> int:
    """An amount of money in fen."""
    if type(value) is Decimal:
        if value.same_quantum(_CENT) and value.adjusted() < LIMIT_DIGITS:
            fen = int(_WIDE.multiply(value, _HUNDRED))
            if fen >= 0:
                return fen
            raise Unusual
        return _unsigned(str(value), 2)
    if type(value) is str:
        before, _, after = value.partition(".")
        if len(after) == 2 and after.isdecimal() and before.isdecimal() and len(before) <= LIMIT_DIGITS:
            return int(before + after)
        return _unsigned(value, 2)
    if type(value) is int and 0 <= value < LIMIT_WHOLE:
        return value * 100
    raise Unusual


def number(value: Any, scale: int) -> int:
    """A number in units of 10 ** -scale."""
    if type(value) is int:
        if -LIMIT_WHOLE < value < LIMIT_WHOLE:
            return int(value * 10**scale)
        raise Unusual
    if type(value) is not str and type(value) is not Decimal:
        raise Unusual
    written = str(value)
    if written.startswith("-"):
        return -_unsigned(written[1:], scale)
    return _unsigned(written, scale)


def ratio(value: Any, scale: int) -> int:
    """A ratio, which may be written as a percentage."""
    if type(value) is str and value.endswith("%"):
        return number(value[:-1], scale - 2)
    return number(value, scale)


def _unsigned(written: str, scale: int) -> int:
    before, point, after = written.partition(".")
    if not before.isdecimal() or len(before) > LIMIT_DIGITS or (point and not after):
        raise Unusual
    return int(before + _places(after, scale))


def _places(after: str, scale: int) -> str:
    """The digits after the point, as many as the scale has."""
    if not after:
        return "0" * scale
    if not after.isdecimal() or len(after) > scale:
        raise Unusual
    return after + "0" * (scale - len(after))
