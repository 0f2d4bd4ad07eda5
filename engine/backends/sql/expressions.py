"""Expressions of a Program → terms. What must be known, in which order it is looked at, and what fails is the reference's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import attrs
from sqlglot import exp

from engine import operations
from engine import program as p
from engine.backends.refusals import refused
from engine.backends.sql import builders as b
from engine.backends.sql import numbers as n
from engine.backends.sql.lists import KINDS
from engine.backends.sql.operators import FUNCTIONS, Operators
from engine.backends.sql.places import Element, Place
from engine.backends.sql.reasons import FAILED, UNDATED, at_least, is_error
from engine.backends.sql.terms import NOTHING, Term
from policy.types import BOOLEAN, Type
from policy.values import Duration

if TYPE_CHECKING:
    from engine.backends.sql.compiler import Compiler


class Expressions:
    """Translates expressions; facts, figures and rules are the compiler's."""

    def __init__(self, compiler: Compiler) -> None:
        self.compiler = compiler
        self.operators = Operators(compiler)

    def value(self, expression: p.Expression, place: Place) -> Term:
        """The term of an expression. Raises CompileRefusal."""
        compiler = self.compiler
        match expression:
            case p.Constant(value=value, type=kind):
                return self._constant(value, kind, place)
            case p.Fact(path=path):
                return compiler.brought(compiler.facts.term(path, place), place, path)
            case p.ParameterValue(id=name):
                return compiler.brought(compiler.figures.term(expression, place), place, name)
            case p.LimitValue(target=target):
                return compiler.brought(
                    compiler.figures.limit(target, place, expression.type), place, f"limit of {target}"
                )
            case p.RuleValue(id=name, field=field):
                return compiler.rule(name, place, field)
            case p.ElementField():
                return self._element(expression, place)
            case p.Local(name=name):
                return self._local(name, place)
            case p.Logic():
                return self._logic(expression, place)
            case p.Known(operand=operand):
                return self.known(self.value(operand, place))
            case p.Default():
                return self._default(expression, place)
            case p.Selected():
                return self._selected(expression, place)
            case p.HumanDecision(id=name):
                compiler.refer(name, place)
                return compiler.values.constant(True, BOOLEAN)
            case p.Each():
                return compiler.lists.each(expression, place)
            case p.Record():
                return compiler.lists.record(expression, place)
            case p.Requirements():
                return compiler.registers.requirements(expression)
            case p.DutiesOf():
                return compiler.registers.duties(expression, place)
            case p.Operation():
                return self._operation(expression, place)
        raise refused(place.name, "无规定", "no rule")

    def _constant(self, value: Any, kind: Type, place: Place) -> Term:
        if isinstance(value, Duration):
            count = self.compiler.values.constant(value.count, Type("integer"))
            return attrs.evolve(count, type=kind, shift=(value.unit, value.month_end), constant=value)
        return self.compiler.values.constant(value, kind, place.name)

    def _local(self, name: str, place: Place) -> Term:
        if name in place.locals:
            return place.locals[name]
        if name == "it" and (element := place.bindings.get("it")) is not None:
            return self._whole(element, place)
        if name == "decision_instant":
            return self.compiler.brought(self.compiler.moment, place, "moment")
        if name == "decision_day":
            moment = self.compiler.moment
            if moment.is_constant:
                return self.compiler.values.constant(moment.constant.date(), Type("date"))
            day = attrs.evolve(moment, sql=b.cast(moment.sql, "DATE"), type=Type("date"))
            return self.compiler.brought(day, place, "decision day")
        if name == "asked":
            return self.compiler.values.constant(self.compiler.asked, Type("list", element=Type("text")))
        raise refused(place.name, f"{name}", f"`{name}`")

    def _element(self, expression: p.ElementField, place: Place) -> Term:
        path = f"{expression.entity}.{expression.field}"
        element = place.bindings.get(expression.binder)
        fact = p.Fact(origin=expression.origin, type=expression.type, path=path)
        if element is None:
            return self.value(fact, place)
        if not expression.field:
            return self._whole(element, place)
        own = element.fields.get(expression.field)
        if own is None:
            return self.value(fact, place)
        own = self._at_hand(own, element, place, path)
        if own.reason is None or self.compiler.tables.claims.called(path) is None:
            return own
        other = self.value(fact, place)
        given = b.is_null(own.reason) if own.may_be_empty else b.is_known(own.sql)
        chosen = self.chosen([(given, attrs.evolve(own, reason=None))], other, place)
        return attrs.evolve(chosen, type=own.type)

    def _at_hand(self, term: Term, element: Element, place: Place, name: str) -> Term:
        """What belongs to an element beside the claim, at the rows of a list."""
        return self.compiler.brought(term, place, name, element.relation)

    def _whole(self, element: Element, place: Place) -> Term:
        """The element itself; a record's fields that were not given are empty in it."""
        if element.value is not None:
            return self._at_hand(element.value, element, place, place.name)
        bare = {
            name: attrs.evolve(term, reason=None, may_fail=False, may_be_empty=not term.is_sure)
            for name, term in element.fields.items()
        }
        own = Term(sql=b.TRUE, type=Type("record", element.entity), fields=bare)
        return self._at_hand(own, element, place, place.name)

    # ── and, or ─────────────────────────────────────────────────────────────────────────────────
    def truth(self, term: Term, place: Place) -> Term:
        """A condition's term; 空 is an error there."""
        if not term.may_be_empty:
            return term
        empty = self.compiler.reasons.error("E0508", place.name)
        return attrs.evolve(
            term,
            reason=b.case([(b.is_null(term.sql), b.coalesce((term.why, empty)))]),
            may_be_empty=False,
            may_fail=True,
        )

    def _logic(self, expression: p.Logic, place: Place) -> Term:
        settling = expression.operator == "or"
        kept: list[Term] = []
        inner = place
        for operand in expression.operands:
            term = self.truth(self.value(operand, inner), place)
            if term.is_constant and bool(term.constant) == settling:
                kept.append(term)
                break
            if not term.is_constant:
                kept.append(term)
            inner = inner.when(_not_settled(term, settling))
        return self.joined(kept, settling)

    def joined(self, terms: Sequence[Term], settling: bool) -> Term:
        """One true operand settles `or`, one false operand `and`; an error met before is an error."""
        if not terms:
            return self.compiler.values.constant(not settling, BOOLEAN)
        if len(terms) == 1:
            return terms[0]
        combine = b.either if settling else b.both
        sql = terms[-1].sql
        for term in reversed(terms[:-1]):
            sql = combine((term.sql, sql))
            if term.may_fail:
                sql = b.case([(is_error(term.why), b.NULL)], sql)
        reasons = [term.why for term in terms if term.reason is not None]
        why = b.case([(b.is_null(sql), b.greatest(reasons))]) if reasons else None
        constant = terms[0].constant if all(term.is_constant for term in terms) else NOTHING
        return Term(sql=sql, type=BOOLEAN, reason=why, may_fail=any(t.may_fail for t in terms), constant=constant)

    # ── known, default ──────────────────────────────────────────────────────────────────────────
    def known(self, term: Term) -> Term:
        """Whether it is determined; where the law has nothing for the day it is not."""
        if term.reason is None:
            return self.compiler.values.constant(True, BOOLEAN)
        if not term.may_fail:
            return Term(sql=b.negation(term.is_unknown), type=BOOLEAN)
        fails = at_least(term.why, FAILED)
        sql = b.case([(fails, b.NULL)], b.is_null(term.why))
        return Term(sql=sql, type=BOOLEAN, reason=b.case([(fails, term.why)]), may_fail=True)

    def _default(self, expression: p.Default, place: Place) -> Term:
        first = self.value(expression.operand, place)
        if first.reason is None:
            return first
        second = self.value(expression.otherwise, place.when(lambda: b.is_known(first.why)))
        if first.type.kind in KINDS:
            failed = at_least(first.why, FAILED) if first.may_fail else b.FALSE
            lost = Term(sql=b.NULL, type=first.type, reason=first.why, may_fail=True)
            found = attrs.evolve(first, reason=None)
            return self.chosen([(b.is_null(first.why), found), (failed, lost)], second, place)
        (one, two), number = n.unified([first, second])
        fails = at_least(first.why, FAILED) if first.may_fail else b.FALSE
        if one.may_be_empty:
            sql = b.case([(b.is_null(one.why), one.sql), (fails, b.NULL)], two.sql)
        else:
            sql = b.case([(b.is_known(one.sql), one.sql), (fails, b.NULL)], two.sql)
            if not first.may_fail:
                sql = b.coalesce((one.sql, two.sql))
        known = b.is_null(one.why) if one.may_be_empty else b.is_known(one.sql)
        why = b.case([(known, b.NULL), (fails, one.why)], two.why)
        return Term(
            sql=sql, type=first.type, number=number, reason=why if two.reason is not None or first.may_fail else None,
            may_be_empty=one.may_be_empty or two.may_be_empty, may_fail=first.may_fail or two.may_fail,
        )  # fmt: skip

    def _selected(self, expression: p.Selected, place: Place) -> Term:
        """What is declared under the name that the case gives."""
        name = self.filled(self.value(expression.by, place), place)
        branches: list[tuple[exp.Expression, Term]] = []
        for option, rule in expression.options:
            is_it = b.binary(exp.EQ, name.sql, b.text(option))
            branches.append((is_it, self.value(rule, place.when(_said(is_it)))))
        gap = Term(
            sql=b.NULL, type=expression.type, reason=self.compiler.reasons.error("E0502", place.name), may_fail=True
        )
        chosen = self.chosen(branches, gap, place)
        if name.reason is None:
            return chosen
        return attrs.evolve(chosen, reason=b.coalesce((name.why, chosen.why)))

    def chosen(
        self, branches: Sequence[tuple[exp.Expression, Term]], otherwise: Term, place: Place | None = None
    ) -> Term:
        """The term of the first branch that holds."""
        if otherwise.type.kind in KINDS or any(term.type.kind in KINDS for _, term in branches):
            place = place or self.compiler.place(self.compiler.laws.insured, owner=())
            return self.compiler.lists.chosen(branches, otherwise, place)
        (*terms, last), number = n.unified([*(term for _, term in branches), otherwise])
        sql = b.case([(condition, term.sql) for (condition, _), term in zip(branches, terms, strict=True)], last.sql)
        everything = [*terms, last]
        why = None
        if any(term.reason is not None for term in everything):
            why = b.case(
                [(condition, term.why) for (condition, _), term in zip(branches, terms, strict=True)], last.why
            )
        if any(term.divisor for term in everything):
            raise refused("", "按情形取的未舍入的商", "a choice between quotients that are not rounded")
        return Term(
            sql=sql, type=otherwise.type, number=number, reason=why,
            may_be_empty=any(t.may_be_empty for t in everything), may_fail=any(t.may_fail for t in everything),
        )  # fmt: skip

    # ── operations ──────────────────────────────────────────────────────────────────────────────
    def filled(self, term: Term, place: Place) -> Term:
        """The term where 空 is an error."""
        return self.truth(term, place)

    def _operation(self, expression: p.Operation, place: Place) -> Term:
        operator = expression.operator
        if operator in _OVER_LISTS or (operator in _OF_SEVERAL and len(expression.operands) == 1):
            return self.compiler.elements.aggregated(expression, place)
        if operator in ("filter", "map"):
            return self.filled(self.value(expression.operands[0], place), place)
        if operator in ("in", "not_in"):
            return self._member(expression, place)
        if operator == "list" and (values := _constants(expression)) is not None:
            return self._constant(tuple(values), expression.type, place)
        terms = [self.value(operand, place) for operand in expression.operands]
        if terms and all(term.is_constant for term in terms):
            folded = self.operators.folded(expression, [term.constant for term in terms])
            if folded is not NOTHING:
                return self._constant(folded, expression.type, place)
        if operator in ("is", "equals", "is_not", "differs"):
            return self.operators.equality(operator, terms[0], terms[1], place)
        if (made := self._of_lists(expression, terms, place)) is not None:
            return made
        if operator in _OF_SEVERAL:
            return self.operators.extreme(expression, terms, place)
        make = FUNCTIONS.get(operator)
        if make is None:
            raise refused(place.name, f"运算“{operator}”", f"the operation `{operator}`")
        return self.strict(terms, expression.type, place, lambda given: make(self.operators, expression, given, place))

    def _of_lists(self, expression: p.Operation, terms: Sequence[Term], place: Place) -> Term | None:
        """Operations that make a list, or read a checklist, and see to what is not known themselves."""
        lists, registers = self.compiler.lists, self.compiler.registers
        match expression.operator:
            case "list":
                return lists.written(expression, terms, place)
            case "join":
                return lists.joined(expression, terms, place)
            case "distinct":
                return self.compiler.membership.distinct(expression, terms[0], place)
            case "missing":
                return registers.missing(expression, terms[0], terms[1], place)
            case "is_open":
                return registers.is_open(terms[0])
            case "warn_rest_day":
                return self.compiler.calendar.warned(terms[0], expression.type, place)
        return None

    def strict(self, terms: Sequence[Term], kind: Type, place: Place, make: Callable[[list[Term]], Term]) -> Term:
        """An operation that needs all its operands: their reasons come first, then what is 空, then its own."""
        is_nothing = any(isinstance(term.sql, exp.Null) for term in terms)
        made = Term(sql=b.NULL, type=kind) if is_nothing else make(list(terms))
        empty = b.either(b.is_null(term.sql) for term in terms if term.may_be_empty)
        reasons: list[exp.Expression] = [b.greatest([term.why for term in terms])]
        fails = any(term.may_fail for term in terms) or made.may_fail
        if not b.is_false(empty):
            reasons.append(b.case([(empty, self.compiler.reasons.error("E0508", place.name))]))
            fails = True
        reasons.append(made.why)
        why = b.coalesce(reasons)
        return attrs.evolve(made, reason=None if isinstance(why, exp.Null) else why, may_fail=fails)

    def _member(self, expression: p.Operation, place: Place) -> Term:
        """Membership; in an empty list nothing is, known or not."""
        item, collection = expression.operands
        negated = expression.operator == "not_in"
        values = _constants(collection)
        if values == []:
            return self.compiler.values.constant(negated, BOOLEAN)
        left = self.value(item, place)
        if values is None and isinstance(collection, p.Operation) and collection.operator == "list":
            tests = [self.operators.equality("is", left, self.value(part, place)) for part in collection.operands]
            reasons = [test.why for test in tests]
            sql = b.either(test.sql for test in tests)
            why = b.greatest(reasons)
            sql = sql if isinstance(why, exp.Null) else b.case([(b.is_null(why), sql)])
            found = Term(
                sql=sql,
                type=BOOLEAN,
                reason=None if isinstance(why, exp.Null) else why,
                may_fail=any(t.may_fail for t in tests),
            )
        elif values is not None:
            if left.is_constant:
                return self.compiler.values.constant(operations.contains(values, left.constant) != negated, BOOLEAN)
            found = self._in_constants(left, values, collection, item)
        else:
            found = self.compiler.membership.among(left, self.value(collection, place), place)
        return attrs.evolve(found, sql=b.negation(found.sql)) if negated else found

    def _in_constants(self, left: Term, values: Sequence[Any], collection: p.Expression, item: p.Expression) -> Term:
        kind = collection.type.element or item.type
        terms = [self.compiler.values.constant(value, kind) for value in values if value is not None]
        if left.number is not None:
            terms = [n.as_decimal(term) if left.number.width else term for term in terms]
        words = [self.compiler.values.word(term) for term in terms]
        sql: exp.Expression = exp.In(this=b.wrapped(left.sql), expressions=words)
        if len(terms) == 1:
            sql = b.binary(exp.EQ, left.sql, words[0])
        if left.may_be_empty:
            is_null = b.TRUE if None in values else b.FALSE
            sql = b.case([(b.is_known(left.sql), sql), (b.is_null(left.why), is_null)])
        return Term(sql=sql, type=BOOLEAN, reason=left.reason, may_fail=left.may_fail)


def _said(test: exp.Expression) -> Callable[[], exp.Expression]:
    return lambda: test


def _not_settled(term: Term, settling: bool) -> Callable[[], exp.Expression]:
    wanted = term.sql if not settling else b.negation(term.sql)
    return lambda: b.TRUE if term.is_constant else b.coalesce((wanted, b.TRUE))


def _constants(expression: p.Expression) -> list[Any] | None:
    """The values of a written list, where all are constants."""
    if isinstance(expression, p.Local) and expression.name == "asked":
        return None
    if isinstance(expression, p.Operation) and expression.operator == "list":
        if all(isinstance(part, p.Constant) for part in expression.operands):
            return [part.value for part in expression.operands if isinstance(part, p.Constant)]
    elif isinstance(expression, p.Constant) and isinstance(expression.value, tuple):
        return list(expression.value)
    return None


_OVER_LISTS = frozenset({"sum", "count", "any", "all", "first", "last"})
_OF_SEVERAL = frozenset({"smaller", "larger", "earlier", "later"})
"""Of several values, or of the elements of one list."""

__all__ = ["UNDATED", "Expressions"]
