"""Conditions as functions of finitely many values, so that all their cases can be tried.

A comparison of a fact with written values needs only values at, just below and just above these.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

import attrs

from policy.dsl import tree as t
from policy.model import Policy, Target
from policy.types import Type

Assignment = Mapping[str, Any]
"""Variable → the value that is tried."""

STEPS: Final[dict[str, Any]] = {
    "money": Decimal("0.01"), "ratio": Decimal("0.01"), "points": Decimal(1), "number": Decimal(1),
    "integer": 1, "year": 1, "date": timedelta(days=1), "instant": timedelta(minutes=1),
}  # fmt: skip

OTHER: Final = "（其他）"
"""A text that is none of those written."""


@attrs.define(eq=False)
class Variable:
    """Something a condition depends on: a fact, a figure, a rule's value, or a whole comparison.

    `is_free` says that nothing else decides it: a fact of the case that is not derived.
    """

    node: t.Node
    type: Type
    target: Target | None
    is_free: bool
    constants: list[Any] = attrs.field(factory=list)

    def about(self, policy: Policy) -> set[tuple[str, str]]:
        """The facts, figures and rules it speaks of; a figure of a table also speaks of the facts it is read by."""
        targets = [policy.target_of(node) for node in t.walk(self.node) if isinstance(node, t.Path)]
        named = {(target.kind, _full_name(target)) for target in targets if target}
        parameters = {name for kind, name in named if kind == "parameter"}
        shipped = [p for pack in policy.packs for name, p in pack.parameters.items() if name in parameters]
        return named | {("fact", key) for parameter in shipped for key in parameter.keys}

    def domain(self, policy: Policy) -> Sequence[Any]:
        """Values that make every difference to the conditions."""
        if self.type.kind == "boolean":
            values: list[Any] = [False, True]
        elif self.type.kind == "enum":
            values = list(policy.vocabulary.enums[self.type.name].values)
        elif self.type.kind == "text":
            values = [*(item for item in self.constants if item is not None), OTHER]
        else:
            values = self._around()
        return [*values, None] if None in self.constants else values

    def _around(self) -> list[Any]:
        step = STEPS[self.type.kind]
        found = {value for item in self.constants if item is not None for value in (item - step, item, item + step)}
        return sorted(value for value in found if self.type.kind != "money" or value >= 0)


def _full_name(target: Target) -> str:
    return f"{target.id}.{target.field}" if target.field else target.id


@attrs.frozen
class Open:
    """Not decided: the variable that must be tried next."""

    variable: str


Condition = Callable[[Assignment], bool | Open]
"""Whether the condition holds in the case tried."""

ALWAYS_TRUE: Final[Condition] = lambda _: True  # noqa: E731


def joined(kind: str, parts: Sequence[Condition]) -> Condition:
    """All (`and`) or one (`or`) of the conditions; one of them may settle it though others are open."""
    settling = kind == "or"

    def test(given: Assignment) -> bool | Open:
        still: Open | None = None
        for part in parts:
            found = part(given)
            if found is settling:
                return settling
            still = still or (found if isinstance(found, Open) else None)
        return still or not settling

    return test


def negated(condition: Condition) -> Condition:
    """The opposite condition."""

    def test(given: Assignment) -> bool | Open:
        found = condition(given)
        return found if isinstance(found, Open) else not found

    return test


def of_variable(name: str, test: Callable[[Any], bool]) -> Condition:
    """A condition on one variable."""
    return lambda given: bool(test(given[name])) if name in given else Open(name)
