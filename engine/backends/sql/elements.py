"""What is made of all elements of a list: sums, counts, extremes, the first; rows of a table are first aggregated for their claim."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

import attrs
from sqlglot import exp

from engine import program as p
from engine.backends.refusals import refused
from engine.backends.sql import builders as b
from engine.backends.sql import numbers as n
from engine.backends.sql.lists import Walked
from engine.backends.sql.places import Place
from engine.backends.sql.reasons import is_error
from engine.backends.sql.terms import NOTHING, Number, Rows, Slot, Term
from engine.facts import LIMIT_ELEMENTS
from policy.types import BOOLEAN, Type

if TYPE_CHECKING:
    from engine.backends.sql.compiler import Compiler

MOST_ROWS = Decimal(LIMIT_ELEMENTS)
"""As many rows as one case may have."""


class Elements:
    """Aggregates over lists."""

    def __init__(self, compiler: Compiler) -> None:
        self.compiler = compiler

    def aggregated(self, expression: p.Operation, place: Place) -> Term:
        """合计, 计数, 存在, 全部, 首项, 末项, the least and the greatest of a list."""
        operand = expression.operands[0]
        if expression.operator in ("any", "all") and isinstance(operand, p.Each):
            return self._quantified(expression, operand, place)
        found = self.compiler.expressions.filled(self.compiler.value(operand, place), place)
        if expression.operator == "count" and found.rows is None and not found.is_constant:
            return self._counted(found, expression.type)
        rows = self.compiler.lists.rows(found, place)
        match expression.operator:
            case "sum" | "count":
                made, empty = self._total(expression, rows, place)
            case "any" | "all":
                made, empty = self._truth(expression, rows, place)
            case "first" | "last":
                return self._end(expression, found, rows, place)
            case _:
                made, empty = self._extreme(expression, rows, place)
        return self._settled(made, found, empty, place)

    def _settled(self, made: Term, found: Term, empty: exp.Expression, place: Place) -> Term:
        """What is made of the elements, where the list is known and none of them is 空 that must not be."""
        why, fails = found.why, found.may_fail
        if not b.is_false(empty):
            why = b.coalesce((why, b.case([(empty, self.compiler.reasons.error("E0508", place.name))])))
            fails = True
        if isinstance(why, exp.Null):
            return made
        sql = b.case([(b.is_null(why), made.sql)])
        return attrs.evolve(made, sql=sql, reason=why, may_fail=fails, constant=NOTHING)

    def _counted(self, found: Term, kind: Type) -> Term:
        """How long an array is."""
        number = Number(0, 0, MOST_ROWS)
        return Term(sql=exp.ArraySize(this=found.sql), type=kind, number=number, reason=found.reason, may_fail=found.may_fail)  # fmt: skip

    def sum_of(self, found: Term, applies: exp.Expression, kind: Type, place: Place) -> Term:
        """The sum of a list's elements where it applies; 空 is passed over."""
        nothing = self.compiler.values.constant(0, kind)
        slots = [
            self.compiler.lists.where(slot, applies, place) for slot in self.compiler.lists.rows(found, place).slots
        ]
        return self._added([self._part_of_sum(slot, kind, nothing, place) for slot in slots], kind, nothing, place)

    def _added(self, parts: Sequence[Term], kind: Type, nothing: Term, place: Place) -> Term:
        if not parts:
            return nothing
        total = attrs.evolve(parts[0], type=kind)
        for part in parts[1:]:
            sql, number = n.added(exp.Add, total, part, place.name)
            total = Term(sql=sql, type=kind, number=number)
        return total

    # ── 合计, 计数 ──────────────────────────────────────────────────────────────────────────────
    def _total(self, expression: p.Operation, rows: Rows, place: Place) -> tuple[Term, exp.Expression]:
        kind, is_sum = expression.type, expression.operator == "sum"
        nothing = self.compiler.values.constant(0 if kind.kind == "integer" else Decimal(0), kind)
        parts, empties = [], []
        for slot in rows.slots:
            parts.append(self._part_of_sum(slot, kind, nothing, place) if is_sum else self._part_of_count(slot, place))
            if is_sum and slot.value is not None and slot.value.may_be_empty:
                empties.append(self._some(slot, b.is_null(slot.value.sql), place))
        return self._added(parts, kind, nothing, place), b.either(empties)

    def _part_of_sum(self, slot: Slot, kind: Type, nothing: Term, place: Place) -> Term:
        assert slot.value is not None
        if isinstance(slot.value.sql, exp.Null):
            return nothing
        if slot.relation is not None:
            summed = exp.Sum(this=b.case([(slot.is_there, slot.value.sql)]))
            sql = place.relation.add(f"{place.name}__sum", summed, slot.relation, "aggregate")
            value, number = self._summed(sql, slot.value)
            return Term(sql=value, type=kind, number=number)
        (value_term, zero), width = n.unified([slot.value, nothing])
        there = b.both((slot.is_there, b.is_known(value_term.sql)))
        return Term(sql=b.case([(there, value_term.sql)], zero.sql), type=kind, number=width)

    def _part_of_count(self, slot: Slot, place: Place) -> Term:
        integer = Type("integer")
        one = b.case([(slot.is_there, b.number(1))])
        if slot.relation is not None:
            sql = place.relation.add(f"{place.name}__count", exp.Count(this=one), slot.relation, "aggregate")
            return Term(sql=b.coalesce((sql, b.number(0))), type=integer, number=Number(0, 0, MOST_ROWS))
        return Term(
            sql=b.case([(slot.is_there, b.number(1))], b.number(0)), type=integer, number=Number(0, 0, Decimal(1))
        )

    def _summed(self, sql: exp.Expression, of: Term) -> tuple[exp.Expression, Number]:
        assert of.number is not None
        of_row = of.number
        if not of_row.width:
            return b.cast(b.coalesce((sql, b.number(0))), "BIGINT"), Number(0, 0, of_row.bound * MOST_ROWS)
        total = Number(of_row.scale, 0, of_row.bound * MOST_ROWS)
        width = min(total.digits, n.WIDEST)
        zero = n.decimal_literal(Decimal(0), width, of_row.scale)
        kept = b.cast(b.coalesce((sql, zero)), f"DECIMAL({width},{of_row.scale})")
        return kept, Number(of_row.scale, width, total.bound)

    # ── 存在, 全部 ──────────────────────────────────────────────────────────────────────────────
    def some(self, slot: Slot, test: exp.Expression, place: Place) -> exp.Expression:
        """Whether the element is there and passes: of rows, whether one does. Never null."""
        return self._some(slot, test, place)

    def _some(self, slot: Slot, test: exp.Expression, place: Place) -> exp.Expression:
        holds = b.both((slot.is_there, test))
        if slot.relation is None:
            return holds if isinstance(holds, exp.Boolean) else b.coalesce((holds, b.FALSE))
        found = exp.Max(this=b.case([(holds, b.number(1))], b.number(0)))
        column = place.relation.add(f"{place.name}__some", found, slot.relation, "aggregate")
        return exp.EQ(this=b.coalesce((column, b.number(0))), expression=b.number(1))

    def _quantified(self, expression: p.Operation, each: p.Each, place: Place) -> Term:
        """One true element settles 存在, one false element 全部, whatever is not known of the others."""
        found, walked = self.compiler.lists.walked(each, place)
        settling = expression.operator == "any"
        settles = [self._settles(one, settling, place) for one in walked]
        settled = b.either(settles)
        why = b.greatest([one.why for one in walked])
        fails = any(one.may_fail for one in walked)
        if not isinstance(why, exp.Null) and not b.is_false(settled):
            graver = b.case([(is_error(why), why)]) if fails else b.NULL
            why = b.case([(settled, graver)], why)
        empty = self._met_empty(walked, settles, settling, place)
        why = b.coalesce((found.why, b.case([(empty, self.compiler.reasons.error("E0508", place.name))]), why))
        sql = settled if settling else b.negation(settled)
        if isinstance(why, exp.Null):
            return Term(sql=sql, type=BOOLEAN)
        fails = fails or found.may_fail or not b.is_false(empty)
        return Term(sql=b.case([(b.is_null(why), sql)]), type=BOOLEAN, reason=why, may_fail=fails)

    def _settles(self, one: Walked, settling: bool, place: Place) -> exp.Expression:
        if one.body is None:
            raise refused(place.name, "不是条件的列表", "a list that is not of conditions")
        met = attrs.evolve(one.slot, is_there=one.fits)
        return self._some(met, one.body.sql if settling else b.negation(one.body.sql), place)

    def _met_empty(
        self, walked: Sequence[Walked], settles: Sequence[exp.Expression], settling: bool, place: Place
    ) -> exp.Expression:
        """Whether a condition that is 空 is met before one that settles it: there the reference stops."""
        parts = []
        for number, one in enumerate(walked):
            if one.body is None or not one.body.may_be_empty:
                continue
            is_empty = b.both((one.fits, b.is_null(one.body.sql), b.is_null(one.body.why)))
            wanted = b.both((one.fits, one.body.sql if settling else b.negation(one.body.sql)))
            first = is_empty if one.slot.relation is None else self._is_before(one.slot, is_empty, wanted, place)
            parts.append(b.both((b.coalesce((first, b.FALSE)), b.negation(b.either(settles[:number])))))
        return b.either(parts)

    def _is_before(self, slot: Slot, one: exp.Expression, other: exp.Expression, place: Place) -> exp.Expression:
        """Whether a row that passes the one test comes before all that pass the other."""
        assert slot.relation is not None
        position = self.compiler.arrays.position(slot, place)
        firsts = [
            place.relation.add(
                f"{place.name}__first", exp.Min(this=b.case([(test, position)])), slot.relation, "aggregate"
            )
            for test in (one, other)
        ]
        is_earlier = b.either((b.is_null(firsts[1]), exp.LT(this=firsts[0], expression=firsts[1])))
        return b.both((b.is_known(firsts[0]), is_earlier))

    def _truth(self, expression: p.Operation, rows: Rows, place: Place) -> tuple[Term, exp.Expression]:
        """Of a list of conditions that are all known."""
        settling = expression.operator == "any"
        values = [(slot, slot.value) for slot in rows.slots if slot.value is not None]
        tests = [self._some(slot, v.sql if settling else b.negation(v.sql), place) for slot, v in values]
        empties = [self._some(slot, b.is_null(v.sql), place) for slot, v in values if v.may_be_empty]
        settled = b.either(tests)
        sql = settled if settling else b.negation(settled)
        return Term(sql=sql, type=BOOLEAN), b.either(empties)

    # ── the least, the greatest ─────────────────────────────────────────────────────────────────
    def _extreme(self, expression: p.Operation, rows: Rows, place: Place) -> tuple[Term, exp.Expression]:
        """Of those that are not 空; where there is none that is an error."""
        wants_less = expression.operator in ("smaller", "earlier")
        parts = [self._extreme_of(slot, wants_less, place) for slot in rows.slots if slot.value is not None]
        shared, number = n.unified(parts) if parts else ([], None)
        choose = b.least if wants_less else b.greatest
        sql = self.compiler.column(f"{place.name}__part", choose([part.sql for part in shared]), place.relation)
        return Term(sql=sql, type=expression.type, number=number), b.is_null(sql)

    def _extreme_of(self, slot: Slot, wants_less: bool, place: Place) -> Term:
        assert slot.value is not None
        sql = b.case([(slot.is_there, slot.value.sql)])
        if slot.relation is not None:
            aggregate = exp.Min(this=sql) if wants_less else exp.Max(this=sql)
            sql = place.relation.add(f"{place.name}__extreme", aggregate, slot.relation, "aggregate")
        return Term(sql=sql, type=slot.value.type, number=slot.value.number)

    # ── 首项, 末项 ──────────────────────────────────────────────────────────────────────────────
    def _end(self, expression: p.Operation, found: Term, rows: Rows, place: Place) -> Term:
        """The first or last element; of none, 空."""
        is_last = expression.operator == "last"
        slots: Sequence[Slot] = rows.slots[::-1] if is_last else rows.slots
        branches = []
        for slot in slots:
            there = slot.is_there if slot.relation is None else self._some(slot, b.TRUE, place)
            branches.append((there, self._one_of(slot, expression.type, is_last, place)))
        nothing = self.compiler.values.constant(None, expression.type)
        made = self.compiler.expressions.chosen(branches, nothing, place) if branches else nothing
        made = attrs.evolve(made, type=expression.type, may_be_empty=True, reason=None, constant=NOTHING)
        return self._settled(made, found, b.FALSE, place)

    def _one_of(self, slot: Slot, kind: Type, is_last: bool, place: Place) -> Term:
        """The element; of rows, that of the first or last of them."""
        if slot.value is not None:
            return self._near(slot, slot.value, is_last, place)
        fields = {name: self._near(slot, term, is_last, place) for name, term in slot.fields.items()}
        return Term(sql=b.TRUE, type=kind, fields=fields)

    def _near(self, slot: Slot, term: Term, is_last: bool, place: Place) -> Term:
        bare = attrs.evolve(term, reason=None, may_be_empty=True, may_fail=False)
        if slot.relation is None or term.is_constant:
            return bare
        position = self.compiler.arrays.position(slot, place)
        held = b.nearest(term.sql, position, slot.is_there, last=is_last)
        column = place.relation.add(f"{place.name}__end", held, slot.relation, "aggregate")
        sql = exp.StructExtract(this=column, expression=b.text("v"))
        return attrs.evolve(bare, sql=sql, constant=NOTHING, rows=None)
