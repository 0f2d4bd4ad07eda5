"""What a decided case shows about a rule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

import attrs

from engine import program as p
from engine.deciding import Case
from engine.decision import Decision, Reason, Status
from engine.evaluator import Evaluator, Laws
from engine.frames import EvaluationError
from engine.suggestions.distances import SIDES, distance
from engine.suggestions.wanted import Wanted, unit_of
from engine.unknown import Unknown
from policy.types import Type

_EXAMINED = ("won", "condition_false", "displaced")
_NO_CASE = "E06"
"""Facts that are no facts, or that occur in no case."""


@attrs.frozen(eq=False)
class Tried:
    """A case that was decided."""

    laws: Laws
    case: Case
    decision: Decision

    @property
    def is_possible(self) -> bool:
        """Whether such a case can occur, as far as is declared."""
        return not any(item.code.startswith(_NO_CASE) for item in self.decision.diagnostics)


class Recogniser:
    """Tells what cases show about one rule."""

    def __init__(self, rule: p.Rule, wanted: Iterable[Wanted]) -> None:
        self.rule = rule
        self.wanted = list(wanted)
        self._labels = {clause.id: clause.label for clause in rule.clauses}
        self.conditions = {clause.id: clause.condition for clause in rule.clauses}
        self.places = {clause.id: clause.origin.span.reference for clause in rule.clauses}

    def shown(self, tried: Tried, among: Iterable[Wanted] | None = None) -> set[Wanted]:
        """All that the case shows, or what of some things it does."""
        if not tried.is_possible or not self._is_looked_at(tried.decision):
            return set()
        look = _Look(self, tried)
        return {item for item in (self.wanted if among is None else among) if look.shows(item)}

    def distances(self, tried: Tried) -> Iterator[tuple[Wanted, int]]:
        """How far the case is from each edge that it comes near to."""
        look = _Look(self, tried)
        for item in self.wanted:
            if item.kind == "edge" and (steps := look.steps(item)) is not None:
                yield item, steps

    def _is_looked_at(self, decision: Decision) -> bool:
        return (self.rule.region, self.rule.id) in decision.visited

    def called(self, label: str) -> set[str]:
        """The clauses of a label."""
        return {name for name, known in self._labels.items() if known == label}


class _Look:
    """One case, looked at."""

    def __init__(self, recogniser: Recogniser, tried: Tried) -> None:
        self.of = recogniser
        self.tried = tried
        rule, decision = recogniser.rule, tried.decision
        self.reasons = [
            r for r in decision.examined if r.kind == "rule" and r.id == rule.id and r.region == rule.region
        ]
        self.is_decided = decision.status in (Status.DETERMINED, Status.NEEDS_HUMAN)
        self.refused = {item.place for item in decision.met if item.outcome == "won" and item.kind != "bound"}
        self._evaluator: Evaluator | None = None

    def shows(self, item: Wanted) -> bool:
        decision = self.tried.decision
        match item.kind:
            case "wins":
                is_won = self.is_decided and self._has(item.clause, "won")
                return is_won or self.of.places[item.clause] in self.refused
            case "fails":
                return self.is_decided and self._has(item.clause, "condition_false")
            case "displaced":
                return self.is_decided and self._is_displaced(item) and self._would_hold(item.clause)
            case "value":
                return self.is_decided and any(_wins(r, item.clause, item.side) for r in self.reasons)
            case "edge":
                return self.is_decided and SIDES.get(self.steps(item)) == item.side  # type: ignore[arg-type]
            case "null":
                return self.is_decided and self._is_empty(item)
            case "version":
                return self._is_about_time() and datetime.fromisoformat(decision.as_of) == item.day
            case "figure":
                return self.is_decided and any(_is_from(reason, item) for reason in self._figures())
            case "check":
                return any(c.id == item.clause and c.region == item.place and not c.holds for c in decision.checks)
            case _:
                return any(c.place == item.place and c.outcome == "won" for c in decision.met)

    def _is_about_time(self) -> bool:
        """Whether the rule is decided, or refused because of the day alone."""
        return self.is_decided or any(item.code == "E0503" for item in self.tried.decision.diagnostics)

    def _has(self, clause: str, outcome: str) -> bool:
        return any(c.id == clause and c.outcome == outcome for r in self.reasons for c in r.clauses)

    def _is_displaced(self, item: Wanted) -> bool:
        return any(
            c.id == item.clause and c.outcome == "displaced" and item.by in self.of.called(c.by)
            for r in self.reasons
            for c in r.clauses
        )

    def _would_hold(self, clause: str) -> bool:
        """Whether a clause that was displaced, perhaps without a look at it, would have applied."""
        condition = self.of.conditions[clause]
        return condition is None or self._value(condition) is True

    def _figures(self) -> list[Reason]:
        return [part for reason in self.reasons for part in reason.inputs]

    # ── values ──────────────────────────────────────────────────────────────────────────────────
    def steps(self, item: Wanted) -> int | None:
        """How far the operands of an edge are apart; None where its clause was not looked at."""
        if not self._is_examined(item.clause):
            return None
        left, right = (self._value(operand) for operand in item.operands)
        if isinstance(left, Unknown) or isinstance(right, Unknown):
            return None
        assert item.operation is not None
        return distance(left, right, Type(unit_of(item.operation)))

    def _is_empty(self, item: Wanted) -> bool:
        assert item.operation is not None
        if not self._is_examined(item.clause):
            return False
        value = self._value(item.operation.operands[item.end])
        return not isinstance(value, Unknown) and (value is None) == (item.side == "null")

    def _is_examined(self, clause: str) -> bool:
        return any(c.id == clause and c.outcome in _EXAMINED for r in self.reasons for c in r.clauses)

    def _value(self, expression: p.Expression) -> Any:
        tried = self.tried
        if self._evaluator is None:
            moment = datetime.fromisoformat(tried.decision.as_of)
            self._evaluator = Evaluator(tried.laws, tried.case.facts, moment)
        try:
            return self._evaluator.value(expression, self._evaluator.frame(tried.laws.insured, self.of.rule))
        except EvaluationError:
            return Unknown()


def _wins(reason: Reason, clause: str, side: str) -> bool:
    """Whether a clause made a yes or a no."""
    return reason.value is (side == "true") and any(item.id == clause for item in reason.winners)


def _is_from(reason: Reason, item: Wanted) -> bool:
    """Whether a figure is the shipped value that is meant, of its time."""
    origin = reason.parameter
    since = item.day.date().isoformat() if item.day else ""
    return origin is not None and origin.place == item.place and origin.since == since
