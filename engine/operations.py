"""What operators and built-in functions do to exact values.

Decimals are computed without rounding: a context that traps inexact results guards every step, and
division gives a fraction that only an explicit rounding turns back into a decimal.
"""

from __future__ import annotations

import decimal
from calendar import monthrange
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import MAXYEAR, MINYEAR, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from policy.calendars import WorkingCalendar
from policy.types import Type
from policy.values import Duration, Month

EXACT: Final = decimal.Context(prec=100, traps=[decimal.Inexact, decimal.InvalidOperation, decimal.DivisionByZero])
"""Every operation is exact in it or fails; a hundred digits are more than any amount needs."""

_ROUNDING = {"half_up": decimal.ROUND_HALF_UP, "down": decimal.ROUND_DOWN, "up": decimal.ROUND_UP}

HUNDRED = Decimal(100)
_HUNDREDTH = Decimal("0.01")


class EmptyValueError(Exception):
    """An operand is 空."""


class NoDayError(Exception):
    """A date outside the years a calendar can hold."""


Number = Decimal | Fraction | int
"""The integers of a rule, exact decimals, and quotients not rounded yet."""


def add(left: Number, right: Number) -> Number:
    """The exact sum."""
    return _apply(left, right, EXACT.add, Fraction.__add__)


def subtract(left: Number, right: Number) -> Number:
    """The exact difference."""
    return _apply(left, right, EXACT.subtract, Fraction.__sub__)


def multiply(left: Number, right: Number) -> Number:
    """The exact product."""
    return _apply(left, right, EXACT.multiply, Fraction.__mul__)


def divide(left: Number, right: Number) -> Fraction:
    """The exact quotient. Raises ZeroDivisionError."""
    return Fraction(left) / Fraction(right)


def _apply(
    left: Number, right: Number, exact: Callable[[Any, Any], Decimal], rational: Callable[[Any, Any], Fraction]
) -> Number:
    if isinstance(left, Fraction) or isinstance(right, Fraction):
        return rational(Fraction(left), Fraction(right))
    if isinstance(left, int) and isinstance(right, int):
        return int(exact(left, right))
    return exact(left, right)


def round_to(value: Number, mode: str, places: int) -> Decimal:
    """The value rounded to decimal places; half up and up go away from zero, down goes towards it."""
    step = Decimal(1).scaleb(-places)
    if isinstance(value, Fraction):
        value = _decimal_of(value, places, mode)
    context = decimal.Context(prec=100)
    return Decimal(value).quantize(step, rounding=_ROUNDING[mode], context=context)


def _decimal_of(value: Fraction, places: int, mode: str) -> Decimal:
    """The fraction rounded exactly, by integers."""
    scaled = abs(value) * 10**places
    whole, rest = divmod(scaled.numerator, scaled.denominator)
    if (mode == "half_up" and 2 * rest >= scaled.denominator) or (mode == "up" and rest):
        whole += 1
    return Decimal(whole if value >= 0 else -whole).scaleb(-places)


# ── arithmetic by type ──────────────────────────────────────────────────────────────────────────────


def arithmetic(operator: str, left: Any, right: Any, kinds: tuple[Type, Type], calendar: WorkingCalendar) -> Any:
    """left operator right, points counting as hundredths of a ratio."""
    first, second = kinds[0].kind, kinds[1].kind
    if second == "duration":
        return shifted(left, right, 1 if operator == "+" else -1, calendar)
    if operator == "/":
        return divide(left, right)
    if operator == "*":
        return multiply(left, right)
    combined = add if operator == "+" else subtract
    if first == "ratio" and second == "points":
        return combined(left, multiply(right, _HUNDREDTH))
    if first == second == "ratio" and operator == "-":
        return multiply(subtract(left, right), HUNDRED)
    return combined(left, right)


def shifted(start: Any, length: Duration, sign: int, calendar: WorkingCalendar) -> Any:
    """A date, instant, month or year moved by a duration."""
    count = sign * length.count
    if isinstance(start, Month):
        return start.plus(count * (12 if length.unit == "years" else 1))
    if isinstance(start, int):
        return start + count
    try:
        return _shifted_day(start, count, length, calendar)
    except (OverflowError, ValueError):
        raise NoDayError(str(start)) from None


def _shifted_day(start: date, count: int, length: Duration, calendar: WorkingCalendar) -> date:
    if length.unit == "days":
        return start + timedelta(days=count)
    if length.unit == "working_days":
        day = start.date() if isinstance(start, datetime) else start
        moved = calendar.shift(day, count)
        return datetime.combine(moved, start.time()) if isinstance(start, datetime) else moved
    months = Month(start.year, start.month).plus(count * (12 if length.unit == "years" else 1))
    last = monthrange(months.year, months.month)[1]
    if start.day <= last:
        return start.replace(year=months.year, month=months.month, day=start.day)
    clamped = start.replace(year=months.year, month=months.month, day=last)
    return clamped if length.month_end == "clamped" else clamped + timedelta(days=1)


# ── comparison ──────────────────────────────────────────────────────────────────────────────────────


