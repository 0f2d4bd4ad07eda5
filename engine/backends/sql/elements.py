"""Rows of a list: a value for each, aggregated for their claim."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING

import attrs
from sqlglot import exp

from engine import program as p
from engine.backends.refusals import refused
from engine.backends.sql import builders as b
from engine.backends.sql import numbers as n
from engine.backends.sql.places import Element, Place
from engine.backends.sql.reasons import is_error
from engine.backends.sql.terms import NOTHING, Number, Rows, Term
from engine.facts import LIMIT_ELEMENTS
from policy.types import BOOLEAN

if TYPE_CHECKING:
    from engine.backends.sql.compiler import Compiler

MOST_ROWS = Decimal(LIMIT_ELEMENTS)
"""As many rows as one case may have."""


class Elements:
    """Aggregates over lists of records."""

    def __init__(self, compiler: Compiler) -> None:
        self.compiler = compiler

    def aggregated(self, expression: p.Operation, each: p.Each, place: Place) -> Term:
        """合计, 计数, 存在, 全部 over the rows that fit."""
        if expression.operator not in ("sum", "count", "any", "all"):
            raise refused(place.name, f"“{expression.operator}”遍历列表", f"`{expression.operator}` over a list")
        rows = self.compiler.value(each.collection, place)
        if rows.rows is None:
            if isinstance(rows.sql, exp.Null) and rows.reason is not None:
                return Term(sql=b.NULL, type=expression.type, reason=rows.reason)
            raise refused(place.name, "遍历不是记录的列表", "a walk over a list that is not of records")
        if rows.rows.table:
            return self._of_table(expression, each, rows, rows.rows, place)
        return self._of_slots(expression, each, rows, rows.rows, place)

    # ── a table of rows ─────────────────────────────────────────────────────────────────────────
    def _of_table(self, expression: p.Operation, each: p.Each, rows: Term, found: Rows, place: Place) -> Term:
        if place.relation is not self.compiler.main:
            raise refused(place.name, "列表中的列表", "a list within a list")
        element = self.compiler.facts.element(found.table, found.entity)
        inner = place.with_binding(each.binder, element)
        inner = attrs.evolve(inner, guards=(lambda: self.compiler.at_rows(place, element.relation),))
        fits, body, reasons, fails = self._row(each, inner, place)
        relation = element.relation
        aggregate = self._aggregate(expression, body, fits)
        label = place.name or expression.operator
        sql = self.compiler.main.add(f"{label}__{expression.operator}", aggregate, relation, "aggregate")
        why: exp.Expression = b.NULL
        if not isinstance(reasons, exp.Null):
            row = relation.add(f"{label}__row_why", reasons)
            why = self.compiler.main.add(f"{label}__why", exp.Max(this=row), relation, "aggregate")
        return self._settled(expression, sql, body, why, rows, fails)

    def _row(
        self, each: p.Each, inner: Place, place: Place
    ) -> tuple[exp.Expression, Term | None, exp.Expression, bool]:
        """Whether a row fits, its value, and what is not known about it."""
        expressions = self.compiler.expressions
        where: Term | None = None
        fits: exp.Expression = b.TRUE
        if each.where is not None:
            where = expressions.truth(self.compiler.value(each.where, inner), place)
            condition = where
            fits = where.sql if where.is_sure else b.coalesce((where.sql, b.FALSE))
            inner = inner.when(lambda: b.coalesce((condition.sql, b.FALSE)))
        body = self.compiler.value(each.body, inner) if each.body is not None else None
        reasons = [where.why] if where else []
        fails = bool(where and where.may_fail)
        if body is not None:
            if body.type.kind == "boolean" and body.may_be_empty:  # the reference stops at the first that settles it
                raise refused(place.name, "遍历可为空的条件", "a walk over conditions that may be empty")
            body = expressions.truth(body, place)  # 空 cannot be aggregated
            if body.divisor is not None:
                raise refused(place.name, "未舍入的商的列表", "a list of quotients that are not rounded")
            reasons.append(b.case([(fits, body.why)]) if body.reason is not None else b.NULL)
            fails = fails or body.may_fail
        return fits, body, b.coalesce(reasons), fails

    def _aggregate(self, expression: p.Operation, body: Term | None, fits: exp.Expression) -> exp.Expression:
        match expression.operator:
            case "count":
                return exp.Count(this=b.case([(fits, b.number(1))]))
            case "sum":
                assert body is not None
                return exp.Sum(this=b.case([(fits, body.sql)]))
        assert body is not None
        wanted = body.sql if expression.operator == "any" else b.negation(body.sql)
        return exp.Max(this=b.case([(b.both((fits, wanted)), b.number(1))], b.number(0)))

    def _settled(
        self,
        expression: p.Operation,
        sql: exp.Expression,
        body: Term | None,
        why: exp.Expression,
        rows: Term,
        fails: bool,
    ) -> Term:
        """The aggregate as the language has it: of no row a zero, and one row may settle a condition."""
        number: Number | None = None
        settled: exp.Expression = b.FALSE
        if expression.operator == "count":
            number = Number(0, 0, MOST_ROWS)
            value = b.coalesce((sql, b.number(0)))
        elif expression.operator == "sum":
            value, number = self._summed(sql, body)
        else:
            settled = exp.EQ(this=b.coalesce((sql, b.number(0))), expression=b.number(1))
            value = settled if expression.operator == "any" else b.negation(settled)
        reason = why
        if not b.is_false(settled) and not isinstance(why, exp.Null):
            graver = b.case([(is_error(why), why)])
            reason = b.case([(settled, graver)], why) if fails else b.case([(settled, b.NULL)], why)
        reason = b.coalesce((rows.why, reason))
        if not isinstance(reason, exp.Null):
            value = b.case([(b.is_null(reason), value)])
        return Term(
            sql=value, type=expression.type if expression.operator in ("sum", "count") else BOOLEAN, number=number,
            reason=None if isinstance(reason, exp.Null) else reason, may_fail=fails or rows.may_fail,
        )  # fmt: skip

    def _summed(self, sql: exp.Expression, body: Term | None) -> tuple[exp.Expression, Number]:
        assert body is not None and body.number is not None
        of_row = body.number
        if not of_row.width:
            return b.cast(b.coalesce((sql, b.number(0))), "BIGINT"), Number(0, 0, of_row.bound * MOST_ROWS)
        total = Number(of_row.scale, 0, of_row.bound * MOST_ROWS)
        width = min(total.digits, n.WIDEST)
        zero = n.decimal_literal(Decimal(0), width, of_row.scale)
        kept = b.cast(b.coalesce((sql, zero)), f"DECIMAL({width},{of_row.scale})")
        return kept, Number(of_row.scale, width, total.bound)

    # ── numbered rows ───────────────────────────────────────────────────────────────────────────
    def _of_slots(self, expression: p.Operation, each: p.Each, rows: Term, found: Rows, place: Place) -> Term:
        parts: list[tuple[exp.Expression, Term | None, exp.Expression, bool]] = []
        for number, slot in enumerate(found.slots, 1):
            element = Element(found.entity, slot.fields, str(number), place.relation)
            inner = place.with_binding(each.binder, element).when(_there(slot.is_there))
            fits, body, why, fails = self._row(each, inner, place)
            there = b.both((slot.is_there, fits))
            parts.append(
                (there, body, b.case([(slot.is_there, why)]) if not isinstance(why, exp.Null) else b.NULL, fails)
            )
        why = b.greatest([part[2] for part in parts])
        fails = any(part[3] for part in parts)
        if expression.operator in ("sum", "count"):
            return self._slot_sum(expression, parts, why, rows, fails)
        wanted = [
            b.both((there, body.sql if expression.operator == "any" else b.negation(body.sql)))
            for there, body, _, _ in parts
            if body
        ]
        settled = b.either(b.coalesce((test, b.FALSE)) for test in wanted)
        as_number = b.case([(settled, b.number(1))], b.number(0))
        return self._settled(expression, as_number, None, why, rows, fails)

    def _slot_sum(self, expression: p.Operation, parts: list, why: exp.Expression, rows: Term, fails: bool) -> Term:  # type: ignore[type-arg]
        one = self.compiler.values.constant(1, expression.type)
        total = zero = self.compiler.values.constant(0, expression.type)
        for there, body, _, _ in parts:
            (value, nothing), number = n.unified([body or one, zero])
            part = Term(
                sql=b.case([(b.both((there, b.is_known(value.sql))), value.sql)], nothing.sql),
                type=expression.type,
                number=number,
            )
            sql, sum_number = n.added(exp.Add, total, part, "")
            total = part if total is zero else Term(sql=sql, type=expression.type, number=sum_number)
        reason = b.coalesce((rows.why, why))
        if isinstance(reason, exp.Null):
            return total
        return attrs.evolve(
            total,
            sql=b.case([(b.is_null(reason), total.sql)]),
            reason=reason,
            may_fail=fails or rows.may_fail,
            constant=NOTHING,
        )


def _there(test: exp.Expression) -> Callable[[], exp.Expression]:
    return lambda: b.coalesce((test, b.FALSE))
