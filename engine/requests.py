"""A question about a case as it was asked: in a facts file, a case file or a call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import yaml

from engine.decision import Decision
from engine.documents import Document
from engine.regions import Regions
from policy import yaml_reader as y
from policy.diagnostics import Diagnostic, Text, did_you_mean
from policy.dsl.source import Span
from policy.vocabulary import Entity, Field, Vocabulary

ASKED = ("region", "treatment_region", "question", "as_of", "facts", "outputs")
"""The keys of a facts file."""

EXPECTED = ("id", "expect", "status", "needs", "cites", "diagnostics", "deadlines", "note")
"""The further keys of a case."""

_AT_KEY = ("E0601", "E0602")


@attrs.frozen(kw_only=True, eq=False)
class Request:
    """What is asked; None where the file leaves it to the call. `entry` is its place in a file."""

    region: str | None = None
    question: str | None = None
    facts: Any = attrs.field(factory=dict)
    as_of: Any = None
    treatment_region: str | None = None
    outputs: tuple[str, ...] | None = None
    entry: y.Entry | None = None

    def decide(self, regions: Regions, *, with_what_if: bool = False) -> Decision:
        """Answer it. Raises PolicyError as `Regions.decide` does; problems of the facts are shown in their file."""
        assert self.region is not None and self.question is not None
        decision = regions.decide(
            self.region,
            self.question,
            self.facts,
            as_of=self.as_of,
            treatment_region=self.treatment_region,
            outputs=self.outputs,
            with_what_if=with_what_if,
        )
        if not decision.diagnostics or self.entry is None:
            return decision
        vocabulary = decision.policies[decision.region].vocabulary
        placed = tuple(self.placed(item, vocabulary) for item in decision.diagnostics)
        return attrs.evolve(decision, diagnostics=placed)

    def placed(self, diagnostic: Diagnostic, vocabulary: Vocabulary | None = None) -> Diagnostic:
        """The diagnostic with the place in the file that its fact path names."""
        if diagnostic.span or self.entry is None or not diagnostic.place:
            return diagnostic
        span = place_of(self.entry, diagnostic.place, vocabulary or Vocabulary(), diagnostic.code in _AT_KEY)
        return attrs.evolve(diagnostic, span=span) if span else diagnostic


def read_request(
    data: Any, entry: y.Entry | None, document: Document, problems: list[Diagnostic], more: Sequence[str] = ()
) -> Request | None:
    """A request from a file's mapping; `more` are further keys it may have. A mapping of entities is its facts."""
    if not isinstance(data, Mapping):
        place = entry.span if entry else Span(document.source, 0, 0)
        problems.append(_problem("E0404", place, "此处应为键值映射", "expected a mapping here"))
        return None
    known = (*ASKED, *more)
    if not any(key in known for key in data):
        return Request(facts=data, entry=entry)
    found = len(problems)
    for key in data:
        if key not in known:
            zh, en = f"未知的键“{key}”", f"unknown key `{key}`"
            problems.append(_problem("E0402", _key_place(entry, document, key), zh, en, did_you_mean(key, known)))
    if "facts" not in data:
        place = entry.span if entry else Span(document.source, 0, 0)
        problems.append(_problem("E0403", place, "缺少键“facts”", "the key `facts` is missing"))
    outputs = data.get("outputs")
    if outputs is not None and not (isinstance(outputs, list) and all(isinstance(item, str) for item in outputs)):
        place = _key_place(entry, document, "outputs")
        problems.append(_problem("E0404", place, "outputs 应为名称的列表", "`outputs` is a list of names"))
    if len(problems) > found:
        return None
    return Request(
        region=_name(data.get("region")),
        question=_name(data.get("question")),
        facts=data["facts"],
        as_of=data.get("as_of"),
        treatment_region=_name(data.get("treatment_region")),
        outputs=tuple(outputs) if outputs is not None else None,
        entry=entry,
    )


def _name(value: Any) -> str | None:
    return None if value is None else str(value)


def _key_place(entry: y.Entry | None, document: Document, key: str) -> Span:
    return y.key_span(entry, key) if entry else Span(document.source, 0, 0)


def _problem(code: str, span: Span, zh: str, en: str, hint: Text | None = None) -> Diagnostic:
    return Diagnostic(code=code, message=Text(zh, en), span=span, hint=hint)


# ── places in a file ────────────────────────────────────────────────────────────────────────────


def place_of(entry: y.Entry, path: str, vocabulary: Vocabulary, at_key: bool) -> Span | None:
    """Where a fact path (`claim.items[0].amount`), or a key of the request, stands in the file."""
    steps = [part for part in path.replace("[", ".[").split(".") if part]
    top = _child(entry.node, steps[0], None)
    if top is not None and steps[0] in ASKED:
        return y.Entry(entry.source, top[1]).span
    facts = _child(entry.node, "facts", None)
    node = facts[1] if facts else entry.node
    found: tuple[yaml.Node, yaml.Node] | None = None
    place: Entity | Field | None = None
    for number, step in enumerate(steps):
        entity, field = _meant(step, number, place, vocabulary)
        step_found = _child(node, step, field or entity)
        if step_found is None:
            break
        found, node = step_found, step_found[1]
        place = field or entity or place
    if found is None:
        return None
    key, value = found
    is_short = isinstance(value, yaml.ScalarNode)
    return y.Entry(entry.source, key if at_key or not is_short else value).span


def _meant(
    step: str, number: int, place: Entity | Field | None, vocabulary: Vocabulary
) -> tuple[Entity | None, Field | None]:
    """The entity or field that a step of a path names, below what the steps before it named."""
    if number == 0:
        return vocabulary.find_entity(step), None
    if isinstance(place, Entity):
        return None, place.find(step)
    if isinstance(place, Field) and place.type.element is not None:
        row = vocabulary.entities.get(place.type.element.name)
        return None, row.find(step) if row else None
    return None, None


def _child(node: yaml.Node, step: str, meaning: Entity | Field | None) -> tuple[yaml.Node, yaml.Node] | None:
    """The key and the value of a step inside a node; an element of a list is its own key."""
    if step.startswith("["):
        index = int(step[1:-1])
        is_there = isinstance(node, yaml.SequenceNode) and index < len(node.value)
        return (node.value[index], node.value[index]) if is_there else None
    if not isinstance(node, yaml.MappingNode):
        return None
    names = {step, meaning.id, meaning.label} if meaning else {step}
    return next(((key, value) for key, value in node.value if key.value in names), None)
