"""Checklists and duties by the names of an enumeration: what functions of them take and give."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policy.diagnostics import Diagnostic, Note, Text
from policy.dsl import tree as t
from policy.names import Scope
from policy.types import BOOLEAN, Type, list_of
from policy.vocabulary import Entity, Vocabulary

DUTY_ROLES = ("met", "open", "breached", "missed", "not_triggered")
"""The values that an enumeration of duty states must have, by role."""


def duty_record(vocabulary: Vocabulary) -> Entity | None:
    """The record that a register of duties is made of: the one named by the enumeration of duties."""
    duty = vocabulary.enum_with_role("duty")
    found = (e for e in vocabulary.entities.values() if "name" in e.roles)
    return next((e for e in found if duty and e.fields[e.roles["name"]].type == Type("enum", duty.id)), None)


def has_duty_states(vocabulary: Vocabulary) -> bool:
    """Whether the vocabulary can say how a duty stands."""
    states = vocabulary.enum_with_role("duty_state")
    return states is not None and {value.role for value in states.values.values()} >= set(DUTY_ROLES)


def check_duties(item: t.Register, entity: Entity, scope: Scope) -> Iterator[Diagnostic]:
    """Duties are known by their names, and the vocabulary says how one can stand."""
    if entity is not duty_record(scope.vocabulary) or not has_duty_states(scope.vocabulary):
        text = Text("此类型不是义务的清单行", "this type is no row of a register of duties")
        yield Diagnostic(code="E0307", message=text, span=item.type.span)
    for misplaced in (item.condition, *(entry.each for entry in item.entries)):
        if misplaced is not None:
            text = Text("义务各自写“当”，不写总的条件，也不逐项", "a duty has a `when` of its own, and no `each`")
            yield Diagnostic(code="E0307", message=text, span=misplaced.span)
    for again, first in _repeated(item, scope, entity):
        text = Text(f"义务“{again.text}”重复声明", f"the duty `{again.text}` is declared twice")
        note = Note(Text("已在此声明", "it is declared here"), first.span)
        yield Diagnostic(code="E0202", message=text, span=again.span, notes=(note,))


def _repeated(item: t.Register, scope: Scope, entity: Entity) -> Iterator[tuple[t.Name, t.Name]]:
    """The names of duties that are declared already, here or by a superior, each with where."""
    enum = scope.vocabulary.enums.get(entity.fields[entity.roles["name"]].type.name)
    seen: dict[str, t.Name] = {}
    for register in scope.duty_registers():
        for entry in register.entries:
            value = enum.find(entry.name.text) if enum else None
            first = seen.setdefault(value.id if value else entry.name.text, entry.name)
            if register is item and first is not entry.name:
                yield entry.name, first


def result_of(function: str, arguments: Sequence[Type], vocabulary: Vocabulary) -> Type | None:
    """What a function of checklists or duties gives for arguments that the vocabulary knows; None if it takes none such."""
    if not arguments:
        return None
    first = arguments[0]
    match function:
        case "missing" if _has_role(first, "checklist", vocabulary):
            return arguments[1] if len(arguments) == 2 and arguments[1].kind == "list" else None
        case "is_open" if _has_role(first, "checklist", vocabulary):
            return BOOLEAN if len(arguments) == 1 else None
        case "duty_state" if _has_role(first, "duty", vocabulary):
            states = vocabulary.enum_with_role("duty_state")
            return Type("enum", states.id) if states else None
        case "duty_modality" if _has_role(first, "duty", vocabulary):
            return _field(duty_record(vocabulary), "modality")
        case "duties_of":
            record = duty_record(vocabulary)
            actor = _field(record, "actor")
            return list_of(Type("record", record.id)) if record and actor and first == list_of(actor) else None
    return None


def wanted_by(function: str, vocabulary: Vocabulary) -> Type | None:
    """What a function of checklists or duties takes last, so that bare names can be told."""
    match function:
        case "missing":
            papers = vocabulary.enum_with_role("checklist_item")
            return list_of(Type("enum", papers.id)) if papers else None
        case "duty_state" | "duty_modality":
            return _field(duty_record(vocabulary), "name")
        case "duties_of":
            actor = _field(duty_record(vocabulary), "actor")
            return list_of(actor) if actor else None
    return None


def _has_role(kind: Type, role: str, vocabulary: Vocabulary) -> bool:
    return kind.kind == "enum" and vocabulary.enums[kind.name].role == role


def _field(record: Entity | None, role: str) -> Type | None:
    return record.fields[record.roles[role]].type if record and role in record.roles else None
