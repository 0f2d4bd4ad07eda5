"""What every case needs, whatever its facts: it is computed first, where all that follows can use it."""

from __future__ import annotations

from collections.abc import Iterable

from engine import program as p
from engine.backends.python.code import Key
from engine.backends.python.disjoint import signature
from engine.backends.python.places import INSURED
from engine.backends.python.times import Time
from engine.clauses import by_priority
from engine.evaluator import Laws

Keys = frozenset[Key]
NONE: Keys = frozenset()


class Certainty:
    """Finds what is needed on every way to an answer. To find too little only makes code longer."""

    def __init__(self, laws: Laws, time: Time) -> None:
        self.programs = (laws.insured, laws.treatment)
        self.laws = laws
        self.time = time
        self.gathered: dict[Key, p.Expression] = {}
        """What goes through the elements of a fact, by key."""
        self._rules: dict[tuple[int, str], Keys] = {}

    def of_all(self, expressions: Iterable[p.Expression], law: int = INSURED) -> Keys:
        """What all the expressions need."""
        return NONE.union(*(self.of(expression, law) for expression in expressions))

    def of(self, expression: p.Expression, law: int) -> Keys:
        """What an expression needs."""
        match expression:
            case p.RuleValue(id=name):
                return self._named(name, law)
            case p.ParameterValue(id=name):
                return frozenset([("figure", law, name)])
            case p.Logic(operands=operands):
                return self.of(operands[0], law)
            case p.Known(operand=operand) | p.Default(operand=operand):
                return self.of(operand, law)
            case p.Each(collection=collection):
                return self.of(collection, law) | self._each(expression, collection, law)
            case p.Selected(by=by):
                return self.of(by, law)
            case p.DutiesOf(actors=actors):
                return self.of(actors, law)
            case p.Record(fields=fields):
                return self.of_all((part for _, part in fields), law)
            case p.Operation(operands=(p.Each(collection=collection),)):
                return self.of(collection, law) | self._each(expression, collection, law)
            case p.Operation(operands=operands):
                return self.of_all(operands, law)
        return NONE

    def _each(self, expression: p.Expression, collection: p.Expression, law: int) -> Keys:
        if not isinstance(collection, p.Fact):
            return NONE
        key: Key = ("each", law, id(expression))
        self.gathered[key] = expression
        return frozenset([key])

    def _named(self, name: str, law: int) -> Keys:
        choices = [c for c in self.laws.insured.choices.get(name, ()) if self.time.in_force(c.period)]
        own = law if name in self.programs[law].rules else INSURED
        if not choices:
            return self._rule(name, own)
        conditions = self.of_all((c.condition for c in choices if c.condition is not None), INSURED)
        found = (
            conditions
            | {("choice", signature(c.condition)) for c in choices if c.condition is not None}
            | {("chosen", name, "")}
        )
        if self.programs[0] is self.programs[1] or all(self.laws.of(c.law) is self.programs[0] for c in choices):
            found |= self._rule(name, INSURED)
        return found

    def _rule(self, name: str, law: int) -> Keys:
        if (law, name) not in self._rules:
            self._rules[law, name] = NONE  # a rule does not make itself certain
            rule = self.programs[law].rules.get(name)
            if rule is not None:
                self._rules[law, name] = self._needs(rule, law) | {("rule", law, name, "")}
        return self._rules[law, name]

    def _needs(self, rule: p.Rule, law: int) -> Keys:
        if rule.kind == "brackets" and rule.scale is not None:
            parts = (
                rule.scale.lower,
                rule.scale.upper,
                rule.scale.table,
                *(item for b in rule.scale.bands for item in b),
            )
            return self.of_all((part for part in parts if part is not None), law)
        clauses = [clause for clause in rule.clauses if self.time.in_force(clause.period)]
        if rule.kind == "collect":
            tested = [c.condition if c.condition is not None else c.value for c in clauses]
            return self.of_all(tested, law)
        if not clauses or rule.kind == "open_norm":
            return NONE
        cases = by_priority([clause for clause in clauses if clause.kind == "case"])
        first = cases[0].condition if cases else None
        tested_first = self.of(first, law) if first is not None else NONE
        values = [self.of(c.value, law) for c in clauses if not isinstance(c.value, p.NoRule)]
        common = values[0].intersection(*values[1:]) if values else NONE
        return tested_first | common
