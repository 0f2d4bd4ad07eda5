"""Arithmetic on amounts that are open: what is exact, and what is certain where the solver cannot multiply."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

import z3

from engine.proofs.logic import exact_quotient, is_written, lifted


def real(value: Any) -> Any:
    """The number as one that may have a fraction."""
    if is_written(value):
        return Fraction(value)
    return z3.ToReal(value) if z3.is_int(value) else value


def added(left: Any, right: Any) -> Any:
    """The sum."""
    if is_written(left) and is_written(right):
        return left + right
    if is_written(left) and left == 0:
        return right
    if is_written(right) and right == 0:
        return left
    return lifted(left) + lifted(right)


def negated(value: Any) -> Any:
    """The number below zero."""
    return -value


def times(left: Any, right: Any) -> Any:
    """The product with a written number, or of any two."""
    if is_written(left) and is_written(right):
        return left * right
    if is_written(left):
        left, right = right, left
    if right == 1 and not z3.is_expr(right):
        return left
    if isinstance(right, Fraction):
        left = real(left)
    return left * lifted(right)


def leaves(term: Any, most: int) -> Iterable[Any]:
    """The written figures a term is one of; None among them where it is anything else."""
    todo, seen = [term], 0
    while todo:
        seen += 1
        part = todo.pop()
        if seen > most:
            yield None
            return
        if z3.is_app_of(part, z3.Z3_OP_ITE):
            todo += [part.arg(1), part.arg(2)]
        else:
            yield part if z3.is_rational_value(part) or z3.is_int_value(part) else None


def over_leaves(term: Any, other: Any) -> Any:
    """The product with each of the figures a term is one of."""
    if z3.is_app_of(term, z3.Z3_OP_ITE):
        return z3.If(term.arg(0), over_leaves(term.arg(1), other), over_leaves(term.arg(2), other))
    return term * lifted(other)


def about_product(left: Any, right: Any, result: Any) -> Iterable[Any]:
    """What is certain about a product of two open amounts."""
    left, right = lifted(left), lifted(right)
    yield z3.Implies(z3.Or(left == 0, right == 0), result == 0)
    yield z3.Implies(z3.And(left >= 0, right >= 0), result >= 0)
    for one, other in ((left, right), (right, left)):
        yield z3.Implies(z3.And(one >= 0, other >= 0, other <= 1), result <= one)
        yield z3.Implies(other == 1, result == one)
        yield z3.Implies(z3.And(one > 0, other > 0), result > 0)
        yield z3.Implies(z3.And(one >= 0, other >= 1), result >= one)


def about_quotient(left: Any, right: Any, result: Any) -> Iterable[Any]:
    """What is certain about a quotient of two open amounts."""
    left, right = lifted(left), lifted(right)
    yield z3.Implies(left == 0, result == 0)
    yield z3.Implies(z3.And(left > 0, right > 0), result > 0)
    yield z3.Implies(z3.And(left >= 0, right > 0, left <= right), result <= 1)
    yield z3.Implies(z3.And(left >= right, right > 0), result >= 1)
    yield z3.Implies(z3.And(left == right, right > 0), result == 1)
    yield z3.Implies(z3.And(left > right, right > 0), result > 1)
    yield z3.Implies(z3.And(left >= 0, left < right), result < 1)


def about_rounded(value: Any, mode: str, whole: Any) -> Iterable[Any]:
    """Which whole number a value is rounded to: half up and up go away from zero, down goes towards it."""
    nearest = z3.ToReal(whole)
    if mode == "up":
        yield z3.If(
            value >= 0,
            z3.And(nearest >= value, value > nearest - 1),
            z3.And(nearest <= value, value < nearest + 1),
        )
        return
    half = lifted(exact_quotient(1, 2) if mode == "half_up" else Fraction(0))
    yield z3.If(
        value >= 0,
        z3.And(nearest <= value + half, value + half < nearest + 1),
        z3.And(nearest >= value - half, value - half > nearest - 1),
    )


def round_written(value: Fraction, mode: str) -> int:
    """A written number rounded to a whole one; half up and up go away from zero."""
    whole, rest = divmod(abs(value.numerator), value.denominator)
    if (mode == "half_up" and 2 * rest >= value.denominator) or (mode == "up" and rest):
        whole += 1
    return whole if value >= 0 else -whole


def about_working_days(start: Any, count: Any, result: Any) -> Iterable[Any]:
    """What is certain about the day that is an open number of working days away."""
    start, count = lifted(start), lifted(count)
    yield z3.Implies(count == 0, result == start)
    yield z3.Implies(count > 0, result >= start + count)
    yield z3.Implies(count < 0, result <= start + count)


def divided(one: Any, two: Any) -> Any:
    """The exact quotient; of nothing there is none, which is told elsewhere."""
    return exact_quotient(one, two) if two else 0


def learn_product(left: Any, right: Any, result: Any, one: Any, two: Any) -> Iterable[Any]:
    """A product with a known amount is no product any more."""
    for operand, value, other in ((left, one, right), (right, two, left)):
        yield z3.Implies(lifted(operand) == lifted(value), result == times(real(other), Fraction(value)))


def learn_quotient(left: Any, right: Any, result: Any, one: Any, two: Any) -> Iterable[Any]:
    """A quotient by a known amount is no quotient any more."""
    if two != 0:
        yield z3.Implies(lifted(right) == lifted(two), result == times(real(left), exact_quotient(1, two)))
