"""The reference evaluator: slow, obvious, and explaining by construction.

Deciding a rule returns its value together with the reason for it; nothing is traced on the side.
Rules are decided when they are needed and once each; a rule that the choice of law gives to the
other place is decided under that place's program.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

import attrs

from engine import program as p
from engine.brackets import portions
from engine.case_facts import CaseFacts
from engine.checks import failed_checks
from engine.clauses import Ranking, outcome, rank, same_value
from engine.decision import (
    CheckMade,
    ClauseOutcome,
    Formula,
    HumanNeed,
    LawChosen,
    Notice,
    Reason,
)
from engine.expressions import ExpressionEvaluator
from engine.facts import Facts
from engine.failures import conflict, no_clause
from engine.figures import Figures
from engine.frames import EvaluationError, Frame, at_hand, current_of
from engine.operations import total
from engine.unknown import Unknown, together
from policy.diagnostics import Diagnostic, Text
from policy.types import Type


@attrs.frozen(eq=False)
class Decided:
    """A rule's value and why. `kept` holds on to the element it was decided for."""

    value: Any
    reason: Reason
    kept: Any = None


@attrs.frozen(eq=False)
class Laws:
    """The programs of the case: of the insured place, of the place of treatment, and common to all."""

    insured: p.Program
    treatment: p.Program

    def of(self, law: str) -> p.Program:
        """The program of `insured` or `treatment`."""
        return self.treatment if law == "treatment" else self.insured


