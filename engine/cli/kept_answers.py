"""Compiled questions for the cache: made when a case has been decided, read by `engine.cli.quick_answers`."""

from __future__ import annotations

import marshal
from datetime import datetime
from typing import Any

from engine import cache
from engine import program as p
from engine.backends.python.compiled import Compiled
from engine.backends.python.conversion import Reader
from engine.backends.python.runtime import STOPS
from engine.backends.python.shapes import Listing, Number, Plain, Recorded, Shape
from engine.cli.quick_answers import name_of
from engine.decision import Decision
from engine.regions import Regions
from policy.types import Type
from policy.vocabulary import Vocabulary

_HELD = ("boolean", "text", "date", "instant", "month", "null")
_GOVERNED_BY = ("instant", "date", "month", "year")


class NotKeptError(Exception):
    """Nothing is kept of the question: its values or its code need more than the cache holds."""


def keep(regions: Regions, decision: Decision) -> None:
    """Keep what answers a decision's question at its time, unless there is no cache or it takes more than that."""
    if cache.folder() is None:
        return
    rules, moment = str(regions.folder), datetime.fromisoformat(decision.as_of)
    answers = regions.program(decision.region).questions.get(decision.question)
    outputs = None if answers is None or list(answers.answers) == list(decision.results) else tuple(decision.results)
    try:
        made = regions.compiled(decision.region, decision.question, decision.treatment_region, outputs=outputs)
        chain = list(dict.fromkeys(name for law in (made.laws.insured, made.laws.treatment) for name in _chain(law)))
        content = cache.content_before(rules, chain)
        data = marshal.dumps(_kept(made, decision, moment))
    except (NotKeptError, *STOPS):
        return
    name = name_of(rules, decision.region, decision.treatment_region, decision.question, outputs)
    cache.save(name, rules, chain, data, content)


def _chain(program: p.Program) -> list[str]:
    return [pack.region.id for pack in program.policy.packs]


def _kept(made: Compiled, decision: Decision, moment: datetime) -> dict[str, Any]:
    """All that a later call needs. Raises NotKeptError."""
    timed = made.at(moment)
    if timed.kernel.calendars:
        raise NotKeptError
    vocabulary = made.laws.insured.policy.vocabulary
    policies = [law.policy for law in (made.laws.insured, made.laws.treatment)]
    until = timed.kernel.until
    answers = [made.question.answers[name] for name in made.outputs]
    specs = [
        _spec(answer.value.type, shape, vocabulary)
        for answer, (_, shape) in zip(answers, timed.kernel.outputs, strict=True)
    ]
    return {
        "question": made.question.id,
        "label": made.question.label,
        "region": policies[0].region.id,
        "region_label": policies[0].region.label,
        "treatment_region": decision.treatment_region,
        "revision": "-".join(dict.fromkeys(policy.revision for policy in policies)),
        "governing": tuple(_governing(source, made) for source in made.question.governing),
        "slots": tuple((path, _spec(_type(path, vocabulary), shape, vocabulary)) for path, shape in made.slots.items()),
        "read": _code(Reader(made.slots, made.accepted, vocabulary).source("read")),
        "outputs": tuple((answer.id, answer.label, spec) for answer, spec in zip(answers, specs, strict=True)),
        "kernels": ((_parts(timed.kernel.since), _parts(until) if until else None, _code(timed.kernel.source)),),
    }


def _code(source: str) -> Any:
    return compile(source, "<compiled>", "exec")


def _parts(moment: datetime) -> tuple[int, ...]:
    return (*moment.timetuple()[:6], moment.microsecond)


def _type(path: str, vocabulary: Vocabulary) -> Type:
    field = vocabulary.field(path)
    assert field is not None
    return field.type


def _governing(source: p.Expression, made: Compiled) -> tuple[int | None, str]:
    """Which slot governs, or the day stated with the case. Raises NotKeptError."""
    if isinstance(source, p.Local):
        return None, "instant"
    if isinstance(source, p.Fact) and source.type.kind in _GOVERNED_BY:
        return list(made.slots).index(source.path), source.type.kind
    raise NotKeptError


def _spec(kind: Type, shape: Shape | None, vocabulary: Vocabulary) -> Any:
    """What a value is, as `quick_words` reads it. Raises NotKeptError."""
    match shape:
        case None:
            return None
        case Number(scale=scale, is_whole=is_whole):
            return (kind.kind, scale, is_whole)
        case Listing(element=element):
            return ("list", _spec(kind.element or Type("null"), element, vocabulary))
        case Recorded(entity=entity, parts=parts):
            fields = vocabulary.entities[entity].fields.values()
            pairs = zip(fields, parts, strict=True)
            return (
                "record",
                tuple((f.id, f.label, _spec(f.type, part.shape if part else None, vocabulary)) for f, part in pairs),
            )
        case Plain(kind="enum"):
            values = vocabulary.enums[kind.name].values.values()
            return ("enum", tuple((value.id, value.label) for value in values))
        case Plain(kind=held) if held in _HELD:
            return (held,)
    raise NotKeptError
