"""Known values as text of generated code, and values brought into another shape."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import attrs

from engine.backends.python.code import EMPTY, FALSE, TRUE, Code, Names
from engine.backends.python.numbers import to_scale
from engine.backends.python.shapes import (
    NULL,
    Listing,
    Number,
    Part,
    Plain,
    Recorded,
    Shape,
    ShapeError,
    common,
    places_of,
    scaled,
)
from policy.types import Type
from policy.values import Duration, Month
from policy.vocabulary import Vocabulary


class Literals:
    """Writes values that are known when compiling."""

    def __init__(self, names: Names, vocabulary: Vocabulary) -> None:
        self.names = names
        self.vocabulary = vocabulary

    def code(self, value: Any, kind: Type) -> Code:
        """A value of a type. Raises ShapeError where it has no shape."""
        if value is None:
            return EMPTY
        if isinstance(value, bool):
            return TRUE if value else FALSE
        if isinstance(value, int | Decimal):
            return _amount(value)
        shape = self.shape(value, kind)
        return Code(self.text(value, shape), shape)

    def shape(self, value: Any, kind: Type) -> Shape:
        """The shape of a value of a type, no finer than it needs."""
        if value is None:
            return NULL
        if isinstance(value, int | Decimal) and not isinstance(value, bool):
            return Number(places_of(value), isinstance(value, int))
        if isinstance(value, Duration):
            return Plain("duration")
        if isinstance(value, tuple):
            elements = [self.shape(item, kind.element or Type("unknown")) for item in value]
            return Listing(common(elements) if elements else None)
        if isinstance(value, dict):
            return self._record(value, kind)
        return Plain(kind.kind)

    def _record(self, value: dict[str, Any], kind: Type) -> Recorded:
        fields = self.vocabulary.entities[kind.name].fields
        parts = tuple(
            Part(self.shape(value[name], field.type), False, value[name] is None) if name in value else None
            for name, field in fields.items()
        )
        return Recorded(kind.name, tuple(fields), parts, is_given=True)

    def text(self, value: Any, shape: Shape) -> str:
        """A value in a shape. Raises ShapeError."""
        if value is None:
            return "None"
        match shape:
            case Number(scale=scale):
                return str(scaled(value, scale))
            case Listing(element=element):
                return _tuple(self.text(item, element or NULL) for item in value)
            case Recorded(fields=fields, parts=parts):
                pairs = zip(fields, parts, strict=True)
                return _tuple(
                    self.text(value[name], part.shape) if part and name in value else "MISSING" for name, part in pairs
                )
            case Plain():
                return self._plain(value)
        raise ShapeError(str(shape))

    def _plain(self, value: Any) -> str:
        if isinstance(value, bool):
            return str(value)
        if isinstance(value, str):
            return repr(str(value))
        if isinstance(value, Month):
            return str(value.year * 12 + value.month - 1)
        if isinstance(value, date):
            return self.names.moment(value)
        if isinstance(value, Duration):
            return repr((int(value.count), str(value.unit), str(value.month_end)))
        raise ShapeError(type(value).__name__)

    # ── into another shape ──────────────────────────────────────────────────────────────────────
    def converted(self, code: Code, shape: Shape) -> str:
        """The text that gives the same value in a shape that holds it."""
        if code.shape == shape or code.shape == NULL:
            return code.text
        if isinstance(shape, Number) and isinstance(code.shape, Number):
            if code.scale == shape.scale:
                return code.text
            if code.may_be_null or code.may_miss:
                return f"rescaled({code.text}, {10 ** (shape.scale - code.scale)})"
            return to_scale(code, shape.scale).text
        if _needs_nothing(code.shape, shape):
            return code.text
        return f"{self.names.constant(_converter(code.shape, shape))}({code.text})"


def _amount(value: int | Decimal) -> Code:
    places = places_of(value)
    number = scaled(value, places)
    shape = Number(places, isinstance(value, int))
    return Code(str(number), shape, is_natural=number >= 0, digits=len(str(abs(number))))


def _tuple(texts: Any) -> str:
    listed = list(texts)
    return f"({', '.join(listed)}{',' if len(listed) == 1 else ''})"


def _needs_nothing(one: Shape, other: Shape) -> bool:
    """Whether values of the one shape are values of the other as they are."""
    if one in (other, NULL):
        return True
    if isinstance(one, Number) and isinstance(other, Number):
        return one.scale == other.scale
    if isinstance(one, Listing) and isinstance(other, Listing):
        return one.element is None or (other.element is not None and _needs_nothing(one.element, other.element))
    if isinstance(one, Recorded) and isinstance(other, Recorded):
        pairs = zip(one.parts, other.parts, strict=True)
        return all(a is None or (b is not None and _needs_nothing(a.shape, b.shape)) for a, b in pairs)
    return False


def _converter(one: Shape, other: Shape) -> str:
    """The text of a function from values of the one shape to values of the other; empty and missing stay."""
    if _needs_nothing(one, other):
        return "same"
    if isinstance(one, Number) and isinstance(other, Number):
        return f"Rescaled({10 ** (other.scale - one.scale)})"
    if isinstance(one, Listing) and isinstance(other, Listing) and one.element and other.element:
        return f"EachOf({_converter(one.element, other.element)})"
    if isinstance(one, Recorded) and isinstance(other, Recorded):
        pairs = zip(one.parts, other.parts, strict=True)
        parts = [_converter(a.shape, b.shape) if a and b else "same" for a, b in pairs]
        return f"PartsOf({_tuple(parts)})"
    raise ShapeError(f"{one} / {other}")


Maker = Callable[[], Code]


def joined(codes: list[Code]) -> Code:
    """What is known of a value that is one of several; the text is still to be made. Raises ShapeError."""
    first = codes[0]
    return attrs.evolve(
        first,
        shape=common(code.shape for code in codes),
        may_miss=any(code.may_miss for code in codes),
        may_be_null=any(code.may_be_null for code in codes),
        is_natural=all(code.is_natural or code.shape == NULL for code in codes),
        digits=max(code.digits + _finer(code, codes) for code in codes),
    )


def _finer(code: Code, codes: list[Code]) -> int:
    """How many digits a value gains in the finest of the scales."""
    scales = [item.shape.scale for item in codes if isinstance(item.shape, Number)]
    return max(scales) - code.shape.scale if isinstance(code.shape, Number) else 0
