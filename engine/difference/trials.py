"""Look for a case that two versions decide differently: give what they ask for, value by value, and compare."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.decision import Decision, Status
from engine.difference.outcomes import Outcome, outcome_of
from engine.difference.trial_values import TrialValues
from engine.difference.versions import Asked, Both, Versions

LIMIT_TRIALS = 240
"""How many cases are decided in search of a difference."""

Found = tuple[Both, Outcome]
"""A case with its decisions, and how they differ."""


def differing_case(
    versions: Versions, region: str, question: str, values: TrialValues, treatment: str | None = None
) -> Found | None:
    """A complete case, with no fact that is not asked for, that the versions decide differently."""
    left = LIMIT_TRIALS
    moments = values.moments()
    second_best: Found | None = None
    for place, moment in enumerate(moments):
        share = left // (len(moments) - place)
        found, used = _on_day(versions, Asked(region, question, {}, moment, treatment), values, share)
        left -= used
        if found is not None and not is_faulty(found[1]):
            return found
        second_best = second_best or found
    return second_best


def is_faulty(outcome: Outcome) -> bool:
    """Whether the case is an error under both: it shows a difference, but nobody will meet it."""
    return outcome.old_status == outcome.new_status == str(Status.ERROR)


def _on_day(versions: Versions, asked: Asked, values: TrialValues, share: int) -> tuple[Found | None, int]:
    todo: list[Mapping[str, Any]] = [{}]
    count = 0
    second_best: Found | None = None
    while todo and count < share:
        count += 1
        facts = todo.pop()
        both = versions.decide(Asked(asked.region, asked.question, facts, asked.as_of, asked.treatment_region))
        needed = _needed(both, facts)
        if needed is not None:
            more = [_with(facts, needed, value) for value in reversed(values.values(needed))]
            todo.extend(more)
            if more:
                continue
        outcome = outcome_of(both)
        if outcome.is_changed and not _is_open(both):
            second_best = second_best or (both, outcome)
            if not is_faulty(outcome):
                return (both, outcome), count
    return second_best, count


def _needed(both: Both, facts: Mapping[str, Any]) -> str | None:
    """The first fact that one of the versions still asks for."""
    for decision in (both.old, both.new):
        for need in decision.needs if decision else ():
            entity, _, field = need.path.partition(".")
            if field and field not in facts.get(entity, {}):
                return need.path
    return None


def _is_open(both: Both) -> bool:
    """Whether a version could not be brought to decide: then nothing is shown."""
    return any(item is None or _is_undecided(item) for item in (both.old, both.new))


def _is_undecided(decision: Decision) -> bool:
    return decision.status is Status.UNDETERMINED


def _with(facts: Mapping[str, Any], path: str, value: Any) -> dict[str, Any]:
    entity, _, field = path.partition(".")
    given = list(value) if isinstance(value, list) else value
    return {**facts, entity: {**facts.get(entity, {}), field: given}}
