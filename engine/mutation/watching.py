"""What a case looks at: every expression that is evaluated, every rule and figure that is asked for."""

from __future__ import annotations

from collections.abc import Hashable
from functools import partial
from typing import Any

from engine import program as p
from engine.deciding import Case, decide
from engine.decision import Decision
from engine.evaluator import Decided, Evaluator, Laws
from engine.expressions import ExpressionEvaluator
from engine.frames import Frame

DUTIES = ("duties", "")
"""Whatever is about duties: which of them are asked for depends on what all of them say."""


def decide_watching(laws: Laws, case: Case) -> tuple[Decision, set[Hashable]]:
    """The decision, and keys of all that was looked at: expressions by their origin, the others by kind and name."""
    seen: set[Hashable] = {("question", case.question.id)}
    return decide(laws, case, partial(_Watching, seen)), seen


class _Watching(Evaluator):
    def __init__(self, seen: set[Hashable], *arguments: Any) -> None:
        super().__init__(*arguments)
        self._looked_at = seen
        self._expressions = _Expressions(seen, self._rule_value, self._fact, self._figure, self._limit, self._refer)

    def rule(self, name: str, frame: Frame) -> Decided:
        self._looked_at.add(("rule", name))
        found = frame.program.rules.get(name)
        if found is not None and found.kind == "duty":
            self._looked_at.add(DUTIES)
        return super().rule(name, frame)

    def _figure(self, expression: p.ParameterValue, frame: Frame) -> Any:
        self._looked_at.add(("figure", expression.id))
        return super()._figure(expression, frame)

    def _limit(self, target: str, frame: Frame) -> Any:
        self._looked_at.add(("limit", target))
        return super()._limit(target, frame)


class _Expressions(ExpressionEvaluator):
    def __init__(self, seen: set[Hashable], *lookups: Any) -> None:
        super().__init__(*lookups)
        self._looked_at = seen

    def value(self, expression: p.Expression, frame: Frame) -> Any:
        self._looked_at.add(id(expression.origin))
        if isinstance(expression, p.DutiesOf | p.Selected):
            self._looked_at.add(DUTIES)
        return super().value(expression, frame)