def compare(operator: str, left: Any, right: Any) -> bool:
    """A comparison; only 为 and 不为 take 空."""
    left, right = comparable(left), comparable(right)
    if operator in ("is", "equals"):
        return bool(left == right)
    if operator in ("is_not", "differs"):
        return bool(left != right)
    if left is None or right is None:
        raise EmptyValueError
    match operator:
        case "at_most" | "not_after":
            return bool(left <= right)
        case "at_least" | "not_before":
            return bool(left >= right)
        case "above" | "after":
            return bool(left > right)
        case "below" | "before":
            return bool(left < right)
    raise AssertionError(operator)


def comparable(value: Any) -> Any:
    """The value in a form that compares with all of its kind: a quotient is no decimal, but both are fractions."""
    return Fraction(value) if isinstance(value, Decimal) else value


def contains(values: Iterable[Any], value: Any) -> bool:
    """Whether a value is among others."""
    return comparable(value) in map(comparable, values)


def in_interval(value: Any, low: Any, high: Any, detail: str) -> bool:
    """Whether a value lies from low (included) to high."""
    if value is None or low is None or high is None:
        raise EmptyValueError
    value, low, high = comparable(value), comparable(low), comparable(high)
    return bool(low <= value and (value <= high if detail == "closed" else value < high))


# ── functions ───────────────────────────────────────────────────────────────────────────────────────


def day_of(month: Month, day: int) -> date:
    """The n-th day of a month, its last day where the month is shorter. Raises NoDayError."""
    if day < 1 or not MINYEAR <= month.year <= MAXYEAR:
        raise NoDayError(f"{month} {day}")
    return date(month.year, month.month, min(day, monthrange(month.year, month.month)[1]))


def distinct(values: Iterable[Any]) -> tuple[Any, ...]:
    """Each value once, in the order of first appearance."""
    found: list[Any] = []
    for value in values:
        if not contains(found, value):
            found.append(value)
    return tuple(found)


def missing(items: Sequence[Sequence[str]], present: Iterable[str]) -> tuple[str, ...]:
    """The first alternative of every requirement that nothing present meets."""
    there = set(present)
    return tuple(alternatives[0] for alternatives in items if not there.intersection(alternatives))


def total(values: Sequence[Number | None], kind: Type) -> Number:
    """The exact sum of amounts of a type; of none, its zero. Raises EmptyValueError."""
    result: Number = 0 if kind.kind == "integer" else Decimal(0)
    for value in values:
        if value is None:
            raise EmptyValueError
        result = add(result, value)
    return result


def _truths(values: Sequence[bool | None]) -> Sequence[bool | None]:
    if None in values:
        raise EmptyValueError
    return values


def _extreme(choose: Callable[..., Any]) -> Callable[..., Any]:
    def pick(*arguments: Any) -> Any:
        values = arguments[0] if len(arguments) == 1 else arguments
        present = [value for value in values or () if value is not None]
        if not present:
            raise EmptyValueError
        return choose(present, key=comparable)

    return pick


def _first(values: Sequence[Any]) -> Any:
    return values[0] if values else None


def _last(values: Sequence[Any]) -> Any:
    return values[-1] if values else None


def _join(*lists: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(item for values in lists for item in values)


def _month_in(year: int, month: int) -> Month:
    if not 1 <= month <= 12:
        raise NoDayError(f"{year}-{month}")
    return Month(year, month)


def _date_of(moment: date) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


FUNCTIONS: Final[Mapping[str, Callable[..., Any]]] = {
    "count": len,
    "any": lambda values: any(_truths(values)),
    "all": lambda values: all(_truths(values)),
    "filter": tuple,
    "map": tuple,
    "distinct": distinct,
    "first": _first,
    "last": _last,
    "join": _join,
    "smaller": _extreme(min),
    "larger": _extreme(max),
    "earlier": _extreme(min),
    "later": _extreme(max),
    "absolute": lambda value: EXACT.abs(value) if isinstance(value, Decimal) else abs(value),
    "as_ratio": lambda points: multiply(points, _HUNDREDTH),
    "as_points": lambda ratio: multiply(ratio, HUNDRED),
    "date_of": _date_of,
    "month_of": lambda day: Month(day.year, day.month),
    "year_of": lambda day: day.year,
    "month_number": lambda month: month.month,
    "last_day_of": lambda month: day_of(month, 31),
    "month_in": _month_in,
    "start_of": lambda day: datetime(day.year, day.month, day.day),
    "days_between": lambda first, second: (second - first).days,
    "day_of": day_of,
    "text_length": len,
}
"""Functions of values alone; those that need a calendar are the evaluator's."""


def calendar_function(name: str, day: date, calendar: WorkingCalendar) -> Any:
    """The functions that read the working calendar."""
    match name:
        case "is_rest_day":
            return not calendar.is_working_day(day)
        case "is_holiday":
            return calendar.is_holiday(day)
        case "back_to_working_day":
            while not calendar.is_working_day(day):
                day -= timedelta(days=1)
            return day
    raise AssertionError(name)


CALENDAR_FUNCTIONS: Final = frozenset({"is_rest_day", "is_holiday", "back_to_working_day"})
