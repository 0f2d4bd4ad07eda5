"""Which provisions a decided case exercises, and on which side of their boundary."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum

from engine.decision import ClauseOutcome, Decision, Reason, all_behind
from policy.model import Policy


class Side(StrEnum):
    """How a provision came out of a case.

    It `won` when what it says came about; it `lost` when its condition was false, another clause
    came first, a check or bound failed, or the day was outside its period. `asked`: facts that it
    needs were missing, so that it did neither.
    """

    WON = "won"
    LOST = "lost"
    ASKED = "asked"


_CHECK_FAILED = "E0506"
_OUT_OF_THE_RUNNING = ("condition_false", "displaced", "not_in_force")


def exercised(decision: Decision) -> Iterator[tuple[str, Side]]:
    """Every provision that the decision turned on, with the side; some come out on both."""
    for reason in all_behind(decision.reasons):
        yield from _of_reason(reason, decision)
    for check in decision.checks:
        yield from _each(check.citations, Side.WON if check.holds else Side.LOST)
    for item in decision.diagnostics:
        if item.code != _CHECK_FAILED:
            yield from _each(item.provisions, Side.LOST)
    for notice in decision.notices:
        yield from _each(notice.citations, Side.LOST if notice.kind == "overridden" else Side.WON)
    for open_norm in decision.human:
        yield from _each(open_norm.citations, Side.WON)
    for need in decision.needs:
        yield from _each(need.citations, Side.ASKED)


def _of_reason(reason: Reason, decision: Decision) -> Iterator[tuple[str, Side]]:
    if reason.law:
        yield from _each(reason.law.citations, Side.WON)
    if reason.parameter and reason.parameter.provision:
        yield reason.parameter.provision, Side.WON
    if not reason.clauses:
        yield from _each(reason.citations, Side.WON if reason.value is not None else Side.ASKED)
        return
    shared = _shared(reason)
    for clause in reason.clauses:
        own = [name for name in clause.citations if name not in shared]
        if clause.outcome == "won":
            yield from _each(own, Side.LOST if reason.value is False and clause.kind == "general" else Side.WON)
        elif clause.outcome in _OUT_OF_THE_RUNNING:
            yield from _each(own, Side.LOST)
    side = _side_of_rule(reason, decision)
    if side:
        yield from _each(shared, side)
    # What figures, deadlines and notices add to the provisions of a rule.
    clauses = {name for clause in reason.clauses for name in clause.citations}
    yield from _each([name for name in reason.citations if name not in clauses], Side.WON)


def _shared(reason: Reason) -> frozenset[str]:
    """The provisions that every clause stands on: they are cited by the rule itself."""
    cited = [frozenset(clause.citations) for clause in reason.clauses]
    return frozenset.intersection(*cited)


def _side_of_rule(reason: Reason, decision: Decision) -> Side | None:
    """How the provisions of a whole rule came out.

    A duty loses as long as it is not met; a yes-or-no rule where the answer is no. Of
    others the special clauses win and the general one loses, where there are both.
    """
    policy = decision.policies.get(reason.region)
    state = _duty_state(reason, policy) if policy else ""
    if state:
        return Side.WON if state == "met" else Side.LOST
    winners = reason.winners
    if not winners:
        return Side.LOST if _none_applied(reason.clauses) else Side.ASKED
    if isinstance(reason.value, bool):
        return Side.WON if reason.value else Side.LOST
    special = any(clause.kind in ("case", "proviso") for clause in reason.clauses)
    is_general = all(clause.kind == "general" for clause in winners)
    return Side.LOST if special and is_general else Side.WON


def _none_applied(clauses: tuple[ClauseOutcome, ...]) -> bool:
    return all(clause.outcome in _OUT_OF_THE_RUNNING for clause in clauses)


def _duty_state(reason: Reason, policy: Policy) -> str:
    """The role of the state that a duty is in, if the rule tells one."""
    states = policy.vocabulary.enum_with_role("duty_state")
    if states is None or reason.type.name != states.id or not isinstance(reason.value, str):
        return ""
    return states.values[reason.value].role


def _each(names: Iterable[str], side: Side) -> Iterator[tuple[str, Side]]:
    return ((name, side) for name in names)
