"""Truths and numbers that are Python's own as long as they are known, and the solver's where they are not."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

import z3

Truth = Any
"""True, False, or a condition of the solver's."""

Number = Any
"""A whole number, a fraction, or a term of the solver's."""


class Absent:
    """No term: what is certainly unknown, 空 or in error."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT = Absent()


def both(*parts: Truth) -> Truth:
    """Whether all hold."""
    return every(parts)


def every(parts: Iterable[Truth]) -> Truth:
    """Whether all of them hold."""
    open_ones: list[Any] = []
    for part in parts:
        if part is False:
            return False
        if part is not True:
            open_ones.append(part)
    if not open_ones:
        return True
    return open_ones[0] if len(open_ones) == 1 else z3.And(open_ones)


def some(parts: Iterable[Truth]) -> Truth:
    """Whether one of them holds."""
    open_ones: list[Any] = []
    for part in parts:
        if part is True:
            return True
        if part is not False:
            open_ones.append(part)
    if not open_ones:
        return False
    return open_ones[0] if len(open_ones) == 1 else z3.Or(open_ones)


def either(*parts: Truth) -> Truth:
    """Whether one holds."""
    return some(parts)


def no(part: Truth) -> Truth:
    """The opposite."""
    return not part if isinstance(part, bool) else z3.Not(part)


def same_truth(one: Truth, other: Truth) -> Truth:
    """Whether both hold or neither does."""
    if isinstance(one, bool):
        return other if one else no(other)
    if isinstance(other, bool):
        return one if other else no(one)
    return True if one.eq(other) else one == other


def lifted(value: Any) -> Any:
    """The value as a term of the solver's."""
    if isinstance(value, bool):
        return z3.BoolVal(value)
    if isinstance(value, int):
        return z3.IntVal(value)
    if isinstance(value, Fraction):
        return z3.Q(value.numerator, value.denominator)
    return value


def is_written(value: Any) -> bool:
    """Whether the value is known without the solver."""
    return isinstance(value, bool | int | Fraction)


def equal(one: Any, other: Any) -> Truth:
    """Whether two terms of one sort are the same."""
    if is_written(one) and is_written(other):
        return bool(one == other)
    if one is ABSENT or other is ABSENT:
        return False
    if isinstance(one, bool) or isinstance(other, bool) or z3.is_bool(one) or z3.is_bool(other):
        return same_truth(one, other)
    left, right = lifted(one), lifted(other)
    return True if left.eq(right) else left == right


def less(one: Any, other: Any) -> Truth:
    """Whether one lies below the other."""
    if is_written(one) and is_written(other):
        return bool(one < other)
    if one is ABSENT or other is ABSENT:
        return False
    return lifted(one) < lifted(other)


def at_most(one: Any, other: Any) -> Truth:
    """Whether one does not lie above the other."""
    return no(less(other, one))


def chosen(condition: Truth, one: Any, other: Any) -> Any:
    """One term where the condition holds, else the other."""
    if condition is True or other is ABSENT:
        return one
    if condition is False or one is ABSENT:
        return other
    if is_written(one) and is_written(other) and type(one) is type(other) and one == other:
        return one
    left, right = lifted(one), lifted(other)
    if left.eq(right):
        return one
    if z3.is_bool(left):
        return _chosen_truth(condition, one, other)
    return z3.If(condition, left, right)


def _chosen_truth(condition: Truth, one: Truth, other: Truth) -> Truth:
    if isinstance(one, bool):
        return either(condition, other) if one else both(no(condition), other)
    if isinstance(other, bool):
        return either(no(condition), one) if other else both(condition, one)
    return z3.If(condition, one, other)


def exact_quotient(one: Any, other: Any) -> Fraction:
    """The exact quotient of two written numbers."""
    return Fraction(one) / Fraction(other)


def quotient(value: Any, divisor: int) -> Any:
    """The whole quotient of a whole number, rounded down."""
    return value // divisor if is_written(value) else lifted(value) / divisor


def remainder(value: Any, divisor: int) -> Any:
    """What is left of the whole quotient."""
    return value % divisor if is_written(value) else lifted(value) % divisor


def written(term: Any) -> Any:
    """What the solver says a closed term is: a truth, a whole number or a fraction."""
    if not isinstance(term, z3.ExprRef):
        return term
    if z3.is_true(term) or z3.is_false(term):
        return z3.is_true(term)
    if z3.is_int_value(term):
        return term.as_long()
    if z3.is_rational_value(term):
        return Fraction(term.numerator_as_long(), term.denominator_as_long())
    raise ValueError(term)


def name_of(value: Any) -> Any:
    """Something to tell terms by: equal terms have equal names."""
    return ("z3", value.get_id()) if isinstance(value, z3.ExprRef) else (type(value).__name__, value)
