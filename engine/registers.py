"""日程, 职责 and 清单: entries as records filled in by role, duties as rules of their state, checklists as values.

Duties and checklists are known by the names of an enumeration, so that a question may be about
whichever one the case names.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import attrs

from engine import program as p
from policy.checking.registers import duty_record
from policy.dsl import tree as t
from policy.model import Pack, Policy
from policy.types import BOOLEAN, CHECKLIST, NULL, Type, list_of
from policy.vocabulary import Entity, EnumValue

if TYPE_CHECKING:
    from engine.lowering import Expressions, _Lowering


def lower_register(lowering: _Lowering, item: t.Register, pack: Pack) -> tuple[Type, tuple[p.Clause, ...]]:
    """The register's type, and one clause for each entry and actor."""
    declared = lowering._type(item.type)
    element = declared.element or declared
    entity = lowering.policy.vocabulary.entities[element.name]
    clauses = tuple(
        _row(lowering, single, entity, pack, item) for entry in item.entries for single in _for_each_actor(entry)
    )
    return list_of(element), clauses


def _for_each_actor(entry: t.Entry) -> Iterator[t.Entry]:
    """The entry once for each actor that 责任 lists; it binds them all."""
    actor = next((a for a in entry.attributes if a.name.text == "actor"), None)
    if actor is None or not isinstance(actor.value, t.ListOf):
        yield entry
        return
    for one in actor.value.items:
        others = tuple(attrs.evolve(a, value=one) if a is actor else a for a in entry.attributes)
        yield attrs.evolve(entry, attributes=others)


def _row(lowering: _Lowering, entry: t.Entry, entity: Entity, pack: Pack, item: t.Register) -> p.Clause:
    name = lowering.targets[entry.name]
    record = p.Record(
        origin=entry,
        type=Type("record", entity.id),
        entity=entity.id,
        fields=tuple(_fields(lowering, entry, entity, name.field)),
    )
    # A step takes place only when its condition holds; a duty stands, and its condition triggers it.
    condition = lowering.optional(entry.condition) if item.kind == "schedule" else None
    return _clause(lowering, entry, item, pack, "item", name.field, name.label, condition, record)


