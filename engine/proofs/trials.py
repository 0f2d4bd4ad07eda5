"""A case put to the reference evaluator: a rule asked for by itself, under whichever programs are meant."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import attrs

from engine import program as p
from engine.deciding import Case, decide
from engine.decision import ClauseOutcome, Decision, Status
from engine.evaluator import Evaluator, Laws
from engine.facts import Facts, read_facts
from engine.frames import EvaluationError
from engine.inputs import inputs_of
from engine.proofs.goals import (
    Applies,
    Beyond,
    Clash,
    Differs,
    Displaced,
    Edge,
    EndsBeforeStart,
    Fails,
    Gap,
    Goal,
    Holds,
    Reversed,
    Wins,
)
from engine.regions import asked_rule
from policy.values import Month, plain

AGAINST_FACTS = ("E06", "E0506")
"""Diagnostics of a case that cannot occur: facts that are no facts, or against a check."""


@attrs.frozen(eq=False)
class Trial:
    """Facts by their paths, typed, and the instant they are decided for."""

    facts: Mapping[str, Any]
    moment: datetime
    asked: tuple[str, ...] = ()
    """Further rules that are asked for."""


class Trials:
    """Runs cases of one rule."""

    def __init__(self, laws: Laws, rule: str, *, is_skeleton: bool = False) -> None:
        self.is_skeleton = is_skeleton
        self.laws = laws
        self.rule = rule
        question = asked_rule(laws.insured, rule)
        assert question is not None
        self.question = question
        self.subject = laws.insured.rules[rule]
        self.accepted = inputs_of(question, (laws.insured, laws.treatment))

    def run(self, trial: Trial) -> Decision:
        """The decision."""
        region = self.laws.treatment.region.id if self.laws.treatment is self.laws.insured else None
        question = self._question(trial)
        outputs = list(question.answers)
        if self.is_skeleton:  # the rule may be about what other rules compute, which no case could state
            return decide(self.laws, Case(question, Facts(dict(trial.facts)), trial.moment, outputs, region))
        vocabulary = self.laws.insured.policy.vocabulary
        facts, problems = read_facts(nested(trial.facts), vocabulary, self.accepted)
        return decide(self.laws, Case(question, facts, trial.moment, outputs, region, tuple(problems)))

    def is_at_edge(self, goal: Edge, trial: Trial) -> bool:
        """Whether the comparison's operands are as near to each other as the goal says."""
        evaluator = Evaluator(self.laws, Facts(dict(trial.facts)), trial.moment)
        frame = evaluator.frame(self.laws.insured, self.subject)
        operands = goal.operation.operands
        try:
            one, other = (evaluator.value(item, frame) for item in (operands[0], operands[goal.end]))
        except EvaluationError:
            return False
        ends = [_number(item) for item in (one, other)]
        return None not in ends and ends[0] == ends[1] + goal.step  # type: ignore[operator]

    def _question(self, trial: Trial) -> p.Question:
        more = [asked_rule(self.laws.insured, name) for name in trial.asked]
        answers = {name: answer for item in more if item for name, answer in item.answers.items()}
        return attrs.evolve(self.question, answers={**self.question.answers, **answers})


def _number(value: Any) -> Fraction | None:
    """A value on the scale of its type's smallest step."""
    match value:
        case datetime():
            return Fraction((value - datetime.min) // timedelta(seconds=1))
        case date():
            return Fraction(value.toordinal())
        case Month(year=year, month=month):
            return Fraction(year * 12 + month)
        case Decimal() | Fraction() | int() if not isinstance(value, bool):
            return Fraction(value)
    return None


def nested(facts: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Facts by entity and field, as plain data."""
    found: dict[str, dict[str, Any]] = {}
    for path, value in facts.items():
        entity, _, field = path.partition(".")
        found.setdefault(entity, {})[field] = plain(value)
    return found


def day_text(moment: datetime) -> str:
    """An instant as a case states it: a day from its beginning is just the day."""
    return moment.date().isoformat() if moment.time() == time() else moment.isoformat(timespec="minutes")


def outcomes(decision: Decision, rule: str) -> dict[str, ClauseOutcome]:
    """What became of the clauses of the rule that was asked for."""
    for reason in decision.reasons:
        for part in reason.walk():
            if part.id == rule and part.kind == "rule":
                return {clause.id: clause for clause in part.clauses}
    return {}


def is_possible(decision: Decision) -> bool:
    """Whether such a case can occur."""
    return not any(item.code.startswith(AGAINST_FACTS) for item in decision.diagnostics)


def meets(goal: Goal, decision: Decision, rule: p.Rule, other: Decision | None = None) -> bool:
    """Whether the reference evaluator confirms that a case meets the goal."""
    if not is_possible(decision) or (other is not None and not is_possible(other)):
        return False
    match goal:
        case Clash():
            return _has(decision, "E0501", [clause.origin for clause in rule.clauses])
        case Gap():
            return _has(decision, "E0502", [rule.origin]) or _has(decision, "E0503", [rule.origin])
        case Beyond(bound=bound):
            return _has(decision, "E0505", [bound.origin])
        case Differs():
            assert other is not None
            return bool(_said(decision) != _said(other))
        case EndsBeforeStart():
            return decision.status is Status.DETERMINED
        case Reversed(start=start, end=end):
            return decision.status is Status.DETERMINED and _has_reversed(decision, rule.id, start, end)
    found = outcomes(decision, rule.id)
    if decision.status is Status.ERROR and not decision.results[rule.id].is_known:
        return False
    match goal:
        case Wins(clause=name):
            return name in found and found[name].outcome == "won"
        case Holds(clause=name):
            return name in found and found[name].outcome in ("won", "displaced")
        case Applies():
            return True  # asked only of what can be proven
        case Fails(clause=name):
            return name in found and found[name].outcome == "condition_false"
        case Displaced(clause=name, by=by):
            label = next((clause.label for clause in rule.clauses if clause.id == by), by)
            return name in found and found[name].outcome == "displaced" and found[name].by == label
    return decision.status is Status.DETERMINED


def _has_reversed(decision: Decision, rule: str, start: str, end: str) -> bool:
    rows = decision.outputs.get(rule) or ()
    return any(row.get(start) and row.get(end) and row[end] < row[start] for row in rows)


def _has(decision: Decision, code: str, origins: list[Any]) -> bool:
    spans = [origin.span for origin in origins]
    return any(item.code == code and item.span in spans for item in decision.diagnostics)


def _said(decision: Decision) -> Any:
    codes = sorted(item.code for item in decision.diagnostics)
    return decision.status, plain(decision.outputs), codes
