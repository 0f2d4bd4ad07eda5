"""What would have changed the result: each fact that a person can still change, tried."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs

from engine.deciding import Case, decide
from engine.decision import Decision, Effect, Status, WhatIf
from engine.evaluator import Laws
from policy.vocabulary import Field, Vocabulary

LIMIT_CHANGES = 40
"""How many changes are tried for one case."""


def what_if(laws: Laws, case: Case, decision: Decision) -> Decision:
    """The decision with the effects of every actionable change that is known to lead to another answer."""
    if decision.status is not Status.DETERMINED:
        return decision
    found = [item for item in _tried(laws, case, decision) if item.effects]
    return attrs.evolve(decision, what_if=tuple(found))


def _tried(laws: Laws, case: Case, decision: Decision) -> Iterator[WhatIf]:
    vocabulary = laws.insured.policy.vocabulary
    count = 0
    for path, before in case.facts.values.items():
        field = vocabulary.field(path)
        if field is None or not field.is_actionable:
            continue
        for after in _others(before, field, vocabulary):
            count += 1
            if count > LIMIT_CHANGES:
                return
            changed = decide(laws, attrs.evolve(case, facts=case.facts.with_value(path, after)))
            if changed.status is Status.DETERMINED:
                effects = tuple(_effects(decision, changed))
                cited = tuple(sorted(changed.cited() - decision.cited()))
                action = field.actions.get(str(after))
                yield WhatIf(path, vocabulary.label(path), before, after, field.type, effects, cited, action)


def _others(value: Any, field: Field, vocabulary: Vocabulary) -> Iterator[Any]:
    """The other values a person can bring about: those with an action, if any has one."""
    if field.type.kind == "boolean" and value is not None:
        yield not value
    elif field.type.kind == "enum":
        values = field.actions or vocabulary.enums[field.type.name].values
        yield from (name for name in values if name != value)


def _effects(before: Decision, after: Decision) -> Iterator[Effect]:
    for name, output in before.results.items():
        other = after.results[name]
        if output.value != other.value and output.type.kind != "list":
            yield Effect(name, output.label, output.type, output.value, other.value)
