"""日程 and 职责 → lists of records: each entry is one element, its attributes filled in by role."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine import program as p
from policy.dsl import tree as t
from policy.model import Pack
from policy.types import BOOLEAN, NULL, Type, list_of
from policy.vocabulary import Entity

if TYPE_CHECKING:
    from engine.lowering import _Lowering


def lower_register(lowering: _Lowering, item: t.Register, pack: Pack) -> tuple[Type, tuple[p.Clause, ...]]:
    """The register's type, and one clause for each entry."""
    declared = lowering._type(item.type)
    element = declared.element or declared
    entity = lowering.policy.vocabulary.entities[element.name]
    outer = lowering.citations(item.terms)
    clauses = tuple(_entry(lowering, entry, entity, pack, outer, item) for entry in item.entries)
    return list_of(element), clauses


def _entry(
    lowering: _Lowering, entry: t.Entry, entity: Entity, pack: Pack, outer: tuple[str, ...], item: t.Register
) -> p.Clause:
    name = lowering.targets[entry.name]
    own = lowering.citations(entry.terms)
    return p.Clause(
        id=name.field,
        label=name.label,
        kind="item",
        over=(),
        condition=lowering.optional(entry.condition),
        value=p.Record(
            origin=entry,
            type=Type("record", entity.id),
            entity=entity.id,
            fields=tuple(_fields(lowering, entry, entity, name.field)),
        ),
        citations=tuple(dict.fromkeys((*own, *outer))),
        period=lowering.period(entry.terms, lowering.period(item.terms)),
        region=pack.region.id,
        remark=entry.terms.remark,
        origin=entry,
    )


def _fields(lowering: _Lowering, entry: t.Entry, entity: Entity, name: str) -> list[tuple[str, p.Expression]]:
    """Every field of the record that plays a role: written, derived, or empty."""
    written = {attribute.name.text: lowering.lower(attribute.value) for attribute in entry.attributes}
    fields: list[tuple[str, p.Expression]] = []
    for role, field in entity.roles.items():
        kind = entity.fields[field].type
        if role == "name":
            value: p.Expression = p.Constant(origin=entry, type=kind, value=name)
        elif role == "after":
            after = tuple(lowering.targets[step].field for step in entry.after)
            value = p.Constant(origin=entry, type=kind, value=after)
        elif role == "rest_day":
            value = _rest_day(entry, written.get("until"))
        else:
            value = written.get(role) or p.Constant(origin=entry, type=NULL, value=None)
        fields.append((field, value))
    return fields


def _rest_day(entry: t.Entry, due: p.Expression | None) -> p.Expression:
    if due is None:
        return p.Constant(origin=entry, type=BOOLEAN, value=False)
    return p.Operation(origin=entry, type=BOOLEAN, operator="warn_rest_day", operands=(due,))
