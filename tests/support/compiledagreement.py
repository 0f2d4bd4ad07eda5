"""The reference evaluator and compiled Python side by side: every difference in values, status and winning clauses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine import Decision
from engine.backends.python.compiled import Compiled
from engine.backends.python.outcome import Outcome, winners_of


def differences(made: Compiled, outcome: Outcome, decision: Decision) -> Iterator[str]:
    """What compiled code says otherwise than the reference evaluator."""
    if outcome.status != decision.status:
        yield f"status {outcome.status}, not {decision.status}"
    if outcome.outputs != decision.outputs:
        yield f"{outcome.outputs}, not {decision.outputs}"
    if not outcome.is_compiled:
        return
    found: dict[tuple[int, str], list[tuple[tuple[str, ...], Any]]] = {}
    for winner in outcome.winners:
        found.setdefault((winner.law, winner.rule), []).append((winner.clauses, winner.value))
    programs = (made.laws.insured, made.laws.treatment)
    for wanted in winners_of(decision, made):
        rule = programs[wanted.law].rules.get(wanted.rule)
        if rule is not None and rule.kind != "brackets" and wanted.value is not None:
            said = found.get((wanted.law, wanted.rule), [])
            if (wanted.clauses, wanted.value) not in said:
                yield f"{wanted.rule}: {said}, not {wanted.clauses} {wanted.value}"
