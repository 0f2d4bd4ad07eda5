"""What is declared impossible speaks of facts alone: no rule or figure decides what can occur."""

from __future__ import annotations

from collections.abc import Iterable

from policy.checking.expressions import ExpressionChecker
from policy.diagnostics import Text
from policy.dsl import tree as t
from policy.exclusions import Exclusion
from policy.types import BOOLEAN

_DECIDED = ("rule", "parameter", "local")


def check_exclusions(exclusions: Iterable[Exclusion], checker: ExpressionChecker) -> None:
    """Each condition is true or false, and facts are all that it reads."""
    for exclusion in exclusions:
        _check(exclusion, checker)


def _check(exclusion: Exclusion, checker: ExpressionChecker) -> None:
    found = len(checker.problems)
    checker.expect(exclusion.condition, BOOLEAN)
    checker.settle_month_ends()
    targets = [(path, checker.targets.get(path)) for path in t.walk(exclusion.condition) if isinstance(path, t.Path)]
    for path, target in targets:
        if target is not None and target.kind in _DECIDED and target.id != "it":
            zh, en = (
                "互斥只说事实，不引规则、参数和决定日",
                "an exclusion speaks of facts, not of rules, figures or the day",
            )
            hint = Text("随规则而定的写成“核对”", "what depends on rules is a `check`")
            checker.report("E0307", path.span, zh, en, hint)
    if len(checker.problems) == found and not any(target and target.kind == "fact" for _, target in targets):
        checker.report("E0307", exclusion.condition.span, "互斥没有说到任何事实", "the exclusion names no fact")