def _clause(
    lowering: _Lowering,
    entry: t.Entry,
    item: t.Register,
    pack: Pack,
    kind: str,
    name: str,
    label: str,
    condition: p.Expression | None,
    value: p.Expression,
    over: tuple[str, ...] = (),
) -> p.Clause:
    own, outer = lowering.citations(entry.terms), lowering.citations(item.terms)
    return p.Clause(
        id=name,
        label=label,
        kind=kind,
        over=over,
        condition=condition,
        value=value,
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


# ── duties ──────────────────────────────────────────────────────────────────────────────────────────


def duty_rules(lowering: _Lowering, item: t.Register, pack: Pack) -> Iterator[p.Rule]:
    """For each duty of a register: its state, its modality, and its row for each actor, as rules of their own."""
    entity = duty_record(lowering.policy.vocabulary)
    assert entity is not None
    modality = entity.fields[entity.roles["modality"]].type
    for entry in item.entries:
        name, label = lowering.targets[entry.name].field, lowering.targets[entry.name].label
        written = {a.name.text: lowering.lower(a.value) for a in entry.attributes if a.name.text != "actor"}
        strength = written.get("modality") or p.Constant(origin=entry, type=NULL, value=None)
        base = f"{item.names.id}.{name}"
        states = Type("enum", _states(lowering.policy).id)
        said = _clause(lowering, entry, item, pack, "general", "general", "一般", None, strength)
        yield _rule(base, label, states, _state_clauses(lowering, entry, item, pack, written), said)
        yield _rule(f"{base}.modality", label, modality, (said,), said)
        for single in _for_each_actor(entry):
            row = _row(lowering, single, entity, pack, item)
            actor = _actor(lowering, single)
            yield _rule(f"{base}.{actor}", label, row.value.type, (attrs.evolve(row, kind="general"),), said)


def _rule(name: str, label: str, kind: Type, clauses: tuple[p.Clause, ...], like: p.Clause) -> p.Rule:
    return p.Rule(
        kind="duty",
        id=name,
        label=label,
        type=kind,
        element="",
        clauses=clauses,
        citations=like.citations,
        period=like.period,
        region=like.region,
        remark=like.remark,
        origin=like.origin,
    )


def _states(policy: Policy) -> Any:
    found = policy.vocabulary.enum_with_role("duty_state")
    assert found is not None
    return found


def _actor(lowering: Expressions, entry: t.Entry) -> str:
    """The id of the one actor that an entry binds."""
    written = next((a.value for a in entry.attributes if a.name.text == "actor"), None)
    return str(lowering.targets[written].field) if written in lowering.targets else ""


def _state_clauses(
    lowering: _Lowering, entry: t.Entry, item: t.Register, pack: Pack, written: dict[str, p.Expression]
) -> tuple[p.Clause, ...]:
    """Not triggered before all else; then fulfilled, then breached; otherwise still open.

    A duty that says only what breaches it is met as long as nothing does.
    """
    states = {value.role: value for value in _states(lowering.policy).values.values()}
    fulfilled, breach = written.get("fulfilled"), _breach_of(lowering, written)
    cases: list[tuple[EnumValue, p.Expression]] = []
    if entry.condition is not None:
        cases.append((states["not_triggered"], _negated(lowering, entry.condition)))
    if fulfilled is not None:
        cases.append((states["met"], fulfilled))
    if breach is not None:
        cases.append((states[breach], written["breach"]))
    otherwise = states["met"] if "breach" in written and fulfilled is None else states["open"]
    clauses = []
    for place, (state, condition) in enumerate(cases):
        over = tuple(later.id for later, _ in cases[place + 1 :])
        value = _constant(entry, state, lowering)
        clauses.append(_clause(lowering, entry, item, pack, "case", state.id, state.label, condition, value, over))
    value = _constant(entry, otherwise, lowering)
    label = f"其余{otherwise.label}"
    return (_clause(lowering, entry, item, pack, "general", "general", label, None, value), *clauses)


def _breach_of(lowering: Expressions, written: dict[str, p.Expression]) -> str | None:
    """What a breach amounts to by the duty's modality: a goal is missed, a permission cannot be breached."""
    if "breach" not in written:
        return None
    strength = written.get("modality")
    value = None
    if isinstance(strength, p.Constant):
        value = lowering.policy.vocabulary.enums[strength.type.name].values.get(strength.value)
    role = value.role if value else ""
    return {"goal": "missed", "permission": None}.get(role, "breached")


def _negated(lowering: _Lowering, condition: t.Expr) -> p.Expression:
    origin = t.Not(span=condition.span, operand=condition)
    return p.Operation(origin=origin, type=BOOLEAN, operator="not", operands=(lowering.lower(condition),))


def _constant(entry: t.Entry, state: EnumValue, lowering: Expressions) -> p.Constant:
    return p.Constant(origin=entry, type=Type("enum", _states(lowering.policy).id), value=state.id)


# ── by name ─────────────────────────────────────────────────────────────────────────────────────────


def by_name(lowering: Expressions, call: t.Call, kind: Type, function: str) -> p.Expression:
    """履行状态, 义务强度, 名下义务: which duties are meant is told by the case."""
    argument = lowering.lower(call.arguments[0])  # type: ignore[arg-type]
    if function == "duties_of":
        return p.DutiesOf(origin=call, type=kind, actors=argument, rows=tuple(_rows(lowering, call, kind)))
    suffix = ".modality" if function == "duty_modality" else ""
    options = tuple(
        (
            lowering.targets[entry.name].field,
            _value_of(call, kind, f"{register.names.id}.{_id(lowering, entry)}{suffix}"),
        )
        for register in _registers(lowering.policy)
        for entry in register.entries
    )
    return p.Selected(origin=call, type=kind, by=argument, options=options)


def _rows(lowering: Expressions, call: t.Call, kind: Type) -> Iterator[tuple[str, p.RuleValue]]:
    assert kind.element is not None
    for register in _registers(lowering.policy):
        for entry in register.entries:
            for single in _for_each_actor(entry):
                actor = _actor(lowering, single)
                name = f"{register.names.id}.{_id(lowering, entry)}.{actor}"
                yield actor, _value_of(call, kind.element, name)


def _id(lowering: Expressions, entry: t.Entry) -> str:
    return str(lowering.targets[entry.name].field)


def _value_of(origin: t.Node, kind: Type, name: str) -> p.RuleValue:
    return p.RuleValue(origin=origin, type=kind, id=name, field="")


def _registers(policy: Policy) -> list[t.Register]:
    return [item for pack in policy.packs for item in pack.declarations(t.Register) if item.kind == "duties"]


# ── checklists ──────────────────────────────────────────────────────────────────────────────────────


def checklist_rule(lowering: _Lowering, item: t.Checklist, pack: Pack) -> p.Rule:
    """A checklist as a rule with one clause, in force as long as what it cites."""
    items = tuple(
        tuple(lowering.targets[one].field for one in alternatives.items)
        for alternatives in item.items
        if isinstance(alternatives, t.ListOf)
    )
    value = p.Requirements(origin=item, type=CHECKLIST, id=item.names.id, items=items, is_open=item.is_open)
    enum = lowering.policy.vocabulary.enum_with_role("checklist_item")
    clause = p.Clause(
        id="general",
        label="一般",
        kind="general",
        over=(),
        condition=None,
        value=value,
        citations=lowering.citations(item.terms),
        period=lowering.period(item.terms),
        region=pack.region.id,
        remark="",
        origin=item,
    )
    return p.Rule(
        kind="checklist",
        id=item.names.id,
        label=item.names.label,
        type=list_of(list_of(Type("enum", enum.id if enum else ""))),
        element="",
        clauses=(clause,),
        citations=clause.citations,
        period=clause.period,
        region=pack.region.id,
        remark=item.terms.remark,
        origin=item,
    )


def any_checklist(lowering: Expressions, argument: t.Expr) -> p.Expression:
    """A checklist by the name that the case gives."""
    by = lowering.lower(argument)
    enum = lowering.policy.vocabulary.enums[by.type.name]
    found = [item for pack in lowering.policy.packs for item in pack.declarations(t.Checklist)]
    options = tuple((item.names.id, _value_of(argument, CHECKLIST, item.names.id)) for item in found)
    known = tuple((name, value) for name, value in options if name in enum.values)
    return p.Selected(origin=argument, type=CHECKLIST, by=by, options=known)
