"""How values lie in compiled code: amounts as scaled whole numbers, everything else as it is.

A month is the number of months since year 0, a record a tuple in the order of its entity's fields,
a duration a tuple. A shape is known when compiling; at run time there is only the value.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

import attrs

from policy.types import Type
from policy.vocabulary import Vocabulary


@attrs.frozen
class Number:
    """A whole number of 10 ** -scale. `is_whole` where the reference holds an integer, None where it may be either."""

    scale: int
    is_whole: bool | None = False


@attrs.frozen
class Plain:
    """A value that is held as it is; `kind` is that of its type, `null` where it is always empty."""

    kind: str


@attrs.frozen
class Listing:
    """A list; no element where it has none ever. `has_empty` where one may be empty."""

    element: Shape | None
    has_empty: bool = False


@attrs.frozen
class Part:
    """A field of a record: its shape, and whether it may be missing or empty."""

    shape: Shape
    may_miss: bool
    may_be_null: bool


@attrs.frozen
class Recorded:
    """A record: a part for every field of the entity, None where nothing is ever there."""

    entity: str
    fields: tuple[str, ...]
    parts: tuple[Part | None, ...]
    is_given: bool = False

    def index(self, field: str) -> int:
        """Where a field stands."""
        return self.fields.index(field)

    def part(self, field: str) -> Part | None:
        """What a field holds."""
        return self.parts[self.index(field)]


Shape = Number | Plain | Listing | Recorded

NULL = Plain("null")

LIMIT_SCALES = {"money": 2, "ratio": 6, "points": 4, "number": 6}
"""Decimal places of facts in compiled code; a finer fact is left to the reference evaluator."""

_WHOLE = ("integer", "year")
_HELD = ("boolean", "text", "enum", "date", "instant", "month")


class ShapeError(Exception):
    """Values that have no common shape, or a type that has none."""


def shape_of(kind: Type, vocabulary: Vocabulary) -> Shape:
    """The shape of a fact of a type. Raises ShapeError."""
    if kind.kind in LIMIT_SCALES:
        return Number(LIMIT_SCALES[kind.kind])
    if kind.kind in _WHOLE:
        return Number(0, is_whole=True)
    if kind.kind in _HELD:
        return Plain(kind.kind)
    if kind.kind == "list" and kind.element is not None:
        return Listing(shape_of(kind.element, vocabulary))
    if kind.kind == "record":
        fields = vocabulary.entities[kind.name].fields
        parts = tuple(Part(shape_of(field.type, vocabulary), True, True) for field in fields.values())
        return Recorded(kind.name, tuple(fields), parts, is_given=True)
    raise ShapeError(kind.kind)


def common(shapes: Iterable[Shape]) -> Shape:
    """The shape that values of all the shapes can take. Raises ShapeError."""
    first, *others = shapes
    for other in others:
        first = _both(first, other)
    return first


def _both(one: Shape, other: Shape) -> Shape:
    if one == other or other == NULL:
        return one
    if one == NULL:
        return other
    if isinstance(one, Number) and isinstance(other, Number):
        return Number(max(one.scale, other.scale), one.is_whole if one.is_whole == other.is_whole else None)
    if isinstance(one, Listing) and isinstance(other, Listing):
        if one.element is None or other.element is None:
            return other if one.element is None else one
        return Listing(_both(one.element, other.element), one.has_empty or other.has_empty)
    if isinstance(one, Recorded) and isinstance(other, Recorded) and one.entity == other.entity:
        parts = tuple(_part(*pair) for pair in zip(one.parts, other.parts, strict=True))
        return attrs.evolve(one, parts=parts, is_given=one.is_given or other.is_given)
    raise ShapeError(f"{one} / {other}")


def _part(one: Part | None, other: Part | None) -> Part | None:
    found = one or other
    if one is None or other is None:
        return attrs.evolve(found, may_miss=True) if found else None
    return Part(_both(one.shape, other.shape), one.may_miss or other.may_miss, one.may_be_null or other.may_be_null)


def places_of(value: Decimal | int) -> int:
    """How many decimal places an exact number needs."""
    _, denominator = value.as_integer_ratio()
    places = 0
    while 10**places % denominator:
        places += 1
    return places


def scaled(value: Decimal | int, scale: int) -> int:
    """An exact number as a whole number of 10 ** -scale. Raises ShapeError where it is finer."""
    numerator, denominator = value.as_integer_ratio()
    whole, rest = divmod(numerator * 10**scale, denominator)
    if rest:
        raise ShapeError(str(value))
    return int(whole)
