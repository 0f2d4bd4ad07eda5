"""What became of each part of the rules in a decided case."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from engine.decision import Decision, Reason


class Seen(NamedTuple):
    """A part of the rules, by its place, and what became of it: an outcome as of a clause."""

    place: str
    detail: str
    outcome: str


def seen_in(decision: Decision) -> frozenset[Seen]:
    """Everything that the decision looked at."""
    return frozenset(_seen(decision))


def _seen(decision: Decision) -> Iterator[Seen]:
    referred = {norm.id for norm in decision.human}
    for reason in decision.examined:
        yield from _of_reason(reason, referred)
    for check in decision.checks:
        yield Seen(check.region, check.id, "condition_false" if check.holds else "won")
    for item in decision.met:
        yield Seen(item.place, "", item.outcome)


def _of_reason(reason: Reason, referred: set[str]) -> Iterator[Seen]:
    for clause in reason.clauses:
        yield Seen(clause.place, f"{reason.id}.{clause.id}", clause.outcome)
    if reason.kind == "rule" and not reason.clauses:
        is_decided = reason.value is not None or reason.id in referred
        yield Seen(reason.region, reason.id, "won" if is_decided else "unknown")
    if reason.parameter is not None and reason.parameter.place:
        yield Seen(reason.parameter.place, reason.parameter.since, "won")
    if reason.law is not None:
        yield from (Seen(place, "", "won") for place in reason.law.places)
