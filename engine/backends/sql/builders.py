"""SQL expressions, made by the builder only: no name and no text of a rule file is ever spliced into SQL."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlglot import exp

TRUE = exp.true()
FALSE = exp.false()
NULL = exp.null()


def column(name: str, table: str = "") -> exp.Column:
    """A quoted column."""
    owner = exp.to_identifier(table, quoted=True) if table else None
    return exp.Column(this=exp.to_identifier(name, quoted=True), table=owner)


def text(value: str) -> exp.Expression:
    """Text, quoted by the dialect."""
    return exp.Literal.string(value)


def number(value: int) -> exp.Expression:
    """A whole number."""
    return exp.Neg(this=exp.Literal.number(-value)) if value < 0 else exp.Literal.number(value)


def cast(value: exp.Expression, kind: str) -> exp.Expression:
    """A cast to a type in DuckDB's words; the dialect spells it."""
    return exp.Cast(this=value, to=_type(kind).copy())


@cache
def _type(kind: str) -> exp.DataType:
    """A type as it is written, read once."""
    return exp.DataType.build(kind, dialect="duckdb")


def day(value: date) -> exp.Expression:
    """A day."""
    return cast(text(value.isoformat()), "DATE")


def instant(value: datetime) -> exp.Expression:
    """An instant."""
    return cast(text(value.isoformat(sep=" ")), "TIMESTAMP")


def is_true(expression: exp.Expression) -> bool:
    """Whether it is the constant true."""
    return isinstance(expression, exp.Boolean) and bool(expression.this)


def is_false(expression: exp.Expression) -> bool:
    """Whether it is the constant false."""
    return isinstance(expression, exp.Boolean) and not expression.this


def is_null(expression: exp.Expression) -> exp.Expression:
    """Whether a value is not there."""
    if isinstance(expression, exp.Null):
        return TRUE
    if isinstance(expression, exp.Literal | exp.Boolean):
        return FALSE
    return exp.Is(this=wrapped(expression), expression=NULL)


def is_known(expression: exp.Expression) -> exp.Expression:
    """Whether a value is there."""
    return negation(is_null(expression))


def negation(expression: exp.Expression) -> exp.Expression:
    """The opposite of a condition."""
    if isinstance(expression, exp.Boolean):
        return FALSE if expression.this else TRUE
    if isinstance(expression, exp.Not):
        return unwrapped(expression.this)
    return exp.Not(this=wrapped(expression))


def unwrapped(expression: exp.Expression) -> exp.Expression:
    """The expression without brackets around it."""
    return unwrapped(expression.this) if isinstance(expression, exp.Paren) else expression


def wrapped(expression: exp.Expression) -> exp.Expression:
    """The expression in brackets where an operator beside it could tear it apart."""
    if isinstance(expression, exp.Binary | exp.Connector | exp.Not | exp.Unary | exp.Between | exp.In | exp.Case):
        return expression if isinstance(expression, exp.Paren) else exp.Paren(this=expression)
    return expression


def both(parts: Iterable[exp.Expression]) -> exp.Expression:
    """All of the parts hold."""
    return _joined(parts, exp.And, neutral=True)


def either(parts: Iterable[exp.Expression]) -> exp.Expression:
    """One of the parts holds."""
    return _joined(parts, exp.Or, neutral=False)


def _expression(value: Any) -> exp.Expression:
    assert isinstance(value, exp.Expression)
    return value


def _joined(parts: Iterable[exp.Expression], connector: type[exp.Connector], neutral: bool) -> exp.Expression:
    """The parts, each once, under a connector; `neutral` is the truth that changes nothing."""
    kept: dict[exp.Expression, None] = {}
    for part in parts:
        if not isinstance(part, exp.Boolean):
            kept[part] = None
        elif bool(part.this) != neutral:
            return part
    if not kept:
        return TRUE if neutral else FALSE
    result: Any
    result, *others = kept
    for part in others:
        left = result if isinstance(result, connector) else wrapped(result)
        result = connector(this=left, expression=wrapped(part))
    return _expression(result)


def binary(kind: type[exp.Binary], left: exp.Expression, right: exp.Expression) -> exp.Expression:
    """An operator over two operands."""
    result: Any = kind(this=wrapped(left), expression=wrapped(right))
    return _expression(result)


def case(branches: Sequence[tuple[exp.Expression, exp.Expression]], otherwise: exp.Expression = NULL) -> exp.Expression:
    """The value of the first branch that holds; branches that cannot hold are left out."""
    kept: list[exp.If] = []
    for condition, value in branches:
        if is_false(condition) or isinstance(condition, exp.Null):
            continue
        if is_true(condition):
            otherwise = value
            break
        kept.append(exp.If(this=condition, true=value))
    while kept and kept[-1].args["true"] == otherwise:
        kept.pop()
    if not kept:
        return otherwise
    default = None if isinstance(otherwise, exp.Null) else otherwise
    return exp.Case(ifs=kept, default=default)


