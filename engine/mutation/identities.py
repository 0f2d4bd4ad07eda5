"""Checks that can never fail, because both sides are the same sum of the same parts.

Rules that only add and subtract are written out, also line by line of a list, until what is left
cannot be written out further; the two sides are the same if each part counts equally often in both.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Hashable, Iterable

import attrs

from engine import program as p

Sum = Counter[Hashable]
"""How often each part counts; a part that is taken away counts less than nothing."""


def always_holds(check: p.Check, program: p.Program, governed: Collection[str]) -> bool:
    """Whether what the check requires is an identity; `governed` rules may be decided by another law."""
    match check.requirement:
        case p.Operation(operator="equals", operands=(left, right)):
            parts = _Parts(program, check.element, governed)
            return not any(_less(parts.of(left), parts.of(right)).values())
    return False


@attrs.frozen(eq=False)
class _Parts:
    """Writes expressions out under a program; `element` is what the list at hand is a list of."""

    program: p.Program
    element: str
    governed: Collection[str]

    def of(self, expression: p.Expression) -> Sum:
        """The parts of an expression, and how often each counts."""
        match expression:
            case p.Operation(operator="+", operands=(left, right)):
                return _more(self.of(left), self.of(right))
            case p.Operation(operator="-", operands=(left, right)):
                return _less(self.of(left), self.of(right))
            case p.Operation(operator="sum", operands=(p.Each() as each,)) if self._is_plain(each):
                return self._line_by_line(each)
            case p.RuleValue(id=name, field="") if (value := self._written_out(name)) is not None:
                return self.of(value)
        return Counter({self._name(expression): 1})

    def _is_plain(self, each: p.Each) -> bool:
        """Whether every element of a fact counts, once."""
        is_all = each.where is None and each.body is not None and isinstance(each.collection, p.Fact)
        kind = each.collection.type.element
        return is_all and kind is not None and each.binder == kind.name

    def _line_by_line(self, each: p.Each) -> Sum:
        assert each.body is not None
        inner = attrs.evolve(self, element=each.binder).of(each.body)
        return Counter({("each", self._name(each.collection), part): times for part, times in inner.items()})

    def _written_out(self, name: str) -> p.Expression | None:
        """What a rule always is; None for one that has cases, or is decided elsewhere, or about another element."""
        rule = self.program.rules.get(name)
        if rule is None or rule.kind != "rule" or name in self.governed or rule.element not in ("", self.element):
            return None
        match rule.clauses:
            case (p.Clause(kind="general", condition=None, value=value),):
                return value
        return None

    def _name(self, expression: p.Expression) -> Hashable:
        """The same for what is the same value; what is not known to be so has a name of its own."""
        match expression:
            case p.Fact(path=path):
                return ("fact", path)
            case p.ElementField(entity=entity, field=field, binder=binder) if binder in ("", self.element):
                return ("field", entity, field)
            case p.RuleValue(id=name, field=field):
                return ("rule", name, field)
        return ("written", id(expression))


def _more(one: Sum, other: Sum) -> Sum:
    return Counter({part: one[part] + other[part] for part in _both(one, other)})


def _less(one: Sum, other: Sum) -> Sum:
    return Counter({part: one[part] - other[part] for part in _both(one, other)})


def _both(one: Sum, other: Sum) -> Iterable[Hashable]:
    return dict.fromkeys((*one, *other))
