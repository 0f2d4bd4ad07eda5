"""取行方式: what a table says where several of its rows fit: the same (any), or together (collect)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from engine.backends.refusals import refused
from engine.backends.sql import builders as b
from engine.backends.sql import numbers as n
from engine.backends.sql.terms import Term
from policy.tables import Band, Cell, Row
from policy.types import Type

if TYPE_CHECKING:
    from engine.backends.sql.compiler import Compiler

Fits = Mapping[Row, exp.Expression]
"""Whether the keys are in the cells of a row, row by row; never null."""


def alike(compiler: Compiler, name: str, rows: Sequence[Row], fits: Fits, values: Mapping[Row, Term]) -> Term:
    """What all rows say that fit; an error where they differ, null where none fits."""
    (shared, number) = n.unified([values[row] for row in rows])
    sql = b.case([(fits[row], term.sql) for row, term in zip(rows, shared, strict=True)])
    differ = b.either(b.both((fits[x], fits[y])) for x, y in combinations(rows, 2) if x.value != y.value)
    kind = values[rows[0]].type
    if b.is_false(differ):
        return Term(sql=sql, type=kind, number=number)
    why = b.case([(differ, compiler.reasons.error("E0512", name))])
    return Term(sql=b.case([(b.negation(differ), sql)]), type=kind, number=number, reason=why, may_fail=True)


def collected(
    compiler: Compiler, name: str, rows: Sequence[Row], fits: Fits, values: Mapping[Row, Term], kind: Type
) -> Term:
    """The sum of what the rows say that fit; null where none fits."""
    if not kind.is_numeric:
        raise refused(name, "汇总成列表的表", "a table that collects lists")
    total = zero = compiler.values.constant(0, kind)
    for row in rows:
        (value, nothing), number = n.unified([values[row], zero])
        there = b.both((fits[row], b.is_known(value.sql)))
        part = Term(sql=b.case([(there, value.sql)], nothing.sql), type=kind, number=number)
        if total is zero:
            total = part
            continue
        sql, number = n.added(exp.Add, total, part, name)
        total = Term(sql=sql, type=kind, number=number)
    some = b.either(fits[row] for row in rows)
    return Term(sql=b.case([(some, total.sql)]), type=kind, number=total.number)


def apart(cells: Sequence[Cell]) -> bool:
    """Whether no value is in two cells."""
    if len(cells) == 1:
        return True
    seen: set[Any] = set()
    for cell in cells:
        if cell is None or any(isinstance(item, Band) for item in cell) or seen & set(cell):
            return False
        seen |= set(cell)
    return True