def function(name: str, *arguments: exp.Expression) -> exp.Expression:
    """A function by its name."""
    result: Any = exp.func(name, *arguments)
    return _expression(result)


def greatest(parts: Sequence[exp.Expression]) -> exp.Expression:
    """The greatest of those that are there; null where none is."""
    kept = list(dict.fromkeys(part for part in parts if not isinstance(part, exp.Null)))
    if not kept:
        return NULL
    return kept[0] if len(kept) == 1 else exp.Greatest(this=kept[0], expressions=kept[1:], ignore_nulls=True)


def coalesce(parts: Sequence[exp.Expression]) -> exp.Expression:
    """The first of those that are there; null where none is."""
    kept: dict[exp.Expression, None] = {}
    for part in parts:
        if not isinstance(part, exp.Null):
            kept[part] = None
        if isinstance(part, exp.Literal | exp.Boolean):
            break
    first, *others = kept or {NULL: None}
    return exp.Coalesce(this=first, expressions=others) if others else first


def least(parts: Sequence[exp.Expression]) -> exp.Expression:
    """The least of those that are there; null where none is."""
    kept = list(dict.fromkeys(part for part in parts if not isinstance(part, exp.Null)))
    if not kept:
        return NULL
    return kept[0] if len(kept) == 1 else exp.Least(this=kept[0], expressions=kept[1:], ignore_nulls=True)


# ── arrays ──────────────────────────────────────────────────────────────────────────────────────────


def present(array: exp.Expression) -> exp.Expression:
    """The elements of an array that are there."""
    element = exp.to_identifier("x")
    there = exp.Not(this=exp.Is(this=element, expression=NULL))
    return exp.ArrayFilter(this=array, expression=exp.Lambda(this=there, expressions=[element.copy()]))


def gathered(value: exp.Expression, position: exp.Expression, where: exp.Expression) -> exp.Expression:
    """The values of rows as an array, by their position."""
    ordered = exp.Order(this=value, expressions=[exp.Ordered(this=position, nulls_first=False)])
    return _filtered(exp.ArrayAgg(this=ordered), where)


def nearest(value: exp.Expression, position: exp.Expression, where: exp.Expression, *, last: bool) -> exp.Expression:
    """Of rows, the value of the first, or the last; in a struct, as it may be null."""
    held = exp.Struct(expressions=[exp.PropertyEQ(this=exp.to_identifier("v"), expression=value)])
    kind = exp.ArgMax if last else exp.ArgMin
    return _filtered(kind(this=held, expression=position), where)


def _filtered(aggregate: exp.Expression, where: exp.Expression) -> exp.Expression:
    return aggregate if is_true(where) else exp.Filter(this=aggregate, expression=exp.Where(this=where))


def distinct(array: exp.Expression) -> exp.Expression:
    """Each value of an array once, where it is first."""
    element, place = exp.to_identifier("x"), exp.to_identifier("i")
    first = exp.EQ(this=exp.ArrayPosition(this=array, expression=element), expression=place)
    return exp.ArrayFilter(this=array, expression=exp.Lambda(this=first, expressions=[element.copy(), place.copy()]))


def unnested(
    array: exp.Expression, value: str, position: str, claim: exp.Expression, claim_id: str, table: str
) -> exp.Select:
    """The values of an array of each claim as rows, numbered."""
    numbers = exp.Anonymous(this="GENERATE_SUBSCRIPTS", expressions=[array, number(1)])
    columns = [(claim, claim_id), (exp.Explode(this=array.copy()), value), (numbers, position)]
    items = [exp.Alias(this=item, alias=exp.to_identifier(name, quoted=True)) for item, name in columns]
    return exp.Select(expressions=items).from_(exp.Table(this=exp.to_identifier(table, quoted=True)))


def paired(outer: str, inner: str, claim: str, positions: tuple[str, str], names: tuple[str, str]) -> exp.Select:
    """The rows of two tables that belong to the same claim, by their positions."""
    one, two = (
        exp.Table(this=exp.to_identifier(n, quoted=True), alias=alias) for n, alias in ((outer, "a"), (inner, "b"))
    )
    columns = [(column(claim, "a"), claim)]
    columns += [(column(position, alias), name) for position, alias, name in zip(positions, "ab", names, strict=True)]
    items = [exp.Alias(this=item, alias=exp.to_identifier(name, quoted=True)) for item, name in columns]
    same = exp.EQ(this=column(claim, "a"), expression=column(claim, "b"))
    return exp.Select(expressions=items).from_(one).join(two, on=same, join_type="inner")
