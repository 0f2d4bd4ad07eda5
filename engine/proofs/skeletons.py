"""A rule reduced to its clauses' conditions, and the facts that a case still lacks filled in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

import attrs

from engine import program as p
from engine.decision import Decision, Status
from engine.proofs.trials import Trial, Trials, is_possible
from policy.parameters import PARAMETERS
from policy.types import INTEGER, Type
from policy.values import Month
from policy.vocabulary import Vocabulary

LIMIT_QUESTIONS: Final = 40
"""How many rounds of missing facts are filled in."""


def skeleton(program: p.Program, rule: str) -> tuple[p.Program, str]:
    """The program with a further rule that has the clauses of this one, but says nothing; and its name."""
    name = f"{rule} clauses"
    own = program.rules[rule]
    clauses = tuple(attrs.evolve(clause, value=_nothing(clause.value)) for clause in own.clauses)
    kind = own.kind if own.kind == "collect" else "rule"
    type_ = Type("list", element=INTEGER) if own.kind == "collect" else INTEGER
    bare = attrs.evolve(own, id=name, label=name, kind=kind, type=type_, clauses=clauses, start=None, actor=None)
    checks = {**program.checks, name: program.checks.get(rule, ())}
    choices = {**program.choices, name: program.choices.get(rule, ())}
    return attrs.evolve(program, rules={**program.rules, name: bare}, checks=checks, choices=choices), name


def alone(program: p.Program, rule: str, clause: str) -> tuple[p.Program, str]:
    """The program with a further rule that has only one clause of this one; and its name."""
    name = f"{rule} {clause}"
    own = program.rules[rule]
    only = tuple(one for one in own.clauses if one.id == clause)
    single = attrs.evolve(own, id=name, label=name, clauses=only)
    return attrs.evolve(program, rules={**program.rules, name: single}), name


def _nothing(value: p.Expression) -> p.Expression:
    nothing = p.Constant(origin=value.origin, type=INTEGER, value=0)
    return attrs.evolve(value, body=nothing) if isinstance(value, p.Each) else nothing


def completed(trial: Trial, trials: Trials) -> tuple[Trial, Decision]:
    """The case with plain values for every fact that is still needed."""
    best = trial, trials.run(trial)
    for found in fillings(trial, trials):
        if found[1].status not in (Status.ERROR, Status.UNDETERMINED) and is_possible(found[1]):
            return found
    return best


def fillings(trial: Trial, trials: Trials) -> Iterator[tuple[Trial, Decision]]:
    """The case with what is missing filled in, in one plain way after another."""
    for plain in (_usual, _least, _other):
        yield _filled(trial, trials, plain)


def _filled(trial: Trial, trials: Trials, plain: Any) -> tuple[Trial, Decision]:
    vocabulary = trials.laws.insured.policy.vocabulary
    for _ in range(LIMIT_QUESTIONS):
        decision = trials.run(trial)
        missing = {need.path: value for need in decision.needs
                   if need.path not in trial.facts and (trials.is_skeleton or need.path in trials.accepted)
                   for value in _value(need.path, vocabulary, trial.moment, plain)}  # fmt: skip
        if decision.status is not Status.UNDETERMINED or not missing:
            return trial, decision
        trial = Trial({**trial.facts, **missing}, trial.moment)
    return trial, trials.run(trial)


def _value(path: str, vocabulary: Vocabulary, moment: datetime, plain: Any) -> Iterator[Any]:
    field = vocabulary.field(path)
    if field is None:
        return
    kind = field.type
    match kind.kind:
        case "list":
            is_of_records = kind.element is not None and kind.element.kind == "record"
            yield ({},) if is_of_records and plain("list") else ()
        case "enum":
            values = list(vocabulary.enums[kind.name].values)
            yield values[plain("enum") % len(values)]
        case "date":
            yield moment.date()
        case "instant":
            yield moment
        case "month":
            yield Month(moment.year, moment.month)
        case "year":
            yield moment.year
        case "record":
            return
        case "money" if path.startswith(PARAMETERS):
            yield plain("limit")
        case _:
            yield plain(kind.kind)


def _usual(kind: str) -> Any:
    """Amounts lie above limits."""
    return {"money": Decimal(1).scaleb(3), "limit": Decimal(250), "ratio": Decimal(50).scaleb(-2), "points": Decimal(10), "number": Decimal(1),
            "integer": 1, "boolean": False, "text": "T", "enum": 0, "list": 1}[kind]  # fmt: skip


def _least(kind: str) -> Any:
    return {"money": Decimal(0), "limit": Decimal(0), "ratio": Decimal(0), "points": Decimal(0), "number": Decimal(0),
            "integer": 0, "boolean": False, "text": "T", "enum": 0, "list": 0}[kind]  # fmt: skip


def _other(kind: str) -> Any:
    return {"money": Decimal(0), "limit": Decimal(0), "ratio": Decimal(1), "points": Decimal(0), "number": Decimal(1),
            "integer": 1, "boolean": True, "text": "T", "enum": -1, "list": 0}[kind]  # fmt: skip
