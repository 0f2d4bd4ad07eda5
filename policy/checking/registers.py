"""Checklists and duties by the names of an enumeration: what functions of them take and give."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from policy.dsl import tree as t
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


def repeated_duties(
    item: t.Register, registers: Iterable[t.Register], vocabulary: Vocabulary
) -> Iterator[tuple[t.Name, t.Name]]:
    """The names in a register of duties that are declared already, each with where."""
    record = duty_record(vocabulary)
    enum = vocabulary.enums[record.fields[record.roles["name"]].type.name] if record else None
    seen: dict[str, t.Name] = {}
    for register in registers:
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