class Evaluator:
    """Decides the rules of one case at one moment."""

    def __init__(self, laws: Laws, facts: Facts, moment: datetime, asked: Iterable[str] = ()) -> None:
        self.laws = laws
        self.facts = facts
        self.moment = moment
        self.asked = tuple(asked)
        self.notices: list[Notice] = []
        self.checks: dict[str, CheckMade] = {}
        self.referred: dict[str, HumanNeed] = {}
        self._decided: dict[tuple[int, str, int], Decided] = {}
        self._unlawful: dict[tuple[int, str, int], EvaluationError] = {}
        self._deciding: set[tuple[int, str, int]] = set()
        self._visited: list[tuple[Frame, p.Rule]] = []
        self._refused: list[ClauseOutcome] = []
        self._case_facts = CaseFacts(self)
        self._expressions = ExpressionEvaluator(self._rule_value, self._fact, self._figure, self._limit, self._refer)
        self._figures = Figures(self)

    def frame(self, program: p.Program, rule: p.Rule | None = None, bindings: Mapping[str, Any] | None = None) -> Frame:
        """Fresh surroundings for a rule."""
        own = {"decision_instant": self.moment, "decision_day": self.moment.date(), "asked": self.asked}
        return Frame(program, rule, rule.citations if rule else (), bindings or {}, own)

    def value(self, expression: p.Expression, frame: Frame) -> Any:
        """The value of an expression, or Unknown."""
        return self._expressions.value(expression, frame)

    # ── rules ───────────────────────────────────────────────────────────────────────────────────
    def _rule_value(self, name: str, frame: Frame) -> Any:
        decided = self.rule(name, frame)
        frame.saw(decided.reason)
        return decided.value

    def rule(self, name: str, frame: Frame) -> Decided:
        """Decide a rule, once for each element, under the law that governs it."""
        program, law = self._law_of(name, frame)
        if isinstance(law, Unknown):
            return Decided(law, self._undecided(program.rules[name], program))
        rule = program.rules[name]
        element = frame.bindings.get(current_of(rule.element)) if rule.element else None
        key = (id(program), name, id(element))
        if key in self._unlawful:
            raise self._unlawful[key]
        if key in self._decided:
            return self._decided[key]
        if key in self._deciding:
            raise frame.error("E0207", f"规则“{rule.label}”依赖自身", f"`{name}` depends on itself", rule.origin)
        self._deciding.add(key)
        try:
            inner = self.frame(program, rule, at_hand(rule.element, element))
            if not inner.citations:
                inner = inner.under(rule.cited_by_clauses or frame.citations)
            self._visited.append((inner, rule))
            decided = self._decide(rule, inner, law)
            decided = attrs.evolve(decided, kept=element)
        finally:
            self._deciding.discard(key)
        self._decided[key] = decided
        try:
            self._figures.check_rule(rule, decided.value, inner)
        except EvaluationError as error:
            self._unlawful[key] = error  # a value beyond a bound is refused wherever it is read
            raise
        return decided

    def _undecided(self, rule: p.Rule, program: p.Program) -> Reason:
        return Reason("rule", rule.id, rule.label, None, rule.type, rule.region, program.region.label, rule.citations)

    def _law_of(self, name: str, frame: Frame) -> tuple[p.Program, LawChosen | Unknown | None]:
        """The program that decides a rule, and the choice of law behind it.

        Superiors and the region may ground the same choice; the lowest region's word is the last.
        """
        chosen: list[p.ChoiceOfLaw] = []
        governed = False
        for choice in self.laws.insured.choices.get(name, ()):
            if not choice.period.contains(self.moment):
                continue
            governed = True
            holds: Any = True
            if choice.condition is not None:
                holds = self.value(choice.condition, self.frame(self.laws.insured).under(choice.citations))
            if isinstance(holds, Unknown):
                return frame.program, holds
            if holds:
                chosen.append(choice)
        if chosen:
            return self._chosen([choice for choice in chosen if choice.law == chosen[-1].law])
        if governed or name not in frame.program.rules:
            return self.laws.insured, None
        return frame.program, None

    def _chosen(self, choices: list[p.ChoiceOfLaw]) -> tuple[p.Program, LawChosen]:
        last = choices[-1]
        program = self.laws.of(last.law)
        cited = tuple(dict.fromkeys(name for choice in reversed(choices) for name in choice.citations))
        places = tuple(choice.origin.span.reference for choice in choices)
        region = program.region
        return program, LawChosen(last.id, last.label, last.law, region.id, region.label, cited, places)

    def _decide(self, rule: p.Rule, frame: Frame, law: LawChosen | Unknown | None) -> Decided:
        match rule.kind:
            case "brackets":
                value, clauses, winner, conditions = self._brackets(rule, frame)
            case "collect":
                value, clauses, winner, conditions = self._collect(rule, frame)
            case "open_norm":
                return self._open_norm(rule, frame)
            case _:
                value, clauses, winner, conditions = self._default(rule, frame)
        if rule.kind == "deadline" and not isinstance(value, Unknown):
            value = self._due(rule, value, frame)
        won = (name for outcome in clauses if outcome.outcome == "won" for name in outcome.citations)
        cited = tuple(dict.fromkeys((*rule.citations, *won, *frame.notices)))
        reason = Reason(
            kind="rule",
            id=rule.id,
            label=rule.label,
            value=_shown(value),
            type=rule.type,
            region=rule.region,
            region_label=frame.program.region.label,
            citations=cited,
            clauses=clauses,
            # What a duty or a checklist says is declared, not reckoned.
            formula=None if rule.kind in ("duty", "checklist") else winner,
            conditions=conditions,
            inputs=tuple(frame.inputs.values()),
            law=law if isinstance(law, LawChosen) else None,
            element=_element_name(frame),
            remark=rule.remark,
        )
        return Decided(value, reason)

    # ── rules by clauses ────────────────────────────────────────────────────────────────────────
    def _default(
        self, rule: p.Rule, frame: Frame
    ) -> tuple[Any, tuple[ClauseOutcome, ...], Formula | None, tuple[Formula, ...]]:
        held: list[Formula] = []
        ranking = rank(rule.clauses, self.moment, self._tester(frame, held))
        if ranking.unknown is not None:
            return ranking.unknown, self._outcomes(rule, ranking), None, tuple(held)
        if not ranking.winners:
            raise no_clause(rule, frame, self.moment)
        values = []
        formulas = []
        for clause in ranking.winners:
            inner = frame.under(clause.citations)
            values.append(self._consequence(rule, clause, inner))
            formulas.append(inner.formula(clause.value))
        unknown = [value for value in values if isinstance(value, Unknown)]
        if unknown:
            return together(unknown), self._outcomes(rule, ranking), formulas[0], tuple(held)
        if not same_value(values):
            raise conflict(rule, ranking.winners, values, frame)
        return values[0], self._outcomes(rule, ranking), formulas[0], tuple(held)

    def _consequence(self, rule: p.Rule, clause: p.Clause, frame: Frame) -> Any:
        value = self.value(clause.value, frame)
        if isinstance(value, p.NoRule):
            self._refused.append(outcome(clause, "won"))
            raise no_clause(rule, frame, self.moment, clause)
        return value

    def _tester(self, frame: Frame, held: list[Formula]) -> Callable[[p.Clause], tuple[bool | Unknown, Formula | None]]:
        """Tests conditions; those that hold are kept as `held`."""

        def test(clause: p.Clause) -> tuple[bool | Unknown, Formula | None]:
            assert clause.condition is not None
            inner = frame.under(clause.citations)
            found = self.value(clause.condition, inner)
            if isinstance(found, Unknown):
                return found, None
            if found is None:
                raise inner.error("E0508", "条件中有空值", "a value in the condition is empty", clause.origin)
            if found:
                held.append(inner.formula(clause.condition))
                return True, None
            return False, self._failing(clause.condition, inner)

        return test

    def _failing(self, condition: p.Expression, frame: Frame) -> Formula:
        """The first part of a false condition that is false."""
        if isinstance(condition, p.Logic) and condition.operator == "and":
            for operand in condition.operands:
                inner = frame.tracing()
                if self.value(operand, inner) is False:
                    return self._failing(operand, inner)
        return frame.formula(condition)

    def _outcomes(self, rule: p.Rule, ranking: Ranking) -> tuple[ClauseOutcome, ...]:
        return tuple(
            ranking.outcomes[c.id] if c.id in ranking.outcomes else outcome(c, "not_examined") for c in rule.clauses
        )

    def _collect(
        self, rule: p.Rule, frame: Frame
    ) -> tuple[Any, tuple[ClauseOutcome, ...], Formula | None, tuple[Formula, ...]]:
        held: list[Formula] = []
        test = self._tester(frame, held)
        values: list[Any] = []
        unknown: list[Unknown] = []
        outcomes: list[ClauseOutcome] = []
        for clause in rule.clauses:
            if not clause.period.contains(self.moment):
                outcomes.append(outcome(clause, "not_in_force"))
                continue
            found, cause = test(clause) if clause.condition is not None else (True, None)
            if found is True:
                found = self.value(clause.value, frame.under(clause.citations))
                if not isinstance(found, Unknown):
                    rows = found if isinstance(clause.value, p.Each) else (found,)
                    values += [row for row in rows if row is not None]  # 空: it applies, with nothing to add
                    outcomes.append(outcome(clause, "won" if rows else "condition_false"))
                    continue
            if isinstance(found, Unknown):
                unknown.append(found)
                outcomes.append(outcome(clause, "unknown"))
            else:
                outcomes.append(outcome(clause, "condition_false", cause))
        if rule.clauses and all(item.outcome == "not_in_force" for item in outcomes):
            raise no_clause(rule, frame, self.moment)
        result: Any = tuple(values) if rule.type.kind == "list" else total(values, rule.type)
        return (together(unknown) if unknown else result), tuple(outcomes), None, tuple(held)

    def _due(self, rule: p.Rule, length: Any, frame: Frame) -> Any:
        """The last day in time: the start is not counted, the last day is."""
        assert rule.start is not None
        if length is None:
            return None
        start = p.Operation(
            origin=rule.start.origin,
            type=rule.type,
            operator="+",
            operands=(rule.start, p.Constant(origin=rule.origin, type=Type("duration"), value=length)),
        )
        due = self.value(start, frame)
        if not isinstance(due, Unknown) and due is not None:
            self._tell_deadline(rule, due, frame)
        return due

    def _tell_deadline(self, rule: p.Rule, due: Any, frame: Frame) -> None:
        actor = self.value(rule.actor, frame) if rule.actor is not None else None
        vocabulary = frame.program.policy.vocabulary
        who: Text | None = None
        if rule.actor is not None and isinstance(actor, str) and rule.actor.type.name in vocabulary.enums:
            who = Text(vocabulary.enums[rule.actor.type.name].values[actor].label, actor)
        zh = f"{rule.label}：{who.zh if who else ''}应于{due}（含当日）前办结" + (
            f"，逾期{rule.lapse}" if rule.lapse else ""
        )
        en = f"{rule.id}: {who.en if who else 'the body concerned'} must act by {due} inclusive"
        self.notices.append(Notice("deadline", Text(zh, en), rule.citations, rule.id, due, who))

    def _brackets(
        self, rule: p.Rule, frame: Frame
    ) -> tuple[Any, tuple[ClauseOutcome, ...], Formula | None, tuple[Formula, ...]]:
        if not rule.period.contains(self.moment):
            raise no_clause(rule, frame, self.moment)
        assert rule.scale is not None
        value = portions(self, rule, rule.scale, frame)
        if not isinstance(value, Unknown) and rule.type.kind != "list":
            value = total([item for item in value if item is not None], rule.type)
        return value, (), None, ()

    def _refer(self, name: str, frame: Frame) -> Any:
        """True, whatever a person then decides; a fact that the open norm's own words lack is still needed."""
        found = self._rule_value(name, frame)
        if isinstance(found, Unknown):
            self.referred |= found.human
        return True

    def _open_norm(self, rule: p.Rule, frame: Frame) -> Decided:
        actor = self.value(rule.actor, frame) if rule.actor is not None else None
        actor = None if isinstance(actor, Unknown) else actor
        need = HumanNeed(rule.id, rule.label, actor, rule.citations, rule.remark)
        return Decided(Unknown(human={rule.id: need}), self._undecided(rule, frame.program))

    # ── facts and figures ───────────────────────────────────────────────────────────────────────
    def _fact(self, path: str, frame: Frame) -> Any:
        value, reason = self._case_facts.value(path, frame)
        if reason is not None:
            frame.saw(reason)
        return value

    def _figure(self, expression: p.ParameterValue, frame: Frame) -> Any:
        value, reason = self._figures.value(expression, frame)
        if reason is not None:
            frame.saw(reason)
        return value

    def _limit(self, target: str, frame: Frame) -> Any:
        return self._figures.limit(target, frame)

    def failed_checks(self) -> Iterator[Diagnostic]:
        """Every check over a rule that was looked at and does not hold."""
        return failed_checks(self, tuple(self._visited))

    def examined(self) -> tuple[Reason, ...]:
        """The reason of every rule and figure that was looked at, those behind checks, bounds and errors too."""
        return (*(decided.reason for decided in self._decided.values()), *self._figures.reasons())

    @property
    def met(self) -> tuple[ClauseOutcome, ...]:
        """What no reason tells: bounds that values were held against, clauses that refused the case."""
        return (*self._figures.bounds_met, *self._refused)

    def visited(self) -> frozenset[tuple[str, str]]:
        """Region and id of every rule that was looked at."""
        return frozenset((rule.region, rule.id) for _, rule in self._visited)


def _shown(value: Any) -> Any:
    """A value as a reason tells it: a checklist by its requirements."""
    if isinstance(value, Unknown):
        return None
    return value.items if isinstance(value, p.Requirements) else value


def _element_name(frame: Frame) -> str:
    """How the element at hand is called: its first text."""
    element = frame.bindings.get("it")
    if not isinstance(element, dict):
        return ""
    return next((value for value in element.values() if isinstance(value, str)), "")
