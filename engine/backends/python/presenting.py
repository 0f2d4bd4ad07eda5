"""Values of compiled code → typed values, as the reference gives them; loaded only when they are looked at."""

from __future__ import annotations

from decimal import Context, Decimal, Inexact
from typing import Any

from engine.backends.python.runtime import MISSING
from engine.backends.python.shapes import Listing, Number, Plain, Recorded, Shape, ShapeError, scaled
from policy.values import Duration, Month

_EXACT = Context(prec=200, traps=[Inexact])


def typed(value: Any, shape: Shape) -> Any:
    """A value as the reference holds it."""
    if value is None or value is MISSING:
        return None
    match shape:
        case Number(scale=scale, is_whole=is_whole):
            return value if is_whole and not scale else _EXACT.scaleb(Decimal(value), -scale)
        case Plain(kind="month"):
            return Month(value // 12, value % 12 + 1)
        case Plain(kind="duration"):
            return Duration(*value)
        case Plain():
            return value
        case Listing(element=element):
            return tuple(typed(item, element) for item in value) if element else ()
        case Recorded(fields=fields, parts=parts):
            pairs = zip(fields, parts, value, strict=True)
            return {name: typed(item, part.shape) for name, part, item in pairs if part and item is not MISSING}


def held(value: Any, shape: Shape) -> Any:
    """A typed value as compiled code holds it. Raises ShapeError where it is finer than that."""
    if value is None:
        return None
    match shape:
        case Number(scale=scale):
            return scaled(value, scale)
        case Plain(kind="month"):
            return value.year * 12 + value.month - 1
        case Plain():
            return value
        case Listing(element=element):
            if element is None:
                raise ShapeError("list")
            return tuple(held(item, element) for item in value)
        case Recorded(fields=fields, parts=parts):
            pairs = zip(fields, parts, strict=True)
            return tuple(held(value[name], part.shape) if part and name in value else MISSING for name, part in pairs)
