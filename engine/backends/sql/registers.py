"""Checklists and duties: what is declared once for all claims, and what of it a claim is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
from sqlglot import exp

from engine import program as p
from engine.backends.sql import builders as b
from engine.backends.sql.places import Place
from engine.backends.sql.terms import Rows, Slot, Term
from policy.types import BOOLEAN, Type

if TYPE_CHECKING:
    from engine.backends.sql.compiler import Compiler


class Registers:
    """Reads checklists and the duties of actors."""

    def __init__(self, compiler: Compiler) -> None:
        self.compiler = compiler

    # ── 清单 ────────────────────────────────────────────────────────────────────────────────────
    def requirements(self, expression: p.Requirements) -> Term:
        """A checklist: its requirements, each a list of alternatives."""
        constant = self.compiler.values.constant
        one = Type("list", element=Type("text"))
        slots = tuple(Slot(b.TRUE, value=constant(item, one)) for item in expression.items)
        fields = {"is_open": constant(expression.is_open, BOOLEAN)}
        return Term(sql=b.TRUE, type=expression.type, rows=Rows("", slots), fields=fields)

    def missing(self, expression: p.Operation, checklist: Term, present: Term, place: Place) -> Term:
        """The first alternative of every requirement that nothing present meets."""
        there = self.compiler.expressions.filled(present, place)
        element = expression.type.element or Type("text")
        slots = []
        for slot in (checklist.rows or Rows("")).slots:
            assert slot.value is not None
            items = [self.compiler.values.constant(word, element) for word in slot.value.constant]
            tests = [
                self.compiler.membership.among(item, attrs.evolve(there, reason=None), place).sql for item in items
            ]
            unmet = b.both((slot.is_there, b.negation(b.coalesce((b.either(tests), b.FALSE)))))
            slots.append(Slot(unmet, value=items[0]))
        why = b.greatest((checklist.why, there.why))
        fails = checklist.may_fail or there.may_fail
        return self.compiler.lists.listed(expression.type, Rows("", tuple(slots)), why, place, fails)

    def is_open(self, checklist: Term) -> Term:
        """Whether a checklist names only the least that is asked."""
        found = (checklist.fields or {}).get("is_open") or Term(sql=b.NULL, type=BOOLEAN)
        return attrs.evolve(found, reason=checklist.reason, may_fail=checklist.may_fail)

    # ── 名下义务 ────────────────────────────────────────────────────────────────────────────────
    def duties(self, expression: p.DutiesOf, place: Place) -> Term:
        """The rows in force that bind one of the actors; on a day without duties the nearest tells so."""
        compiler = self.compiler
        actors = compiler.value(expression.actors, place)
        kind = expression.actors.type.element or Type("text")
        sure = attrs.evolve(actors, reason=None)
        slots, reasons, forces, fails = [], [actors.why], [], actors.may_fail
        bound: dict[str, exp.Expression] = {}
        for actor, row in expression.rows:
            force = compiler.in_force(place.program.rules[row.id].period, place.relation)
            forces.append(force)
            if actor not in bound:
                item = compiler.values.constant(actor, kind)
                bound[actor] = b.coalesce((self.compiler.membership.among(item, sure, place).sql, b.FALSE))
            there = b.both((force, bound[actor]))
            if b.is_false(there):
                continue
            term = compiler.value(row, place.when(lambda there=there: there))  # type: ignore[misc]
            reasons.append(b.case([(there, term.why)]) if term.reason is not None else b.NULL)
            fails = fails or term.may_fail
            slots.append(compiler.lists.slot(there, term))
        why = b.greatest(reasons)
        none = b.negation(b.either(forces))
        if expression.rows and not b.is_false(none):
            silent = compiler.reasons.error("E0503", self._nearest(expression, place))
            why, fails = b.coalesce((actors.why, b.case([(none, silent)]), why)), True
        entity = expression.type.element.name if expression.type.element is not None else ""
        return compiler.lists.listed(expression.type, Rows(entity, tuple(slots)), why, place, fails)

    def _nearest(self, expression: p.DutiesOf, place: Place) -> str:
        """The duty that tells from when there are any."""
        periods = {row.id: place.program.rules[row.id].period for _, row in expression.rows}
        starts = [(period.start, name) for name, period in periods.items() if period.start]
        return min(starts)[1] if starts else next(iter(periods))
