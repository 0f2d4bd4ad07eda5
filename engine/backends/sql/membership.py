"""What is among the elements of a list: membership, and each value once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import attrs
from sqlglot import exp

from engine import program as p
from engine.backends.refusals import refused
from engine.backends.sql import builders as b
from engine.backends.sql.places import Place
from engine.backends.sql.tables import OUTER, POSITION
from engine.backends.sql.terms import Rows, Slot, Term
from policy.types import BOOLEAN

if TYPE_CHECKING:
    from engine.backends.sql.compiler import Compiler

LIMIT_COMPARED = 12
"""So many values of a list are compared with each other one by one; more are told apart as an array."""


class Membership:
    """Looks values up in lists."""

    def __init__(self, compiler: Compiler) -> None:
        self.compiler = compiler

    # ── 属于 ────────────────────────────────────────────────────────────────────────────────────
    def among(self, left: Term, right: Term, place: Place) -> Term:
        """Whether a list has the value; that nothing is in an empty one settles it."""
        found = self.compiler.expressions.filled(right, place)
        if found.rows is None and not found.is_constant:
            inside, empty = self._in_array(left, found, place)
        else:
            inside, empty = self._in_rows(left, self.compiler.lists.rows(found, place), place)
        why = b.greatest((left.why, found.why))
        if isinstance(why, exp.Null):
            return Term(sql=inside, type=BOOLEAN)
        settled = b.both((b.is_null(found.why), empty))
        why = b.case([(b.negation(b.coalesce((settled, b.FALSE))), why)])
        sql = b.case([(settled, b.FALSE), (b.is_null(why), inside)])
        return Term(sql=sql, type=BOOLEAN, reason=why, may_fail=left.may_fail or found.may_fail)

    def _in_array(self, left: Term, right: Term, place: Place) -> tuple[exp.Expression, exp.Expression]:
        if left.may_be_empty:
            raise refused(place.name, "在列表中查找空值", "membership of what may be empty in a list")
        empty = exp.EQ(this=exp.ArraySize(this=right.sql), expression=b.number(0))
        value = b.cast(left.sql, "VARCHAR") if left.type.kind == "enum" else left.sql
        return exp.ArrayContains(this=right.sql, expression=value), empty

    def _in_rows(self, left: Term, rows: Rows, place: Place) -> tuple[exp.Expression, exp.Expression]:
        compiler = self.compiler
        tests, there = [], []
        for slot in rows.slots:
            if slot.value is None:
                raise refused(place.name, "在记录的列表中查找", "membership in a list of records")
            own = left
            if slot.relation is not None:
                at = attrs.evolve(place, relation=slot.relation)
                own = compiler.brought(left, at, place.name, place.relation)
            sure = attrs.evolve(own, reason=None)
            same = compiler.expressions.operators.equality("is", slot.value, sure)
            tests.append(compiler.elements.some(slot, same.sql, place))
            there.append(compiler.elements.some(slot, b.TRUE, place))
        return b.either(tests), b.negation(b.either(there))

    # ── 去重 ────────────────────────────────────────────────────────────────────────────────────
    def distinct(self, expression: p.Operation, term: Term, place: Place) -> Term:
        """Each value once, in the order of first appearance."""
        found = self.compiler.expressions.filled(term, place)
        if found.rows is None and not found.is_constant:
            every = self.compiler.lists.rows
            return attrs.evolve(
                found, sql=b.distinct(found.sql), spread=lambda: self._apart(every(found, place), place)
            )
        rows = self.compiler.lists.rows(found, place)
        if any(slot.value is None for slot in rows.slots):
            raise refused(place.name, "记录的去重", "distinct records")
        slots = [self._beside_claim(slot, place) for slot in rows.slots]
        if all(slot.relation is None for slot in slots) and self._are_few(slots):
            kept = [self._first_of_its_value(slot, slots[:number]) for number, slot in enumerate(slots)]
            return attrs.evolve(found, rows=attrs.evolve(rows, slots=tuple(kept)))
        if any(slot.value.may_be_empty for slot in slots if slot.value is not None):
            return attrs.evolve(found, rows=self._apart(rows, place))
        array = self.compiler.arrays.of(found, place)
        column = self.compiler.column(f"{place.name}__all", array, place.relation)
        return attrs.evolve(found, sql=b.distinct(column), rows=None, spread=lambda: self._apart(rows, place))

    def _apart(self, rows: Rows, place: Place) -> Rows:
        """The elements whose value no element before them has: rows are held against all rows before them."""
        slots = []
        for number, slot in enumerate(rows.slots):
            inner = place if slot.relation is None else self.compiler.lists.at(slot, rows, "it", place)
            seen = [self._has_before(slot, other, inner, place) for other in rows.slots[: number + 1]]
            slots.append(attrs.evolve(slot, is_there=b.both((slot.is_there, b.negation(b.either(seen))))))
        return attrs.evolve(rows, slots=tuple(slots))

    def _has_before(self, slot: Slot, other: Slot, inner: Place, place: Place) -> exp.Expression:
        """Whether another element, or an earlier row of the same, has the value."""
        compiler = self.compiler
        if slot is other and slot.relation is None:
            return b.FALSE
        if other.relation is None:
            met = compiler.lists.slot_brought(other, inner, place.name, place.relation)
        else:
            met = compiler.lists.met(other, inner)
        assert slot.value is not None and met.value is not None
        own = slot.value
        if met.relation is not None:
            own = compiler.brought(own, attrs.evolve(inner, relation=met.relation), place.name, inner.relation)
        same = compiler.expressions.operators.equality("is", met.value, own).sql
        if slot is other:
            same = b.both((same, exp.LT(this=b.column(POSITION), expression=b.column(OUTER))))
        return compiler.elements.some(met, same, inner)

    def _beside_claim(self, slot: Slot, place: Place) -> Slot:
        """Rows that all give the same are one element, there if one of them is."""
        if slot.relation is None or slot.value is None or not slot.value.is_constant:
            return slot
        return Slot(self.compiler.elements.some(slot, b.TRUE, place), value=slot.value)

    def _are_few(self, slots: Sequence[Slot]) -> bool:
        return len(slots) <= LIMIT_COMPARED or all(slot.value is not None and slot.value.is_constant for slot in slots)

    def _first_of_its_value(self, slot: Slot, before: Sequence[Slot]) -> Slot:
        assert slot.value is not None
        seen = []
        for other in before:
            assert other.value is not None
            same = self.compiler.expressions.operators.equality("is", other.value, slot.value).sql
            seen.append(b.coalesce((b.both((other.is_there, same)), b.FALSE)) if not b.is_false(same) else b.FALSE)
        return attrs.evolve(slot, is_there=b.both((slot.is_there, b.negation(b.either(seen)))))
