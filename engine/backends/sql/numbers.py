"""Exact arithmetic in DECIMAL: the width of every result is known, and 18 digits are kept where they suffice."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import attrs
from sqlglot import exp

from engine.backends.refusals import CompileRefusal
from engine.backends.sql import builders as b
from engine.backends.sql.dialects import Dialect
from engine.backends.sql.terms import NOTHING, Number, Term
from policy.diagnostics import Text
from policy.types import Type

WORD = 18
"""The digits that a 64-bit integer holds."""

WIDEST = 38


def literal(value: Any) -> tuple[exp.Expression, Number]:
    """A constant in its exact width; a whole number as an integer."""
    if isinstance(value, int):
        return b.number(value), Number(0, 0, Decimal(abs(value)))
    exponent = value.as_tuple().exponent
    scale = max(-int(exponent), 0)
    number = Number(scale, 0, abs(value))
    width = max(number.digits, 1)
    return decimal_literal(value, width, scale), attrs.evolve(number, width=width)


def decimal_literal(value: Decimal, width: int, scale: int) -> exp.Expression:
    """A constant as DECIMAL(width, scale)."""
    return b.cast(b.text(f"{value:.{scale}f}"), f"DECIMAL({width},{scale})")


def as_decimal(term: Term, width: int = 0, scale: int | None = None) -> Term:
    """The term as a DECIMAL, of that width and scale if they are given."""
    number = _number(term)
    scale = number.scale if scale is None else scale
    needed = max(width, number.digits - number.scale + scale, 1)
    if number.width == needed and number.scale == scale:
        return term
    if number.width and not width and number.scale == scale:
        return term
    if term.is_constant and term.constant is not None:
        return with_sql(
            term, decimal_literal(Decimal(term.constant), needed, scale), Number(scale, needed, number.bound)
        )
    return with_sql(term, b.cast(term.sql, f"DECIMAL({needed},{scale})"), Number(scale, needed, number.bound))


def with_sql(term: Term, sql: exp.Expression, number: Number | None) -> Term:
    """The same value written otherwise."""
    return attrs.evolve(term, sql=sql, number=number)


def _number(term: Term) -> Number:
    assert term.number is not None, term.type
    return term.number


def fitted(width: int, digits: int, name: str) -> int:
    """A width that holds the digits; more than any DECIMAL has is refused."""
    if digits > WIDEST:
        raise CompileRefusal(
            name,
            Text(f"中间结果要 {digits} 位，超过 {WIDEST} 位", f"a result takes {digits} digits, more than {WIDEST}"),
        )
    return min(max(width, digits), WIDEST)


def added(kind: type[exp.Binary], left: Term, right: Term, name: str) -> tuple[exp.Expression, Number]:
    """left ± right. The engine widens a sum by a digit: where that would leave 64 bits without need, operands are narrowed first."""
    one, two = _number(left), _number(right)
    bound = one.bound + two.bound
    if not one.width and not two.width:
        _whole(bound, name)
        return b.binary(kind, left.sql, right.sql), Number(0, 0, bound)
    left, right = as_decimal(left), as_decimal(right)
    one, two = _number(left), _number(right)
    scale = max(one.scale, two.scale)
    result = Number(scale, 0, bound)
    fitted(0, result.digits, name)
    width = max(one.width - one.scale, two.width - two.scale) + scale + 1
    if width > WORD >= result.digits + 1:
        left, right = _narrow(left, scale), _narrow(right, scale)
        one, two = _number(left), _number(right)
        width = max(one.width - one.scale, two.width - two.scale) + scale + 1
    return b.binary(kind, left.sql, right.sql), Number(scale, min(width, WIDEST), bound)


def _narrow(term: Term, scale: int) -> Term:
    number = _number(term)
    if number.width > number.digits:
        return with_sql(
            term,
            b.cast(term.sql, f"DECIMAL({number.digits},{number.scale})"),
            attrs.evolve(number, width=number.digits),
        )
    return term


def _whole(bound: Decimal, name: str) -> None:
    if bound >= Decimal(10) ** WORD:
        raise CompileRefusal(name, Text("整数超过 18 位", "a whole number of more than 18 digits"))


def multiplied(left: Term, right: Term, name: str) -> tuple[exp.Expression, Number]:
    """left × right, wide enough for every digit."""
    one, two = _number(left), _number(right)
    bound = one.bound * two.bound
    if not one.width and not two.width:
        _whole(bound, name)
        return b.binary(exp.Mul, left.sql, right.sql), Number(0, 0, bound)
    left, right = as_decimal(left), as_decimal(right)
    one, two = _number(left), _number(right)
    scale = one.scale + two.scale
    result = Number(scale, 0, bound)
    if one.width + two.width > WORD >= one.digits + two.digits:
        left, right = _narrow(left, scale), _narrow(right, scale)
        one, two = _number(left), _number(right)
    width = fitted(one.width + two.width, result.digits, name)
    if one.width + two.width > WORD:
        left = as_decimal(left, fitted(0, max(one.digits, WORD + 1), name), one.scale)
    return b.binary(exp.Mul, left.sql, right.sql), Number(scale, width, bound)


def rounded(term: Term, mode: str, places: int, name: str, dialect: Dialect) -> tuple[exp.Expression, Number]:
    """The term at so many decimal places; half up and up go away from zero."""
    if term.divisor is not None:
        return _rounded_quotient(term, term.divisor, mode, places, name, dialect)
    number = _number(term)
    if number.scale <= places:
        return term.sql, number
    step = Decimal(1).scaleb(-places)
    bound = number.bound + step
    width = fitted(0, number.width, name)
    if mode == "half_up":
        return b.function("ROUND", term.sql, b.number(places)), Number(places, width, bound)
    digits = Number(places, 0, bound).digits
    kept = f"DECIMAL({digits},{places})"
    remainder = exp.Mod(this=b.wrapped(term.sql), expression=decimal_literal(step, places + 1, places))
    down = b.cast(b.binary(exp.Sub, term.sql, remainder), kept)
    if mode == "down":
        return down, Number(places, digits, bound)
    one = decimal_literal(step, digits, places)
    zero = decimal_literal(Decimal(0), 1, 0)
    up = b.case(
        [
            (exp.GT(this=remainder, expression=zero), b.cast(b.binary(exp.Add, down, one), kept)),
            (exp.LT(this=remainder, expression=zero), b.cast(b.binary(exp.Sub, down, one), kept)),
        ],
        down,
    )
    return b.case([(b.is_null(term.sql), b.NULL)], up), Number(places, digits, bound)


def whole(term: Term, power: int) -> exp.Expression:
    """The term times a power of ten, as an integer of 38 digits."""
    number = _number(term)
    wide = as_decimal(term, WIDEST, number.scale)
    ten = decimal_literal(Decimal(10) ** (power + number.scale), WIDEST - number.scale, 0)
    product = b.binary(exp.Mul, wide.sql, ten)
    return b.cast(product, f"DECIMAL({WIDEST},0)") if number.scale else product


def _rounded_quotient(
    top: Term, bottom: Term, mode: str, places: int, name: str, dialect: Dialect
) -> tuple[exp.Expression, Number]:
    """The quotient by whole numbers: twice the rest against the divisor tells which way a half goes."""
    one, two = _number(top), _number(bottom)
    scale = max(one.scale, two.scale)
    power = scale - one.scale + places
    reach = Number(0, 0, one.bound * Decimal(10) ** (scale + places)).digits
    below = Number(0, 0, two.bound * Decimal(10) ** scale).digits
    fitted(0, max(reach + 1, below + 1, reach + below + WIDEST - dialect.division_digits), name)
    n = _integer(top, one.scale + power)
    d = _integer(bottom, scale)
    size, over = exp.Abs(this=n), exp.Abs(this=d)
    quotient = dialect.quotient(size, over, reach, below)
    rest = exp.Mod(this=exp.Paren(this=size), expression=exp.Paren(this=over))
    away: exp.Expression = b.FALSE
    if mode == "half_up":
        away = exp.GTE(this=b.binary(exp.Mul, rest, b.number(2)), expression=over)
    elif mode == "up":
        away = exp.GT(this=b.wrapped(rest), expression=b.number(0))
    one_more = b.case([(away, b.number(1))], b.number(0))
    magnitude = quotient if b.is_false(away) else b.binary(exp.Add, quotient, one_more)
    is_negative = b.binary(exp.NEQ, exp.LT(this=n, expression=b.number(0)), exp.LT(this=d, expression=b.number(0)))
    signed = b.binary(exp.Mul, magnitude, b.case([(is_negative, b.number(-1))], b.number(1)))
    width = WIDEST - 1 - places
    scaled = b.cast(signed, f"DECIMAL({width},0)")
    if places:
        scaled = b.binary(exp.Mul, scaled, decimal_literal(Decimal(1).scaleb(-places), places + 1, places))
    bound = (
        (one.bound * Decimal(10) ** two.scale) + 1
        if not bottom.is_constant
        else one.bound // abs(Decimal(bottom.constant)) + 1
    )
    digits = min(Number(places, 0, bound).digits, WIDEST - 1)
    zero = exp.EQ(this=b.wrapped(bottom.sql), expression=b.number(0))
    value = b.case([(zero, b.NULL)], b.cast(scaled, f"DECIMAL({digits},{places})"))
    return value, Number(places, digits, bound)


def _integer(term: Term, power: int) -> exp.Expression:
    """The term times ten to the power, whole."""
    number = _number(term)
    ten = Decimal(10) ** (power - number.scale)
    scaled = b.cast(as_decimal(term, WIDEST, number.scale).sql, f"DECIMAL({WIDEST},{number.scale})")
    if number.scale:
        scaled = b.cast(b.binary(exp.Mul, scaled, b.number(10**number.scale)), "HUGEINT")
    else:
        scaled = b.cast(scaled, "HUGEINT")
    return b.binary(exp.Mul, scaled, b.number(int(ten))) if ten != 1 else scaled


def unified(terms: list[Term]) -> tuple[list[Term], Number | None]:
    """Branches of one value in one width and scale."""
    numbers = [term.number for term in terms if term.number is not None]
    if not numbers:
        return terms, None
    bound = max(number.bound for number in numbers)
    if not any(number.width for number in numbers):
        return terms, Number(0, 0, bound)
    scale = max(number.scale for number in numbers)
    width = max((n.width or n.digits) - n.scale for n in numbers) + scale
    width = min(max(width, Number(scale, 0, bound).digits), WIDEST)
    if width > WORD >= Number(scale, 0, bound).digits:
        width = Number(scale, 0, bound).digits
    return [term if term.number is None else as_decimal(term, width, scale) for term in terms], Number(
        scale, width, bound
    )


def quotient(left: Term, right: Term, kind: Type) -> Term:
    """left ÷ right, not computed before it is rounded."""
    return Term(sql=left.sql, type=kind, number=left.number, divisor=right)


def without_divisors(left: Term, right: Term) -> tuple[Term, Term]:
    """Two sides of a comparison, each times the square of every divisor, which is never negative; null where one is zero."""
    for divisor in (left.divisor, right.divisor):
        if divisor is not None:
            square = _times(divisor, divisor)
            left, right = _freed(left, divisor, square), _freed(right, divisor, square)
    return left, right


def _freed(term: Term, divisor: Term, square: Term) -> Term:
    if term.divisor is not divisor:
        return attrs.evolve(_times(attrs.evolve(term, divisor=None), square), divisor=term.divisor)
    freed = _times(attrs.evolve(term, divisor=None), divisor)
    nothing = b.binary(exp.EQ, divisor.sql, b.number(0))
    return freed if divisor.is_constant else attrs.evolve(freed, sql=b.case([(nothing, b.NULL)], freed.sql))


def _times(term: Term, other: Term) -> Term:
    sql, number = multiplied(term, other, "")
    return attrs.evolve(term, sql=sql, number=number, constant=NOTHING)
