"""What engines of SQL do differently: queries are built in DuckDB's ways, and this room puts them into another's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import attrs
from sqlglot import exp

from engine.backends.sql import builders as b

Rewrite = Callable[[Any], exp.Expression]
Quotient = Callable[[exp.Expression, exp.Expression, int, int], exp.Expression]

_WIDEST: Final = 38


@attrs.frozen(eq=False)
class Dialect:
    """An engine's SQL.

    `has_enums` tells whether it has ENUM. `quotient` is the whole quotient of positive whole numbers of so many digits,
    where both together have at most `division_digits`. `rewrites` are what is written otherwise, once a query is built.
    """

    name: str
    has_enums: bool
    quotient: Quotient
    division_digits: int
    rewrites: Mapping[type[Any], Rewrite] = attrs.field(factory=dict)

    def put(self, tree: exp.Select) -> exp.Select:
        """A query in the engine's ways; parts that stand in several places of it are told apart."""
        if not self.rewrites:
            return tree
        own = tree.copy()
        for node in reversed(list(own.walk())):
            rewrite = self.rewrites.get(type(node))
            if rewrite is not None and (written := rewrite(node)) is not node:
                node.replace(written)
        return own

    def text(self, tree: exp.Expression) -> str:
        """A query that was put into the engine's ways, as text."""
        return tree.sql(dialect=self.name, copy=False)


def _plain_quotient(above: exp.Expression, below: exp.Expression, digits: int, others: int) -> exp.Expression:
    return exp.IntDiv(this=above, expression=below)


# ── Spark ───────────────────────────────────────────────────────────────────────────────────────────
# Its DECIMAL keeps every place of a sum and a product (decimalOperations.allowPrecisionLoss=false), and with ANSI on a
# result that does not fit is an error; of a quotient of whole numbers of 38 digits, 20 digits come before the point.

_QUOTIENT: Final = 20
_SORTED: Final = "TRANSFORM"


def _long_division(above: exp.Expression, below: exp.Expression, digits: int, others: int) -> exp.Expression:
    """The quotient; where it may be long, in two steps, each of which gives what a quotient holds."""
    if digits <= _QUOTIENT:
        return _exact(above, below)
    base = b.number(10 ** min(_WIDEST - others, _QUOTIENT - 2))
    high = _exact(above, base)
    left = b.binary(exp.Add, b.binary(exp.Mul, _rest(high, below), base), _rest(above, base))
    upper = b.binary(exp.Mul, _exact(high, below), base)
    return b.binary(exp.Add, upper, _exact(left, below))


def _exact(above: exp.Expression, below: exp.Expression) -> exp.Expression:
    """What is left without the rest divides without one."""
    whole = b.binary(exp.Sub, above, _rest(above, below))
    return b.cast(exp.Div(this=b.wrapped(whole), expression=b.wrapped(below), typed=True), f"DECIMAL({_WIDEST},0)")


def _rest(above: exp.Expression, below: exp.Expression) -> exp.Expression:
    return exp.Mod(this=exp.Paren(this=above), expression=exp.Paren(this=below))


def _type(node: exp.DataType) -> exp.Expression:
    if node.this == exp.DataType.Type.INT128:
        return exp.DataType.build("DECIMAL(38,0)")
    if node.this == exp.DataType.Type.TIMESTAMP:
        return exp.DataType(this=exp.DataType.Type.TIMESTAMPNTZ)
    return node


def _try_cast(node: exp.TryCast) -> exp.Expression:
    """A cast that may fail; to one of a closed set of words it is text that is one of them."""
    if node.to.this == exp.DataType.Type.ENUM:
        return b.case([(exp.In(this=node.this, expressions=node.to.expressions), node.this.copy())])
    node.set("safe", True)
    return node


def _date_add(node: exp.DateAdd) -> exp.Expression:
    """A day or an instant moved; which of them is said by the cast around it."""
    unit = str(node.args["unit"].name).upper()
    count = b.cast(node.expression, "INTEGER")
    around = node.parent
    is_instant = isinstance(around, exp.Cast) and around.to.this in (
        exp.DataType.Type.TIMESTAMP,
        exp.DataType.Type.TIMESTAMPNTZ,
    )
    if is_instant:
        return exp.Anonymous(this="TIMESTAMPADD", expressions=[exp.var(unit), count, node.this])
    if unit == "DAY":
        return exp.Anonymous(this="DATE_ADD", expressions=[node.this, count])
    if unit == "YEAR":
        count = b.binary(exp.Mul, count, b.number(12))
    return exp.Anonymous(this="ADD_MONTHS", expressions=[node.this, count])


