"""Default logic: which clause of a rule wins, and what became of the others.

一般 holds unless a 情形 does; a 情形 holds unless a 但书 over it does, which may have 但书 of its own; a 情形
may come before others (优先于). A clause that a winner displaces is not even looked at. Clauses of
equal rank that give different values conflict.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

import attrs

from engine import program as p
from engine.decision import ClauseOutcome, Formula
from engine.operations import compare
from engine.unknown import Unknown, together

Condition = Callable[[p.Clause], tuple[bool | Unknown, Formula | None]]
"""Tests a clause's condition; gives what it found and, if it failed, the part that failed first."""


@attrs.define
class Ranking:
    """The outcome of every clause of a rule, as far as it was looked at."""

    outcomes: dict[str, ClauseOutcome] = attrs.field(factory=dict)
    winners: list[p.Clause] = attrs.field(factory=list)
    unknown: Unknown | None = None


def rank(clauses: Sequence[p.Clause], moment: datetime, condition: Condition) -> Ranking:
    """Find the clauses that win at the moment."""
    ranking = Ranking()
    in_force = []
    for clause in clauses:
        if clause.period.contains(moment):
            in_force.append(clause)
        else:
            ranking.outcomes[clause.id] = outcome(clause, "not_in_force")
    cases = [clause for clause in in_force if clause.kind == "case"]
    true, unknown = _try_cases(by_priority(cases), condition, ranking)
    candidates = true
    if unknown and (not true or _may_displace(unknown, true, cases)):
        ranking.unknown = together(found for _, found in unknown)
        return ranking
    if not true:
        candidates = [clause for clause in in_force if clause.kind == "general"]
    provisos = [clause for clause in in_force if clause.kind == "proviso"]
    pending: list[Unknown] = []
    for candidate in candidates:
        _descend(candidate, provisos, condition, ranking, pending)
    if pending:
        ranking.unknown = together(pending)
    _tell_the_rest(in_force, ranking)
    return ranking


def outcome(clause: p.Clause, what: str, cause: Formula | None = None, by: str = "") -> ClauseOutcome:
    """What became of a clause, as it is told."""
    start, end = clause.period.start, clause.period.end
    return ClauseOutcome(
        id=clause.id,
        label=clause.label,
        kind=clause.kind,
        outcome=what,
        citations=clause.citations,
        region=clause.region,
        cause=cause,
        by=by,
        period=(start.isoformat() if start else "", end.isoformat() if end else ""),
        place=clause.origin.span.reference,
    )


def by_priority(cases: list[p.Clause]) -> list[p.Clause]:
    """Cases before those they come before, otherwise as written."""
    ordered: list[p.Clause] = []
    by_id = {clause.id: clause for clause in cases}
    above: dict[str, list[p.Clause]] = {}
    for clause in cases:
        for lower in clause.over:
            above.setdefault(lower, []).append(clause)

    def place(clause: p.Clause) -> None:
        if clause in ordered:
            return
        for higher in above.get(clause.id, ()):
            place(by_id[higher.id])
        ordered.append(clause)

    for clause in cases:
        place(clause)
    return ordered


def _try_cases(
    cases: Iterable[p.Clause], condition: Condition, ranking: Ranking
) -> tuple[list[p.Clause], list[tuple[p.Clause, Unknown]]]:
    true: list[p.Clause] = []
    unknown: list[tuple[p.Clause, Unknown]] = []
    displaced: dict[str, str] = {}
    for clause in cases:
        if clause.id in displaced:
            ranking.outcomes[clause.id] = outcome(clause, "displaced", by=displaced[clause.id])
            displaced.update({lower: displaced[clause.id] for lower in clause.over if lower not in displaced})
            continue
        found, cause = condition(clause)
        if isinstance(found, Unknown):
            unknown.append((clause, found))
            ranking.outcomes[clause.id] = outcome(clause, "unknown")
        elif found:
            true.append(clause)
            displaced.update({lower: clause.label for lower in clause.over if lower not in displaced})
        else:
            ranking.outcomes[clause.id] = outcome(clause, "condition_false", cause)
    return true, unknown


def _may_displace(
    unknown: Iterable[tuple[p.Clause, Unknown]], true: Iterable[p.Clause], cases: Iterable[p.Clause]
) -> bool:
    """Whether a clause not yet decided comes before one that holds, directly or through others."""
    over = {clause.id: clause.over for clause in cases}
    todo = [name for clause, _ in unknown for name in clause.over]
    lower: set[str] = set()
    while todo:
        name = todo.pop()
        if name not in lower:
            lower.add(name)
            todo.extend(over.get(name, ()))
    return any(clause.id in lower for clause in true)


def _descend(
    clause: p.Clause, provisos: Sequence[p.Clause], condition: Condition, ranking: Ranking, pending: list[Unknown]
) -> None:
    """The clause wins unless a proviso over it does."""
    winners: list[p.Clause] = []
    for proviso in provisos:
        if clause.id not in proviso.over:
            continue
        if proviso.id in ranking.outcomes:  # looked at already, over another clause that holds
            if ranking.outcomes[proviso.id].outcome in ("won", "displaced"):
                winners.append(proviso)
            continue
        found, cause = condition(proviso)
        if isinstance(found, Unknown):
            pending.append(found)
            ranking.outcomes[proviso.id] = outcome(proviso, "unknown")
        elif found:
            winners.append(proviso)
        else:
            ranking.outcomes[proviso.id] = outcome(proviso, "condition_false", cause)
    if not winners:
        ranking.outcomes[clause.id] = outcome(clause, "won")
        ranking.winners.append(clause)
        return
    ranking.outcomes[clause.id] = outcome(clause, "displaced", by=winners[0].label)
    for winner in winners:
        if winner not in ranking.winners:
            _descend(winner, provisos, condition, ranking, pending)


def _tell_the_rest(clauses: Iterable[p.Clause], ranking: Ranking) -> None:
    winner = ranking.winners[0].label if ranking.winners else ""
    for clause in clauses:
        if clause.id not in ranking.outcomes:
            told = (
                outcome(clause, "displaced", by=winner) if clause.kind == "general" else outcome(clause, "not_examined")
            )
            ranking.outcomes[clause.id] = told


def same_value(values: Sequence[Any]) -> bool:
    """Whether all winners say the same."""
    return all(compare("is", value, values[0]) for value in values[1:])
