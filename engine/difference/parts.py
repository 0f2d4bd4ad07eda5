"""The parts of a program that can differ between two versions, and which part uses which."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import attrs

from engine import program as p
from engine.operations import CALENDAR_FUNCTIONS
from policy.diagnostics import Text
from policy.dsl import tree as t
from policy.dsl.source import Span
from policy.types import Type
from policy.values import Duration
from policy.vocabulary import Vocabulary

Key = tuple[str, str]
"""What a part is (rule, parameter, bound, delegation, choice, check, question, fact, enum, calendar), and its id."""

KINDS = {
    "rule": Text("规则", "rule"),
    "collect": Text("汇集", "collect"),
    "brackets": Text("分段", "brackets"),
    "deadline": Text("期限", "deadline"),
    "open_norm": Text("裁量", "open norm"),
    "checklist": Text("清单", "checklist"),
    "duty": Text("职责", "duty"),
    "schedule": Text("日程", "schedule"),
    "duties": Text("职责登记", "register of duties"),
    "parameter": Text("参数", "parameter"),
    "table": Text("表", "table"),
    "bound": Text("限度", "bound"),
    "delegation": Text("下放", "delegation"),
    "choice": Text("择法", "choice of law"),
    "check": Text("核对", "check"),
    "question": Text("问题", "question"),
    "fact": Text("事实", "fact"),
    "enum": Text("枚举", "enumeration"),
    "calendar": Text("工作日历", "working calendar"),
}
"""How each kind of part is called."""


@attrs.frozen(eq=False)
class Part:
    """Something that the law of a region consists of. `items` are what the program holds for it."""

    key: Key
    kind: str
    label: str
    region: str
    items: tuple[Any, ...]
    span: Span | None

    @property
    def id(self) -> str:
        return self.key[1]

    @property
    def place(self) -> str:
        """`file:line` of its beginning."""
        return self.span.place.rpartition(":")[0] if self.span else ""

    @property
    def item(self) -> Any:
        return self.items[0]


def parts_of_program(program: p.Program) -> dict[Key, Part]:
    """Every part of the program, by what it is and what it is called."""
    words = program.policy.vocabulary
    found = [
        *(_rule(rule) for rule in program.rules.values()),
        *(_parameter(items[0]) for items in program.parameters.values()),
        *(_about("bound", target, items, program) for target, items in program.bounds.items()),
        *(_about("delegation", name, items, program) for name, items in program.delegations.items()),
        *_grouped("choice", program.choices),
        *_grouped("check", program.checks),
        *(_declared("question", (item,)) for item in program.questions.values()),
        *_words(words, program),
    ]
    if program.calendar.years:
        calendar = program.calendar
        found.append(Part(("calendar", ""), "calendar", "", program.policy.packs[0].region.id, (calendar,), None))
    return {part.key: part for part in found}


def _rule(rule: p.Rule) -> Part:
    kind = rule.origin.kind if isinstance(rule.origin, t.Register) else rule.kind
    return Part(("rule", rule.id), kind, rule.label, rule.region, (rule,), rule.origin.span)


def _parameter(item: Any) -> Part:
    kind = "table" if item.keys else "parameter"
    return Part(("parameter", item.id), kind, item.label.rpartition(".")[2], item.region, (item,), item.span)


def _about(kind: str, name: str, items: tuple[Any, ...], program: p.Program) -> Part:
    """A bound or a delegation is called after what it is about."""
    lowest = items[-1]
    return Part((kind, name), kind, label_of(name, program), lowest.region, items, lowest.origin.span)


def label_of(name: str, program: p.Program) -> str:
    """What a parameter or a rule is called."""
    if name in program.rules:
        return program.rules[name].label
    if name in program.parameters:
        return program.parameters[name][0].label.rpartition(".")[2]
    return program.policy.vocabulary.label(f"region_parameters.{name}").rpartition(".")[2]


def _grouped(kind: str, by_rule: Mapping[str, tuple[Any, ...]]) -> Iterator[Part]:
    """Checks and choices of law: each once, with the rules it is over."""
    over: dict[str, list[str]] = {}
    items: dict[str, dict[int, Any]] = {}
    for rule, found in by_rule.items():
        for item in found:
            over.setdefault(item.id, []).append(rule)
            items.setdefault(item.id, {})[id(item)] = item
    for name, own in items.items():
        one = _declared(kind, tuple(own.values()))
        yield attrs.evolve(one, items=(*one.items, tuple(sorted(set(over[name])))))


def _declared(kind: str, items: tuple[Any, ...]) -> Part:
    lowest = items[-1]
    return Part((kind, lowest.id), kind, lowest.label, lowest.region, items, lowest.origin.span)


def _words(words: Vocabulary, program: p.Program) -> Iterator[Part]:
    homes = {
        name: pack.region.id
        for pack in program.policy.packs
        for name in (*pack.vocabulary.entities, *pack.vocabulary.enums)
    }
    for enum in words.enums.values():
        values = (enum.code_prefix, enum.role, tuple(sorted((v.id, v.code, v.role) for v in enum.values.values())))
        yield Part(("enum", enum.id), "enum", enum.label, homes[enum.id], (values,), enum.span)
    for entity in words.entities.values():
        for field in entity.fields.values():
            said = (field.type, field.derived_by, entity.is_record)
            label = words.label(field.path)
            yield Part(("fact", field.path), "fact", label, homes[entity.id], (said,), field.span)


# ── which part uses which ───────────────────────────────────────────────────────────────────────────


def uses_of(program: p.Program, parts: Mapping[Key, Part]) -> dict[Key, frozenset[Key]]:
    """Part → the parts that decide what it says, directly."""
    uses: dict[Key, set[Key]] = {key: set() for key in parts}
    for key, part in parts.items():
        for item in part.items:
            if attrs.has(type(item)):
                uses[key].update(_read_by(item, program))
    for kind, by_rule in (("choice", program.choices), ("check", program.checks)):
        for rule, items in by_rule.items():
            uses.setdefault(("rule", rule), set()).update((kind, item.id) for item in items)
    for target in program.bounds:
        if target in program.rules:
            uses[("rule", target)].add(("bound", target))
        else:
            uses.setdefault(("parameter", target), set()).add(("bound", target))
    return {key: frozenset(found & parts.keys()) - {key} for key, found in uses.items()}


def _read_by(item: object, program: p.Program) -> Iterator[Key]:
    if isinstance(item, p.Question):
        expressions: Iterable[p.Expression] = (*item.governing, *(answer.value for answer in item.answers.values()))
        expressions = (part for one in expressions for part in (one, *p.walk(one)))
    else:
        expressions = p.walk(item)
    for expression in expressions:
        yield from names_in(expression, program)


def names_in(expression: p.Expression, program: p.Program) -> Iterator[Key]:
    """The parts that one expression names, without those inside it."""
    match expression:
        case p.RuleValue(id=name):
            yield "rule", name
        case p.ParameterValue(id=name):
            yield from (
                ("parameter", name),
                ("delegation", name),
                ("bound", name),
                ("fact", f"region_parameters.{name}"),
            )
        case p.LimitValue(target=target):
            yield "bound", target
        case p.Fact(path=path):
            yield "fact", path
            field = program.policy.vocabulary.field(path)
            if field is not None and field.derived_by is not None:
                yield "question", field.derived_by[0]
        case p.ElementField(entity=entity, field=field_name):
            yield "fact", f"{entity}.{field_name}"
        case p.Constant(value=Duration(unit="working_days")):
            yield "calendar", ""
        case p.Operation(operator=operator, detail=("working_days", *_)) if operator == "duration":
            yield "calendar", ""
        case p.Operation(operator=operator) if operator in CALENDAR_FUNCTIONS or operator == "warn_rest_day":
            yield "calendar", ""


def users_of(key: Key, uses: Mapping[Key, frozenset[Key]]) -> list[Key]:
    """The parts that use a part, directly or through others, the nearest first."""
    found: dict[Key, None] = {}
    reached = [key]
    while reached:
        reached = [user for user, used in uses.items() if user not in found and user != key and used & set(reached)]
        found.update(dict.fromkeys(reached))
    return list(found)


def type_of_part(part: Part) -> Type:
    """The type of what a rule or a parameter gives."""
    return part.item.type if part.key[0] in ("rule", "parameter") else Type("unknown")
