"""What generated code calls: little, and loaded without any other module of the engine."""

from __future__ import annotations

from datetime import date, datetime, timedelta  # noqa: F401 - generated code moves days by it

TYPE_CHECKING = False  # `typing` itself is not loaded for a decision from the cache
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any, NoReturn


class Unusual(Exception):  # noqa: N818 - no error: the reference evaluator decides such a case
    """The case leaves the straight way: a fact is missing, a value empty, a rule broken."""


def never(*_: object) -> NoReturn:
    """Where compiled code ends and the reference evaluator has to tell what is the matter."""
    raise Unusual


class _Missing:
    """A fact that is not given: it may be handed on, and stops whatever looks at it."""

    __slots__ = ()
    __eq__ = __ne__ = __bool__ = __hash__ = never

    def __repr__(self) -> str:
        return "MISSING"


MISSING = _Missing()

UNSET = object()
"""What a function that computes something once has not computed yet."""

STOPS = (Unusual, TypeError, ValueError, KeyError, IndexError, AttributeError, ArithmeticError)
"""What ends a compiled decision: arithmetic with what is missing or empty, a day out of range, a key without a row."""


# ── extremes pass over what is empty ────────────────────────────────────────────────────────────────


def smallest(*values: Any) -> Any:
    """The smallest of the values that are there."""
    return min(_present(values))


def largest(*values: Any) -> Any:
    """The largest of the values that are there."""
    return max(_present(values))


def _present(values: Iterable[Any]) -> list[Any]:
    found = [value for value in values if value is not None]
    if not found or any(value is MISSING for value in found):
        raise Unusual
    return found


# ── rounding of whole numbers ───────────────────────────────────────────────────────────────────────


def half_up(value: int, unit: int) -> int:
    """The quotient rounded, halves away from zero."""
    return (2 * value + unit) // (2 * unit) if value >= 0 else -((unit - 2 * value) // (2 * unit))


def down(value: int, unit: int) -> int:
    """The quotient without its rest."""
    return value // unit if value >= 0 else -(-value // unit)


def up(value: int, unit: int) -> int:
    """The quotient, any rest counting as one more away from zero."""
    return -(-value // unit) if value >= 0 else value // unit


# ── lists ───────────────────────────────────────────────────────────────────────────────────────────


def distinct(values: Iterable[Any]) -> tuple[Any, ...]:
    """Each value once, in the order of first appearance."""
    found: list[Any] = []
    for value in values:
        if value not in found:
            found.append(value)
    return tuple(found)


def any_of(values: Iterable[Any]) -> bool:
    """Whether one is true; all must be truths."""
    return True in [value if value is True or value is False else never() for value in values]


def all_of(values: Iterable[Any]) -> bool:
    """Whether all are true; all must be truths."""
    return False not in [value if value is True or value is False else never() for value in values]


def lacking(checklist: tuple[Any, bool], present: Iterable[Any]) -> tuple[Any, ...]:
    """The first alternative of every requirement that nothing present meets."""
    there = set(present)
    return tuple(alternatives[0] for alternatives in checklist[0] if not there.intersection(alternatives))


# ── days ────────────────────────────────────────────────────────────────────────────────────────────


def day_of(month: int, day: int) -> date:
    """The n-th day of a month, its last day where the month is shorter."""
    if day < 1:
        raise Unusual
    year, index = divmod(month, 12)
    return date(year, index + 1, day if day <= 28 else min(day, _length(year, index + 1)))


def _length(year: int, month: int) -> int:
    if month == 12:
        return 31
    return (date(year, month + 1, 1) - date(year, month, 1)).days


def month_in(year: int, month: int) -> int:
    """A month of a year."""
    if not 1 <= month <= 12:
        raise Unusual
    return year * 12 + month - 1


def month_of(day: date) -> int:
    """The month a day lies in."""
    return day.year * 12 + day.month - 1


def start_of(day: date) -> datetime:
    """The first instant of a day."""
    return datetime(day.year, day.month, day.day)


def instant_of(value: Any) -> datetime:
    """A governing value as an instant."""
    return value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)


def month_start(value: int) -> datetime:
    """The first instant of a month."""
    return datetime(value // 12, value % 12 + 1, 1)


def shifted(start: Any, length: tuple[int, str, str], sign: int, calendar: Any) -> Any:
    """A date or an instant moved by a length of time, as the reference moves it."""
    from engine.operations import shifted as shift
    from policy.values import Duration

    if not isinstance(start, date):
        raise Unusual
    try:
        found = shift(start, Duration(*length), sign, calendar)
        if length[1] == "working_days":
            for year in range(min(start.year, found.year), max(start.year, found.year) + 1):
                calendar.year(year)  # every year that days were counted in is published
    except Exception:
        raise Unusual from None
    return found


def is_rest_day(day: date, calendar: Any) -> bool:
    """Whether a day is not worked."""
    return not _read(calendar.is_working_day, day)


def is_holiday(day: date, calendar: Any) -> bool:
    """Whether a day is in a published holiday."""
    return bool(_read(calendar.is_holiday, day))


def back_to_working_day(day: date, calendar: Any) -> date:
    """The day, or the last worked day before it."""
    from engine.operations import calendar_function

    found = _read(lambda given: calendar_function("back_to_working_day", given, calendar), day)
    assert isinstance(found, date)
    return found


def is_due_on_rest_day(day: date | None, calendar: Any) -> bool | None:
    """Whether a due day is a rest day; None where its year has no calendar."""
    if day is None:
        return False
    return None if day.year not in calendar.years else not calendar.is_working_day(day)


def _read(look: Callable[[date], Any], day: date) -> Any:
    """What a calendar says of a day; it raises its own error where a year is not published."""
    if not isinstance(day, date):
        raise Unusual
    try:
        return look(day)
    except Exception:
        raise Unusual from None


# ── values in another shape ─────────────────────────────────────────────────────────────────────────


def same(value: Any) -> Any:
    """The value as it is."""
    return value


def rescaled(value: Any, factor: int) -> Any:
    """An amount in finer units; empty and missing stay what they are."""
    return value if value is None or value is MISSING else value * factor


class Rescaled:
    """Brings amounts into finer units."""

    def __init__(self, factor: int) -> None:
        self.factor = factor

    def __call__(self, value: Any) -> Any:
        return rescaled(value, self.factor)


class EachOf:
    """Changes every element of a list."""

    def __init__(self, change: Callable[[Any], Any]) -> None:
        self.change = change

    def __call__(self, values: Any) -> Any:
        return values if values is None or values is MISSING else tuple(map(self.change, values))


class PartsOf:
    """Changes the parts of a record, each in its way."""

    def __init__(self, changes: tuple[Callable[[Any], Any], ...]) -> None:
        self.changes = changes

    def __call__(self, record: Any) -> Any:
        if record is None or record is MISSING:
            return record
        return tuple(change(part) for change, part in zip(self.changes, record, strict=True))


def months_moved(month: int, length: tuple[int, str, str], sign: int) -> int:
    """A month moved by months or years."""
    count, unit, _ = length
    return month + sign * count * (12 if unit == "years" else 1)


def follow_each_other(bands: tuple[Any, ...], low: int, high: int, factors: tuple[int, int]) -> None:
    """Bands begin at 0 and follow each other without gap or overlap; only the last may be without an end."""
    reached: int | None = 0
    for band in bands:
        bottom, top = band[low], band[high]
        if reached is None or bottom is None or bottom * factors[0] != reached:
            raise Unusual
        if top is not None:
            top = top * factors[1]
            if top <= reached:
                raise Unusual
        reached = top
    if not bands:
        raise Unusual
