"""What an expression comes to when the facts are not known: a term, and when there is none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import attrs

from engine.proofs.logic import ABSENT, Absent, Truth, both, chosen, either, equal, every, name_of, no, same_truth


@attrs.frozen(eq=False)
class Value:
    """A term, whether it is unknown or 空 instead, and whether deciding it ends in an error.

    `silent` is the error that the law has no rule or figure on that day, which 已知 and 缺省 bear.
    """

    term: Any
    unknown: Truth = False
    null: Truth = False
    error: Truth = False
    silent: Truth = False

    @property
    def fails(self) -> Truth:
        """Whether deciding it ends in any error."""
        return either(self.error, self.silent)

    @property
    def is_there(self) -> Truth:
        """Whether there is a value, be it 空."""
        return every((no(self.unknown), no(self.error), no(self.silent)))

    @property
    def holds(self) -> Truth:
        """Whether it is there and true."""
        return self.term is not ABSENT and every((self.is_there, no(self.null), self.term))

    @property
    def is_false(self) -> Truth:
        """Whether it is there and false."""
        return self.term is not ABSENT and every((self.is_there, no(self.null), no(self.term)))


@attrs.frozen(eq=False)
class Length:
    """A duration: how many of which unit, and how a short month is taken."""

    count: Any
    unit: str
    month_end: str


@attrs.frozen(eq=False)
class Lengths:
    """One of several durations, each under its condition."""

    options: tuple[tuple[Truth, Length], ...]


@attrs.frozen(eq=False)
class Fields:
    """A record that was put together."""

    values: Mapping[str, Value]


@attrs.frozen(eq=False)
class Element:
    """A row of a list of the case; its fields are looked up by `path`."""

    path: str
    entity: str


@attrs.frozen(eq=False)
class Whole:
    """All the elements of a list that cannot be told one by one; `name` tells lists apart."""

    name: Any


@attrs.frozen(eq=False)
class Items:
    """A list: each element, or a part that stays whole, under the condition that it is there."""

    parts: tuple[tuple[Truth, Value | Whole], ...]


@attrs.frozen(eq=False)
class Checklist:
    """The requirements of a checklist, known by what declares it."""

    options: tuple[tuple[Truth, Any], ...]


NOTHING = Value(ABSENT, null=True)
UNKNOWN = Value(ABSENT, unknown=True)
FAILED = Value(ABSENT, error=True)
SILENT = Value(ABSENT, silent=True)


def choose(condition: Truth, one: Value, other: Value) -> Value:
    """One value where the condition holds, else the other."""
    if condition is True:
        return one
    if condition is False:
        return other
    return Value(
        term=_chosen_term(condition, one, other),
        unknown=chosen(condition, one.unknown, other.unknown),
        null=chosen(condition, one.null, other.null),
        error=chosen(condition, one.error, other.error),
        silent=chosen(condition, one.silent, other.silent),
    )


def is_nowhere(value: Value) -> bool:
    """Whether there is certainly no term."""
    return any(state is True for state in (value.unknown, value.null, value.error, value.silent))


def _chosen_term(condition: Truth, one: Value, other: Value) -> Any:
    if is_nowhere(other):
        return one.term
    if is_nowhere(one):
        return other.term
    left, right = one.term, other.term
    if left is right or right is ABSENT:
        return left
    if left is ABSENT:
        return right
    if isinstance(left, Items) and isinstance(right, Items):
        return Items((*under(condition, left.parts), *under(no(condition), right.parts)))
    if isinstance(left, Length | Lengths):
        return Lengths((*under(condition, lengths(left)), *under(no(condition), lengths(right))))
    if isinstance(left, Checklist):
        return Checklist((*under(condition, left.options), *under(no(condition), right.options)))
    if isinstance(left, Fields) and isinstance(right, Fields):
        names = dict.fromkeys((*left.values, *right.values))
        pairs = {name: (left.values.get(name, NOTHING), right.values.get(name, NOTHING)) for name in names}
        return Fields({name: choose(condition, *pair) for name, pair in pairs.items()})
    if isinstance(left, Element | Fields) or isinstance(right, Element | Fields):
        return OneOf(condition, left, right)
    return chosen(condition, left, right)


@attrs.frozen(eq=False)
class OneOf:
    """One of two records, at least one of them a row of the case."""

    condition: Truth
    one: Any
    other: Any


def under(condition: Truth, parts: Iterable[tuple[Truth, Any]]) -> list[tuple[Truth, Any]]:
    """The parts, each only where the condition holds too."""
    narrowed = ((both(condition, guard), part) for guard, part in parts)
    return [(guard, part) for guard, part in narrowed if guard is not False]


def lengths(term: Length | Lengths) -> Sequence[tuple[Truth, Length]]:
    """A duration's possible forms."""
    return term.options if isinstance(term, Lengths) else ((True, term),)


