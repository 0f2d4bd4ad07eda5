"""Operators on what is written as a figure: amounts, ratios, counts, dates, lengths of time, roundings."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal

from engine.mutation.sites import Change, Meanings, Site, altered
from policy.analysis.conditions import STEPS
from policy.dsl import tree as t
from policy.types import DAY_TYPES, DURATION, NUMERIC

FEN = Decimal("0.01")
PERCENT = Decimal("0.01")
ONE = Decimal(1)

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)

_LAST_DAY_OF_MONTH = 31
_LAST_MONTH = 12


def step_of(kind: str) -> Decimal:
    """The smallest step that means something for a type."""
    return Decimal(STEPS[kind]) if kind in NUMERIC else ONE


def amounts(site: Site) -> Iterator[Change]:
    """A written amount, ratio, number of points or count, one step up and one down."""
    node = site.node
    match node:
        case t.Quantity(operand=t.Number() as number, unit="yuan" | "points" as unit):
            for value in _beside(number.value, FEN if unit == "yuan" else ONE):
                yield Change(site, altered(node, operand=altered(number, value=value)))
        case t.Percent(value=value):
            for other in _beside(value, PERCENT):
                yield Change(site, altered(node, value=other))
        case t.Number(value=value) if not isinstance(site.parent, t.Quantity):
            for other in _beside(value, _step_of_number(site, value), _limits(site)):
                yield Change(site, altered(node, value=other))


def _step_of_number(site: Site, value: Decimal) -> Decimal:
    kind = site.type_of(site.node).kind
    exponent = value.as_tuple().exponent
    is_whole = not isinstance(exponent, int) or exponent >= 0
    return step_of(kind) if is_whole or kind in ("money", "ratio") else Decimal(1).scaleb(int(exponent))


def _beside(value: Decimal, step: Decimal, limits: tuple[int, int | None] = (0, None)) -> Iterator[Decimal]:
    low, high = limits
    yield from (other for other in (value + step, value - step) if other >= low and (high is None or other <= high))


def _limits(site: Site) -> tuple[int, int | None]:
    """What a count may be where it stands: a day of a month, a month of a year."""
    parent = site.parent
    if isinstance(parent, t.DayOf) and parent.day is site.node:
        return 1, _LAST_DAY_OF_MONTH
    if isinstance(parent, t.Call):
        target = site.target_of(parent.function)
        if target is not None and target.id == "month_in":
            return 1, _LAST_MONTH
    return 0, None


def dates(site: Site) -> Iterator[Change]:
    """A date a day earlier and later, an instant by a minute."""
    node = site.node
    if not isinstance(node, t.Moment):
        return
    for sign in (1, -1):
        if node.has_time:
            moved = datetime.fromisoformat(node.value) + sign * MINUTE
            yield Change(site, altered(node, value=moved.isoformat(timespec="seconds")))
        else:
            day = date.fromisoformat(node.value) + sign * DAY
            yield Change(site, altered(node, value=day.isoformat()))


def lengths(site: Site) -> Iterator[Change]:
    """A length of time one longer and one shorter."""
    node = site.node
    if isinstance(node, t.Quantity) and node.unit in _OTHER_UNIT and isinstance(node.operand, t.Number):
        for value in _beside(node.operand.value, ONE):
            yield Change(site, altered(node, operand=altered(node.operand, value=value)))


_OTHER_UNIT = {"working_days": "days", "days": "working_days", "months": "days", "years": "days"}
_DAYS_IN = {"months": 30, "years": 365}


def units(site: Site) -> Iterator[Change]:
    """Working days read as natural days and the other way round, a month as 30 days, a year as 365."""
    node = site.node
    if not isinstance(node, t.Quantity) or node.unit not in _OTHER_UNIT:
        return
    unit, times = _OTHER_UNIT[node.unit], _DAYS_IN.get(node.unit)
    if times is None:
        yield Change(site, altered(node, unit=unit))
    elif isinstance(node.operand, t.Number) and not _moves_a_month(site):
        number = altered(node.operand, value=node.operand.value * times)
        yield Change(site, altered(node, operand=number, unit=unit, month_end=""))
    if node.month_end:
        other = "rolled" if node.month_end == "clamped" else "clamped"
        yield Change(site, altered(node, month_end=other))


def _moves_a_month(site: Site) -> bool:
    """Whether the length is added to a month or a year, which have no days."""
    parent = site.parent
    return isinstance(parent, t.Binary) and site.type_of(parent.left).kind not in DAY_TYPES


_FIXED = (t.Quantity, t.DayOf, t.Moment)


def starts(site: Site) -> Iterator[Change]:
    """Where a time limit begins, or a window begins or ends, a day later."""
    node, parent = site.node, site.parent
    is_start = isinstance(parent, t.Deadline) and parent.start is node
    is_end = isinstance(parent, t.Field) and parent.name.text in ("since", "until")
    kind = site.type_of(node)
    if not (is_start or is_end) or kind.kind not in DAY_TYPES or any(isinstance(n, _FIXED) for n in t.walk(node)):
        return
    number = t.Number(span=node.span, value=ONE)
    day = t.Quantity(span=node.span, operand=number, unit="days")
    later = t.Binary(span=node.span, operator="+", left=node, right=day)  # type: ignore[arg-type]
    yield Change(site, later, Meanings({later: kind, day: DURATION}))


def roundings(site: Site) -> Iterator[Change]:
    """Another way of rounding, and one place less."""
    node = site.node
    if isinstance(node, t.Rounded):
        for mode in ("half_up", "down", "up"):
            if mode != node.mode:
                yield Change(site, altered(node, mode=mode))
        if node.places:
            yield Change(site, altered(node, places=node.places - 1, unit="places"))