def _date_diff(node: exp.DateDiff) -> exp.Expression:
    """The days from midnight to midnight."""
    days = [b.cast(part, "DATE") for part in (node.this, node.expression)]
    return exp.Anonymous(this="DATEDIFF", expressions=days)


def _named(node: exp.Anonymous) -> exp.Expression:
    if node.name == "MAKE_DATE":
        node.set("expressions", [b.cast(part, "INTEGER") for part in node.expressions])
    return node


def _array_of_rows(node: exp.ArrayAgg) -> exp.Expression:
    """The values of rows that fit, by their position: collected beside it, sorted, and taken out again."""
    ordered = node.this
    if not isinstance(ordered, exp.Order):
        return node
    pair = exp.Struct(
        expressions=[
            exp.PropertyEQ(this=exp.to_identifier("p"), expression=ordered.expressions[0].this),
            exp.PropertyEQ(this=exp.to_identifier("v"), expression=ordered.this),
        ]
    )
    around = node.parent
    fits = around.expression.this.copy() if isinstance(around, exp.Filter) else b.TRUE
    pairs = exp.Anonymous(this="COLLECT_LIST", expressions=[b.case([(fits, pair)])])  # nulls are not collected
    element = exp.to_identifier("e")
    value = exp.Lambda(this=exp.Dot(this=element, expression=exp.to_identifier("v")), expressions=[element.copy()])
    return exp.Anonymous(this=_SORTED, expressions=[exp.Anonymous(this="SORT_ARRAY", expressions=[pairs]), value])


def _filter(node: exp.Filter) -> exp.Expression:
    """What is collected has been chosen already."""
    is_chosen = isinstance(node.this, exp.Anonymous) and node.this.name == _SORTED
    return node.this if is_chosen else node


def _of_array(node: exp.Expression) -> exp.Expression:
    """Nothing is in an array that is not there, which has no type."""
    return exp.null() if isinstance(node.this, exp.Null) else node


def _array_filter(node: exp.ArrayFilter) -> exp.Expression:
    """Each value once, where it is first; other filters are written alike."""
    if isinstance(node.this, exp.Null):
        return exp.null()
    is_distinct = len(node.expression.expressions) == 2
    return exp.Anonymous(this="ARRAY_DISTINCT", expressions=[node.this]) if is_distinct else node


def _spread(node: exp.Select) -> exp.Expression:
    """The values of an array as rows, and their numbers, by one function."""
    numbers = [one for one in node.expressions if _is_numbering(one)]
    values = [one for one in node.expressions if isinstance(one, exp.Alias) and isinstance(one.this, exp.Explode)]
    if not numbers or not values:
        return node
    spread = exp.Anonymous(this="POSEXPLODE", expressions=[values[0].this.this])
    both = exp.Aliases(this=spread, expressions=[numbers[0].args["alias"], values[0].args["alias"]])
    rest = [one for one in node.expressions if one not in (numbers[0], values[0])]
    node.set("expressions", [*rest, both])
    return node


def _is_numbering(one: exp.Expression) -> bool:
    return isinstance(one, exp.Alias) and isinstance(one.this, exp.Anonymous) and one.this.name == "GENERATE_SUBSCRIPTS"


def _alias(node: exp.Alias) -> exp.Expression:
    """A series of days is not cast where it is spread over rows: it has their type."""
    value = node.this
    return exp.Alias(this=value.this, alias=node.args["alias"]) if _is_series(value) else node


def _is_series(value: exp.Expression) -> bool:
    return isinstance(value, exp.Cast) and isinstance(value.this, exp.Explode)


DUCKDB: Final = Dialect("duckdb", has_enums=True, quotient=_plain_quotient, division_digits=2 * _WIDEST)
SPARK: Final = Dialect(
    "spark",
    has_enums=False,
    quotient=_long_division,
    division_digits=_WIDEST + _QUOTIENT,
    rewrites={
        exp.DataType: _type,
        exp.TryCast: _try_cast,
        exp.DateAdd: _date_add,
        exp.DateDiff: _date_diff,
        exp.Anonymous: _named,
        exp.Alias: _alias,
        exp.ArrayAgg: _array_of_rows,
        exp.Filter: _filter,
        exp.ArrayContains: _of_array,
        exp.ArrayFilter: _array_filter,
        exp.ArraySize: _of_array,
        exp.Select: _spread,
    },
)
DIALECTS: Final = {dialect.name: dialect for dialect in (DUCKDB, SPARK)}
