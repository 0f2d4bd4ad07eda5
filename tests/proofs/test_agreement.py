"""The solver's view of a rule is the reference evaluator's: for any case, the same clauses win and the same value comes out."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

import attrs
import pytest

pytest.importorskip("z3")

import z3

from engine.decision import Status
from engine.proofs.encoder import Encoder, Scope
from engine.proofs.logic import lifted
from engine.proofs.models import value_of
from engine.proofs.prover import Prover
from engine.proofs.symbols import LIMIT_LIST, Symbol, seconds_of
from engine.proofs.trials import Trial, Trials, is_possible, outcomes
from policy.values import Month
from tests.support.shipped import shipped_regions

REGION = "zhejiang"
CASES = 6
AGREEMENTS = 60
"""How many cases of chance are decided at least."""

SCALAR = ("money", "ratio", "points", "number", "integer", "boolean", "date", "instant", "month", "year", "enum")


@cache
def prover() -> Prover:
    return Prover(shipped_regions(), REGION)


def rules() -> list[str]:
    """Every eighth rule with a plain value."""
    program = prover().program
    plain = [
        rule.id for rule in program.rules.values() if rule.kind in ("rule", "deadline") and rule.type.kind in SCALAR
    ]
    return plain[::8]


def test_the_same_clauses_win_and_the_same_value_comes_out() -> None:
    """Rules that need lists or working days have no cases of chance: their functions the solver learns one by one."""
    agreed = {rule: sum(_agrees(rule, random.Random(f"{rule} {seed}")) for seed in range(CASES)) for rule in rules()}
    assert sum(agreed.values()) > AGREEMENTS
    assert sum(count > 0 for count in agreed.values()) > len(agreed) / 2


@cache
def _encoded(rule: str) -> tuple[Encoder, Any, frozenset[Any]]:
    encoder = prover().encoder(prover().program, LIMIT_LIST)
    with encoder.symbols.recording() as used:
        found = encoder.rule(rule, Scope(asked=rule))
        _ = encoder.symbols.moment
    return encoder, found, frozenset(used)


def _facts(encoder: Encoder, used: frozenset[Any]) -> list[Symbol]:
    known = encoder.symbols.symbols
    return [known[name] for name in encoder.symbols.in_order(used) if name in known and "[" not in str(name)]


def _agrees(rule: str, chance: random.Random) -> int:
    """Whether a case of chance could be decided; where it could, both must say the same."""
    encoder, found, used = _encoded(rule)
    if any(isinstance(name, tuple) and name in encoder.symbols.applications for name in used):
        return 0
    trials = Trials(prover().trials(prover().program, rule).laws, rule)
    moment = datetime(chance.choice([2022, 2023, 2024]), chance.randint(1, 12), chance.randint(1, 28))
    facts, stated = {}, [encoder.symbols.moment == seconds_of(moment)]
    for symbol in _facts(encoder, used):
        is_given = symbol.given is True or chance.random() < 0.7
        if symbol.type.kind not in SCALAR or symbol.path not in trials.accepted:
            return 0
        if symbol.given is not True:
            stated.append(symbol.given if is_given else z3.Not(symbol.given))
        if is_given:
            facts[symbol.path], certain = _chosen(symbol, encoder, chance, moment.date())
            stated += certain
    decision = trials.run(Trial(facts, moment))
    if not is_possible(decision):
        return 0
    solver = z3.SimpleSolver()
    solver.add([*encoder.symbols.constraints(used), *stated])
    assert solver.check() == z3.sat, (rule, facts)
    model = solver.model()
    told = {
        what: value_of(model, lifted(getattr(found.value, what))) for what in ("unknown", "null", "error", "silent")
    }
    failed = decision.status is Status.ERROR
    assert (told["error"] or told["silent"]) == failed, (rule, facts, decision.diagnostics, told)
    if failed:
        return 1
    assert told["unknown"] == (decision.status is not Status.DETERMINED), (rule, facts, decision.needs, told)
    if decision.status is Status.DETERMINED and found.ranked is not None:
        won = {name for name, one in outcomes(decision, rule).items() if one.outcome == "won"}
        assert {name for name, win in found.ranked.wins.items() if value_of(model, lifted(win))} == won, (rule, facts)
        _same_value(rule, found, decision.results[rule].value, model, encoder, told["null"])
    return 1


def _same_value(rule: str, found: Any, value: Any, model: z3.ModelRef, encoder: Encoder, is_null: bool) -> None:
    assert (value is None) == is_null, rule
    if value is not None:
        expected = encoder.symbols.scalar(value, found.rule.type)
        assert value_of(model, lifted(found.value.term)) == expected, (rule, value)


def _chosen(symbol: Symbol, encoder: Encoder, chance: random.Random, day: date) -> tuple[Any, list[Any]]:
    """A value by chance, and the same as conditions of the solver's."""
    if symbol.null is not False and chance.random() < 0.25:
        return None, [symbol.null]
    value = _value(symbol, encoder, chance, day)
    number = encoder.symbols.scalar(value, symbol.type)
    written = int(number * 100) if symbol.type.kind == "money" else number
    empty = [] if symbol.null is False else [z3.Not(symbol.null)]
    return value, [symbol.variable == lifted(written), *empty]


def _value(symbol: Symbol, encoder: Encoder, chance: random.Random, day: date) -> Any:
    near = day + timedelta(days=chance.randint(-40, 40))
    match symbol.type.kind:
        case "boolean":
            return chance.random() < 0.5
        case "enum":
            return chance.choice(list(encoder.symbols.vocabulary.enums[symbol.type.name].values))
        case "money":
            return Decimal(chance.choice([0, 1, 2999999, 3000000, chance.randint(0, 5000000)])) / 100
        case "ratio":
            return Decimal(chance.randint(0, 100)) / 100
        case "points" | "number":
            return Decimal(chance.randint(0, 30))
        case "integer":
            return chance.randint(0, 5)
        case "date":
            return near
        case "instant":
            return datetime(near.year, near.month, near.day, chance.randint(0, 23))
        case "month":
            return Month(near.year, near.month)
    return near.year


def test_the_encoding_knows_what_a_program_says() -> None:
    """Two versions of a program that say the same share every rule's digest; a changed condition does not."""
    program = prover().program
    name = rules()[0]
    one, other = Encoder(program, prover().symbols, None), Encoder(program, prover().symbols, None)
    assert one.digests.rule(name) == other.digests.rule(name)
    changed = next(rule for rule in program.rules.values() if any(clause.condition for clause in rule.clauses))
    bare = attrs.evolve(changed, clauses=tuple(clause for clause in changed.clauses if clause.condition is None))
    without = attrs.evolve(program, rules={**program.rules, changed.id: bare})
    third = Encoder(without, prover().symbols, None)
    assert third.digests.rule(changed.id) != one.digests.rule(changed.id)
