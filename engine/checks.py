"""核对: what must hold whenever a rule is decided, tested when everything else is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import attrs

from engine import program as p
from engine.decision import CheckMade
from engine.frames import EvaluationError, Frame, at_hand
from engine.unknown import Unknown
from policy.diagnostics import Diagnostic

if TYPE_CHECKING:
    from engine.evaluator import Evaluator


def failed_checks(evaluator: Evaluator, visited: Iterable[tuple[Frame, p.Rule]]) -> Iterator[Diagnostic]:
    """A diagnostic for every check over a visited rule that does not hold; a check that lacks facts is not made."""
    done: set[tuple[int, str, int]] = set()
    for frame, rule in visited:
        for check in frame.program.checks.get(rule.id, ()):
            element = frame.bindings.get(check.element) if check.element else None
            key = (id(frame.program), check.id, id(element))
            if key not in done and check.period.contains(evaluator.moment):
                done.add(key)
                yield from _check(evaluator, check, frame, element)


def _check(evaluator: Evaluator, check: p.Check, frame: Frame, element: Any) -> Iterable[Diagnostic]:
    inner = attrs.evolve(
        evaluator.frame(frame.program, None, at_hand(check.element, element)), citations=check.citations
    )
    try:
        if check.condition is not None and evaluator.value(check.condition, inner) is not True:
            return ()
        found = evaluator.value(check.requirement, inner)
    except EvaluationError:
        return ()
    if isinstance(found, Unknown):
        return ()
    holds = found is not False and (check.id not in evaluator.checks or evaluator.checks[check.id].holds)
    evaluator.checks[check.id] = CheckMade(check.id, check.label, holds, check.citations, check.region)
    if found is not False:
        return ()
    error = inner.error(
        "E0506",
        f"{check.label}：{check.message}",
        f"{check.id} does not hold: {check.message}",
        check.origin,
    )
    return (error.diagnostic,)
