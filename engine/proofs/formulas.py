"""A goal as a condition of the solver's."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from engine.proofs.encoder import Encoder, Scope
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
from engine.proofs.lists import parts_of
from engine.proofs.logic import ABSENT, Truth, both, either, equal, every, less, no, some
from engine.proofs.rules import RuleTerms
from engine.proofs.symbols import seconds_of
from engine.proofs.values import Fields, Items, Value, same


def formula(
    goal: Goal, rule: str, scope: Scope, encoder: Encoder, other: Encoder | None, is_skeleton: bool = False
) -> Truth:
    """When a case meets the goal; of a skeleton only which clauses win is asked, not what they say."""
    if isinstance(goal, Reversed):
        return _reversed(goal, encoder.rules.one_clause(rule, goal.clause, scope))
    found = encoder.rules.skeleton(rule, scope) if is_skeleton else encoder.rule(rule, scope)
    match goal:
        case Wins(clause=name):
            return _wins(found, name)
        case Displaced(clause=name, by=by):
            return _displaced(found, name, by)
        case Fails(clause=name):
            return _fails(found, name)
        case Holds(clause=name):
            return _holds(found, name)
        case Applies(clause=name, other=other_clause):
            return _applies(found, name, other_clause)
        case Gap():
            return _gap(found, encoder)
        case Clash():
            return found.clash
        case Beyond(bound=bound):
            return encoder.figures.beyond(bound, encoder.rules.unbounded(rule, scope), scope)
        case EndsBeforeStart():
            return _ends_early(found, encoder, scope)
        case Edge():
            return _edge(goal, rule, scope, encoder, found)
        case Differs():
            return _differs(found, other, rule, scope)


def _wins(found: RuleTerms, name: str) -> Truth:
    if found.ranked is None or name not in found.ranked.wins:
        return False
    value = found.values[name]
    return every((found.ranked.is_decided, found.ranked.wins[name], no(value.fails), no(found.value.fails)))


def _holds(found: RuleTerms, name: str) -> Truth:
    if found.ranked is None:
        return False
    return every((found.ranked.is_decided, found.ranked.reached.get(name, False)))


def _applies(found: RuleTerms, name: str, other: str) -> Truth:
    ranked = found.ranked
    if ranked is None or name not in ranked.in_force:
        return False
    condition = ranked.conditions[name].holds if name in ranked.conditions else True
    wins = ranked.wins.get(other, False) if other else True
    return every((ranked.is_decided, ranked.in_force[name], condition, wins))


def _reversed(goal: Reversed, found: RuleTerms) -> Truth:
    ranked = found.ranked
    if ranked is None or goal.clause not in found.values:
        return False
    value = found.values[goal.clause]
    rows = parts_of(value.term) if isinstance(value.term, Items) else ((True, value),)
    reversed_rows = (both(guard, _is_reversed(row, goal)) for guard, row in rows if isinstance(row, Value))
    return every((ranked.holds.get(goal.clause, False), some(reversed_rows)))


def _is_reversed(row: Value, goal: Reversed) -> Truth:
    if not isinstance(row.term, Fields):
        return False
    start, end = row.term.values[goal.start], row.term.values[goal.end]
    return every((row.is_there, no(start.null), no(end.null), less(end.term, start.term)))


def _displaced(found: RuleTerms, name: str, by: str) -> Truth:
    ranked = found.ranked
    if ranked is None or name not in ranked.in_force or by not in ranked.holds:
        return False
    clause = {clause.id: clause for clause in found.rule.clauses}[name]
    holds = ranked.conditions[name].holds if clause.kind == "case" else ranked.reached.get(name, False)
    return every((ranked.is_decided, ranked.in_force[name], holds, ranked.holds[by], no(found.value.fails)))


def _fails(found: RuleTerms, name: str) -> Truth:
    ranked = found.ranked
    if ranked is None or name not in ranked.conditions:
        return False
    tested = both(ranked.examined.get(name, False), ranked.conditions[name].is_false)
    return every((tested, ranked.is_decided, no(found.value.fails)))


def _gap(found: RuleTerms, encoder: Encoder) -> Truth:
    ranked = found.ranked
    if ranked is None or found.rule.kind in ("collect", "brackets", "open_norm"):
        return False
    clauses = [clause for clause in found.rule.clauses if clause.kind != "proviso"]
    moment = encoder.symbols.moment
    starts = [clause.period.start for clause in clauses]
    ends = [clause.period.end for clause in clauses]
    begun = True if None in starts or not starts else no(less(moment, seconds_of(min(s for s in starts if s))))
    ended = False if None in ends or not ends else no(less(moment, seconds_of(max(e for e in ends if e))))
    return every((begun, no(ended), ranked.is_decided, no(ranked.has_winner)))


def _ends_early(found: RuleTerms, encoder: Encoder, scope: Scope) -> Truth:
    start = found.rule.start
    if start is None:
        return False
    begun = encoder.value(start, scope)
    day = encoder.operations.days.day_of(begun.term) if start.type.kind == "instant" else begun.term
    return every((found.value.is_there, no(found.value.null), no(begun.null), less(found.value.term, day)))


def _edge(goal: Edge, rule: str, scope: Scope, encoder: Encoder, found: RuleTerms) -> Truth:
    """The operands at, just below or just above each other, where the comparison matters."""
    operands = [encoder.value(item, scope) for item in goal.operation.operands]
    one, other = operands[0], operands[goal.end]
    there = every(part for item in (one, other) for part in (item.is_there, no(item.null)))
    meets = _stepped(one.term, other.term, goal.step)
    ways = [
        Encoder(encoder.program, encoder.symbols, encoder.bound, {id(goal.operation): way}) for way in (True, False)
    ]
    yes, nay = (way.rule(rule, scope) for way in ways)
    matters = some(_other_winner(yes, nay))
    decided = every((no(found.value.unknown), no(found.value.fails)))
    return every((there, meets, decided, matters))


def _other_winner(one: RuleTerms, other: RuleTerms) -> list[Truth]:
    if one.ranked is None or other.ranked is None:
        return [no(_equal_or_false(one.value, other.value))]
    pairs = ((one.ranked.wins[name], other.ranked.wins[name]) for name in one.ranked.wins)
    found = [no(equal(first, second)) for first, second in pairs]
    return [*found, no(_equal_or_false(one.value, other.value))]


def _equal_or_false(one: Value, other: Value) -> Truth:
    found = same(one, other)
    return True if found is None else found


def _stepped(one: Any, other: Any, step: Fraction) -> Truth:
    if one is ABSENT or other is ABSENT:
        return False
    return equal(one, other + (int(step) if step.denominator == 1 else step) if step else other)


def _differs(found: RuleTerms, other: Encoder | None, rule: str, scope: Scope) -> Truth:
    if other is None or rule not in other.program.rules:
        return True
    mine, theirs = found.value, other.rule(rule, scope).value
    states = (
        (mine.fails, theirs.fails),
        (both(mine.unknown, no(mine.fails)), both(theirs.unknown, no(theirs.fails))),
    )
    told = every((mine.is_there, theirs.is_there))
    values = same(mine, theirs)
    if values is None:
        values = other.operations.equality(mine, theirs, True).term
    return either(*(no(equal(one, two)) for one, two in states), both(told, no(values)))
