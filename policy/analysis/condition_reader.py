"""Expressions and rules of a policy → conditions on variables.

A rule that a condition asks about is looked into, as far as its values are written. What cannot be read
so (two facts compared, an amount computed) is a variable of its own that may hold or not.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

import attrs

from policy.analysis.conditions import (
    ALWAYS_TRUE,
    STEPS,
    Assignment,
    Condition,
    Open,
    Variable,
    joined,
    negated,
    of_variable,
)
from policy.analysis.ranking import OpenError, Order, Ranked
from policy.dsl import tree as t
from policy.dsl.formatter import format_expression
from policy.model import Policy, Target
from policy.periods import in_force, stated
from policy.sources import Provision
from policy.types import Type

LIMIT_DEPTH: Final = 4
"""How many rules deep conditions are looked into."""

_OPERATORS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "is": operator.eq, "equals": operator.eq, "is_not": operator.ne, "differs": operator.ne,
    "at_most": operator.le, "not_after": operator.le, "at_least": operator.ge, "not_before": operator.ge,
    "above": operator.gt, "after": operator.gt, "below": operator.lt, "before": operator.lt,
}  # fmt: skip
_TURNED: Final = {"at_most": "at_least", "at_least": "at_most", "above": "below", "below": "above"} | {
    "not_after": "not_before", "not_before": "not_after", "after": "before", "before": "after",
}  # fmt: skip
_OPPOSITE: Final = {"is_not": "is", "differs": "equals", "at_least": "below", "above": "at_most"} | {
    "not_before": "before", "after": "not_after",
}  # fmt: skip


class ImpossibleError(Exception):
    """The values that are tried never meet: a rule they depend on has no answer for them."""


class ConditionReader:
    """Reads the conditions of rules; they share its variables."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.variables: dict[str, Variable] = {}
        self.rules = {item.names.id: item for pack in policy.packs for item in pack.declarations(t.Rule)}
        self.amendments: dict[str, list[t.Amend]] = {}
        for pack in policy.packs:
            for item in pack.declarations(t.Amend):
                if target := policy.target_of(item.target):
                    self.amendments.setdefault(target.id, []).append(item)
        self._inside: list[str] = []
        self._orders: dict[str, Order] = {}

    def read(self, expression: t.Expr | None) -> Condition:
        """The condition as a function of variables."""
        match expression:
            case None:
                return ALWAYS_TRUE
            case t.Truth(value=value):
                return lambda _: value
            case t.Not(operand=operand):
                return negated(self.read(operand))
            case t.Logic(operator=kind, operands=operands):
                return joined(kind, [self.read(operand) for operand in operands])
            case t.Path() if self._name(expression):
                return self._by_rule(expression, None) or self._atom(expression, bool, ())
            case t.Known(operand=t.Path() as operand) if self._name(operand).startswith("fact"):
                return ALWAYS_TRUE
            case t.Compare():
                return self._compared(expression)
            case t.Member():
                return self._member(expression)
            case _:
                return self._opaque(expression)

    def constant(self, expression: t.Expr) -> tuple[Any] | None:
        """The written value in a tuple, or None for anything that must be computed."""
        match expression:
            case t.Null():
                return (None,)
            case t.Truth(value=value) | t.Percent(value=value) | t.String(value=value):
                return (value,)
            case t.Number(value=value):
                return (int(value) if self.policy.type_of(expression).kind == "integer" else value,)
            case t.Quantity(operand=t.Number(value=value), unit="yuan" | "points"):
                return (value,)
            case t.Quantity(operand=t.Number(value=value), unit=unit):
                return ((value, unit, expression.month_end),)
            case t.Moment(value=value):
                is_instant = self.policy.type_of(expression).kind == "instant"
                return (datetime.fromisoformat(value) if is_instant else date.fromisoformat(value[:10]),)
            case t.Path():
                target = self.policy.target_of(expression)
                return (target.field,) if target and target.kind == "enum" else None
        return None

    # ── atoms ───────────────────────────────────────────────────────────────────────────────────
    def _compared(self, expression: t.Compare) -> Condition:
        kind, left, right = expression.operator, expression.left, expression.right
        if self.constant(left):
            kind, left, right = _TURNED.get(kind, kind), right, left
        value = self.constant(right)
        if value is None or not self._can_vary(left, value):
            return self._opaque(expression)
        compare, constant = _OPERATORS[kind], value[0]
        is_equality = kind in ("is", "is_not", "equals", "differs")

        def test(given: Any) -> bool:
            return (is_equality or given is not None) and compare(given, constant)

        return self._by_rule(left, test) or self._atom(left, test, value)

    def _member(self, expression: t.Member) -> Condition:
        values = self._collection(expression.collection)
        if values is None or not self._can_vary(expression.operand, values[0]):
            return self._opaque(expression)
        constants, holds = values

        def test(given: Any) -> bool:
            return holds(given) != expression.negated

        return self._by_rule(expression.operand, test) or self._atom(expression.operand, test, constants)

    def _collection(self, collection: t.Expr) -> tuple[Sequence[Any], Callable[[Any], bool]] | None:
        if isinstance(collection, t.ListOf):
            found = [self.constant(item) for item in collection.items]
            values = [item[0] for item in found if item]
            return (values, lambda given: given in values) if len(values) == len(found) else None
        if isinstance(collection, t.Interval):
            low, high = self.constant(collection.low), self.constant(collection.high)
            if low is None or high is None:
                return None
            closed = collection.closed
            return (*low, *high), lambda given: low[0] <= given and (given <= high[0] if closed else given < high[0])
        return None

    def _can_vary(self, expression: t.Expr, constants: Iterable[Any]) -> bool:
        """Whether the expression is something named whose values can be listed."""
        kind = self.policy.type_of(expression).kind
        if not isinstance(expression, t.Path) or not self._name(expression):
            return False
        if kind in ("boolean", "enum", "text"):
            return True
        return kind in STEPS and None not in constants

    def _atom(self, expression: t.Expr, test: Callable[[Any], bool], constants: Iterable[Any]) -> Condition:
        assert isinstance(expression, t.Path)
        name = self._name(expression)
        if name not in self.variables:
            target, kind = self.policy.target_of(expression), self.policy.type_of(expression)
            self.variables[name] = Variable(expression, kind, target, self._is_free(target))
        self.variables[name].constants += [item for item in constants if item not in self.variables[name].constants]
        return of_variable(name, test)

    def _name(self, path: t.Path) -> str:
        target = self.policy.target_of(path)
        if target is None or target.kind not in ("fact", "element", "parameter", "rule"):
            return ""
        return f"{target.kind} {target.id} {target.field}"

    def _is_free(self, target: Target | None) -> bool:
        if target is None or target.kind not in ("fact", "element"):
            return False
        field = self.policy.vocabulary.field(target.id if target.kind == "fact" else f"{target.id}.{target.field}")
        return field is not None and field.derived_by is None

    def _opaque(self, expression: t.Expr) -> Condition:
        """A comparison as a variable of its own; its opposite is the same one."""
        is_opposite = isinstance(expression, t.Compare) and expression.operator in _OPPOSITE
        plain = attrs.evolve(expression, operator=_OPPOSITE[expression.operator]) if is_opposite else expression  # type: ignore
        if isinstance(expression, t.Member) and expression.negated:
            is_opposite, plain = True, attrs.evolve(expression, negated=False)  # type: ignore[misc]
        name = f"condition {format_expression(plain)}"
        if name not in self.variables:
            self.variables[name] = Variable(plain, Type("boolean"), None, is_free=False)
        return of_variable(name, lambda value: value != is_opposite)

    def ruled_out(self, check: t.Check) -> Condition:
        """The cases in which a check fails."""
        return joined("and", [self.read(check.condition), negated(self.read(check.requirement))])

    # ── rules ───────────────────────────────────────────────────────────────────────────────────
    def order(self, rule: t.Rule | t.Deadline) -> Order:
        """The rule's own clauses and those of all amendments to it, in their rank."""
        found = [self._ranked(clause, rule.terms) for clause in rule.clauses]
        for amendment in self.amendments.get(rule.names.id, ()):
            found += [self._ranked(clause, amendment.terms) for clause in amendment.clauses]
        return Order(found)

    def _ranked(self, clause: t.Clause, owner: t.Terms) -> Ranked:
        name = clause.names.id if clause.names else clause.kind
        below = tuple(target.id for over in clause.over if (target := self.policy.target_of(over)))
        outer = in_force(owner, self.cited(owner))
        period = in_force(clause.terms, self.cited(clause.terms), outer).meet(stated(owner))
        return Ranked(clause, name, self.read(clause.condition), below, period, owner)

    def cited(self, terms: t.Terms) -> list[Provision]:
        """The provisions that are cited."""
        targets = [self.policy.target_of(citation) for citation in terms.citations]
        return [p for target in targets if target and (p := self.policy.library.provision(target.id))]

    def _by_rule(self, path: t.Expr, test: Callable[[Any], bool] | None) -> Condition | None:
        """A condition on a rule's value as one on what the rule itself depends on; None if it cannot be seen so.

        `test` is applied to the rule's value; without it the value is the condition.
        """
        target = self.policy.target_of(path)
        rule = self.rules.get(target.id) if target and target.kind == "rule" and not target.field else None
        if rule is None or rule.names.id in self._inside or len(self._inside) >= LIMIT_DEPTH:
            return None
        self._inside.append(rule.names.id)
        try:
            if rule.names.id not in self._orders:
                self._orders[rule.names.id] = self.order(rule)
            order = self._orders[rule.names.id]
            values = {item: self._outcome(item.clause.value, test) for item in order.clauses}
        finally:
            self._inside.pop()
        if None in values.values():
            return None
        return lambda given: _decided(order, values, given)

    def _outcome(self, value: t.Expr, test: Callable[[Any], bool] | None) -> Condition | None:
        """What the test gives for a clause's value; None where the value must be computed."""
        if test is None:
            return self.read(value)
        if isinstance(value, t.NoRule):
            return _impossible
        constant = self.constant(value)
        if constant is None:
            return None
        result = test(constant[0])
        return lambda _: result


def _decided(order: Order, values: Mapping[Ranked, Condition | None], given: Assignment) -> bool | Open:
    """The outcome of the clause that wins in the case tried."""
    try:
        won = order.winners(given)
    except OpenError as still:
        return Open(still.variable)
    if not won:
        raise ImpossibleError
    outcome = values[won[0]]
    assert outcome is not None
    return outcome(given)


def _impossible(given: Assignment) -> bool:
    raise ImpossibleError
