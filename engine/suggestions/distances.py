"""How far two values are apart, in the smallest steps of their type."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from policy.analysis.conditions import STEPS
from policy.types import Type
from policy.values import Month

SIDES = {-1: "below", 0: "at", 1: "above"}
"""Distance from a boundary → the side of it."""


def distance(left: Any, right: Any, kind: Type) -> int | None:
    """How many steps `left` is above `right`; None where they are no whole steps apart."""
    if left is None or right is None:
        return None
    if isinstance(left, Month) and isinstance(right, Month):
        return (left.year - right.year) * 12 + left.month - right.month
    if isinstance(left, datetime) != isinstance(right, datetime):
        left, right = _instant(left), _instant(right)
    if isinstance(left, date) and isinstance(right, date):
        apart = left - right
        step = STEPS["instant" if isinstance(left, datetime) and kind.kind == "instant" else "date"]
        return apart // step if apart % step == timedelta(0) else None
    if isinstance(left, Decimal | int) and isinstance(right, Decimal | int):
        steps, rest = divmod(Decimal(left) - Decimal(right), Decimal(STEPS.get(kind.kind, 1)))
        return None if rest else int(steps)
    return None


def moved(value: Any, steps: int, kind: Type) -> Any:
    """The value so many steps of a type further; None where there is no such value."""
    try:
        match value:
            case bool():
                return None
            case Month():
                return value.plus(steps)
            case date():
                days = kind.kind != "instant" or not isinstance(value, datetime)
                return value + (timedelta(days=steps) if days else timedelta(minutes=steps))
            case int():
                return value + steps
            case Decimal():
                found = value + Decimal(STEPS.get(kind.kind, 1)) * steps
                return found if found >= 0 else None
    except OverflowError:
        pass
    return None


def _instant(value: Any) -> Any:
    return (
        datetime(value.year, value.month, value.day)
        if isinstance(value, date) and not isinstance(value, datetime)
        else value
    )