def name_of_term(term: Any) -> Any:
    """Something to tell terms by: equal terms of one name are the same."""
    match term:
        case Fields(values=values):
            return ("fields", tuple((name, name_of_value(value)) for name, value in values.items()))
        case Items(parts=parts):
            return ("items", tuple((name_of(guard), _name_of_part(part)) for guard, part in parts))
        case Length(count=count, unit=unit, month_end=month_end):
            return ("length", name_of(count), unit, month_end)
        case Lengths(options=options):
            return ("lengths", tuple((name_of(guard), name_of_term(item)) for guard, item in options))
        case Element(path=path):
            return ("element", path)
        case OneOf(condition=condition, one=one, other=other):
            return ("one", name_of(condition), name_of_term(one), name_of_term(other))
        case Checklist(options=options):
            return ("checklist", tuple((name_of(guard), item) for guard, item in options))
        case Absent():
            return ("absent",)
        case _:
            return name_of(term)


def _name_of_part(part: Value | Whole) -> Any:
    return ("whole", part.name) if isinstance(part, Whole) else name_of_value(part)


def name_of_value(value: Value) -> Any:
    """Something to tell values by."""
    states = tuple(name_of(state) for state in (value.unknown, value.null, value.error, value.silent))
    return (name_of_term(value.term), *states)


def same(one: Value, other: Value) -> Truth | None:
    """Whether two values that are there are the same, 空 included; None where that cannot be told."""
    terms = same_term(one.term, other.term)
    if terms is None:
        return None
    nulls = same_truth(one.null, other.null)
    return both(nulls, either(one.null, terms))


def same_term(left: Any, right: Any) -> Truth | None:
    """Whether two terms are the same; None where that cannot be told."""
    if left is ABSENT or right is ABSENT:
        return False
    if left is right or name_of_term(left) == name_of_term(right):
        return True
    if isinstance(left, Fields) and isinstance(right, Fields):
        return _all_same(same(left.values[n], right.values[n]) for n in left.values if n in right.values)
    if isinstance(left, Length | Lengths) and isinstance(right, Length | Lengths):
        return every(
            either(no(both(one, two)), _same_length(first, second))
            for one, first in lengths(left)
            for two, second in lengths(right)
        )
    if isinstance(left, Items) and isinstance(right, Items):
        return _same_items(left, right)
    if isinstance(left, Checklist) and isinstance(right, Checklist):
        return every(
            either(no(both(one, two)), first == second) for one, first in left.options for two, second in right.options
        )
    if isinstance(left, Element | OneOf | Fields | Items | Whole) or isinstance(right, Element | OneOf | Fields):
        return None
    return equal(left, right)


def _same_length(one: Length, other: Length) -> Truth:
    return (one.unit, one.month_end) == (other.unit, other.month_end) and equal(one.count, other.count)


def _same_items(left: Items, right: Items) -> Truth | None:
    """Lists whose elements are all there, or all there under one condition."""
    if any(isinstance(part, Whole) for _, part in (*left.parts, *right.parts)):
        return None
    if all(guard is True for guard, _ in (*left.parts, *right.parts)):
        if len(left.parts) != len(right.parts):
            return False
        pairs = zip(left.parts, right.parts, strict=True)
        return _all_same(same(one, other) for (_, one), (_, other) in pairs)  # type: ignore[arg-type]
    return None


def _all_same(found: Iterable[Truth | None]) -> Truth | None:
    parts = list(found)
    if any(part is False for part in parts):
        return False
    return None if any(part is None for part in parts) else every(parts)
