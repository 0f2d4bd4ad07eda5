"""职责 → the duties of a register: a list of them, and each one's state, modality and row as rules.

Duties are known by the names of an enumeration, so that a question may be about whichever duty the
case names (履行状态), or about all that bind an actor (名下义务).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import attrs

from engine import program as p
from policy.checking.registers import duty_record
from policy.dsl import tree as t
from policy.model import Pack, Policy
from policy.types import BOOLEAN, NULL, Type, list_of
from policy.vocabulary import Enumeration, EnumValue

if TYPE_CHECKING:
    from engine.expression_lowering import Expressions
    from engine.lowering import Lowering

MODALITY = "modality"


def lower_duties(lowering: Lowering, item: t.Register, pack: Pack) -> tuple[Type, tuple[p.Clause, ...]]:
    """The register's type, and one clause for each duty and actor: a duty stands, whatever triggers it."""
    duties = list(_duties(lowering, item, pack))
    return list_of(duties[0].type if duties else Type("unknown")), tuple(row for duty in duties for row in duty.rows())


def duty_rules(lowering: Lowering, item: t.Register, pack: Pack) -> Iterator[p.Rule]:
    """The rules behind each duty of a register: its state, its modality, its row for each actor."""
    for duty in _duties(lowering, item, pack):
        yield duty.rule("", Type("enum", duty.states.id), duty.state_clauses())
        yield duty.rule(MODALITY, duty.kind_of(MODALITY), (duty.clause("general", "一般", duty.modality),))
        for actor, row in zip(duty.actors, duty.rows(), strict=True):
            yield duty.rule(actor_id(lowering, actor), duty.type, (attrs.evolve(row, kind="general"),))


def _duties(lowering: Lowering, item: t.Register, pack: Pack) -> Iterator[_Duty]:
    return (_Duty(lowering, item, entry, pack) for entry in item.entries)


def rule_id(register: str, duty: str, part: str = "") -> str:
    """What the rules behind a duty are called: its state, or another part of it."""
    return ".".join(filter(None, (register, duty, part)))


def actor_id(lowering: Expressions, actor: t.Expr | None) -> str:
    """The id of an actor that a register names."""
    return str(lowering.targets[actor].field) if actor in lowering.targets else ""


def actors_of(item: t.Register, entry: t.Entry) -> tuple[t.Expr | None, ...]:
    """Whom a duty binds: one actor, or all that 责任 lists."""
    written = _written(item, entry).get("actor")
    return written.items if isinstance(written, t.ListOf) else (written,)


def _written(item: t.Register, entry: t.Entry) -> Mapping[str, t.Expr]:
    """What is said of a duty; what is said of all duties of the register stands behind it."""
    return {attribute.name.text: attribute.value for attribute in (*item.attributes, *entry.attributes)}


class _Duty:
    """Lowers one duty."""

    def __init__(self, lowering: Lowering, item: t.Register, entry: t.Entry, pack: Pack) -> None:
        entity = duty_record(lowering.policy.vocabulary)
        assert entity is not None
        self.lowering = lowering
        self.item = item
        self.entry = entry
        self.pack = pack
        self.entity = entity
        self.type = Type("record", entity.id)
        self.name = lowering.targets[entry.name]
        self.states = _states(lowering.policy)
        self.written = _written(item, entry)
        self.actors = actors_of(item, entry)
        own, outer = lowering.citations(entry.terms), lowering.citations(item.terms)
        self.citations = tuple(dict.fromkeys((*own, *outer)))
        self.period = lowering.period(entry.terms, item.terms)

    @property
    def modality(self) -> p.Expression:
        return self._lowered(MODALITY) or self._nothing()

    def kind_of(self, role: str) -> Type:
        """The type of the field that plays a role."""
        return self.entity.fields[self.entity.roles[role]].type

    def _lowered(self, role: str) -> p.Expression | None:
        return self.lowering.optional(self.written.get(role))

    def _nothing(self) -> p.Constant:
        return p.Constant(origin=self.entry, type=NULL, value=None)

    def rows(self) -> tuple[p.Clause, ...]:
        """The duty as a row of the register, for each actor it binds."""
        return tuple(
            attrs.evolve(self.clause(self.name.field, self.name.label, self._record(actor)), kind="item")
            for actor in self.actors
        )

    def _record(self, actor: t.Expr | None) -> p.Record:
        name = p.Constant(origin=self.entry, type=self.kind_of("name"), value=self.name.field)
        values = {"name": name, "actor": self.lowering.optional(actor), MODALITY: self.modality}
        fields = tuple((field, values.get(role) or self._nothing()) for role, field in self.entity.roles.items())
        return p.Record(origin=self.entry, type=self.type, entity=self.entity.id, fields=fields)

    # ── state ───────────────────────────────────────────────────────────────────────────────────
    def state_clauses(self) -> tuple[p.Clause, ...]:
        """Not triggered before all else; then fulfilled, then breached; otherwise still open.

        A duty that says only what breaches it is met as long as nothing does.
        """
        state = {value.role: value for value in self.states.values.values()}
        fulfilled, breach = self._lowered("fulfilled"), self._lowered("breach")
        tests = [
            (state["not_triggered"], self._untriggered()),
            (state["met"], fulfilled),
            (state.get(self._breach_role()), breach),
        ]
        cases = [(result, test) for result, test in tests if result is not None and test is not None]
        otherwise = state["met"] if breach is not None and fulfilled is None else state["open"]
        clauses = [self.clause("general", "一般", self._state(otherwise))]
        for place, (result, test) in enumerate(cases, 1):
            over = tuple(later.id for later, _ in cases[place:])
            clause = self.clause(result.id, result.label, self._state(result))
            clauses.append(attrs.evolve(clause, kind="case", over=over, condition=test))
        return tuple(clauses)

    def _untriggered(self) -> p.Expression | None:
        trigger = self.entry.condition
        if trigger is None:
            return None
        origin = t.Not(span=trigger.span, operand=trigger)
        return p.Operation(origin=origin, type=BOOLEAN, operator="not", operands=(self.lowering.lower(trigger),))

    def _breach_role(self) -> str:
        """What a breach amounts to: a goal is missed without one, a permission cannot be breached at all."""
        strength = self.modality
        value: EnumValue | None = None
        if isinstance(strength, p.Constant) and strength.value is not None:
            value = self.lowering.policy.vocabulary.enums[strength.type.name].values[strength.value]
        return {"goal": "missed", "permission": ""}.get(value.role if value else "", "breached")

    def _state(self, value: EnumValue) -> p.Constant:
        return p.Constant(origin=self.entry, type=Type("enum", self.states.id), value=value.id)

    # ── what becomes of it ──────────────────────────────────────────────────────────────────────
    def clause(self, name: str, label: str, value: p.Expression) -> p.Clause:
        """A general clause under the duty's provisions."""
        return p.Clause(
            id=name,
            label=label,
            kind="general",
            over=(),
            condition=None,
            value=value,
            citations=self.citations,
            period=self.period,
            region=self.pack.region.id,
            remark=self.entry.terms.remark,
            origin=self.entry,
        )

    def rule(self, part: str, kind: Type, clauses: tuple[p.Clause, ...]) -> p.Rule:
        """A rule named after the duty and the part of it that the clauses decide."""
        return p.Rule(
            kind="duty",
            id=rule_id(self.item.names.id, self.name.field, part),
            label=self.name.label,
            type=kind,
            element="",
            clauses=clauses,
            citations=self.citations,
            period=self.period,
            region=self.pack.region.id,
            remark=self.entry.terms.remark,
            origin=self.entry,
        )


def _states(policy: Policy) -> Enumeration:
    found = policy.vocabulary.enum_with_role("duty_state")
    assert found is not None
    return found


# ── duties by name ──────────────────────────────────────────────────────────────────────────────────


def about_duties(lowering: Expressions, call: t.Call, function: str, kind: Type) -> p.Expression:
    """履行状态, 义务强度 or 名下义务 over every duty of the policy."""
    (argument,) = call.arguments
    given = lowering.lower(argument)  # type: ignore[arg-type]
    registers = [
        item for pack in lowering.policy.packs for item in pack.declarations(t.Register) if item.kind == "duties"
    ]
    entries = [(item, entry, str(lowering.targets[entry.name].field)) for item in registers for entry in item.entries]
    if function == "duties_of":
        record = kind.element or Type("unknown")
        rows = tuple(
            (actor, _value(call, record, rule_id(item.names.id, name, actor)))
            for item, entry, name in entries
            for actor in (actor_id(lowering, one) for one in actors_of(item, entry))
        )
        return p.DutiesOf(origin=call, type=kind, actors=given, rows=rows)
    part = MODALITY if function == "duty_modality" else ""
    options = tuple((name, _value(call, kind, rule_id(item.names.id, name, part))) for item, _, name in entries)
    return p.Selected(origin=call, type=kind, by=given, options=options)


def _value(origin: t.Node, kind: Type, name: str) -> p.RuleValue:
    return p.RuleValue(origin=origin, type=kind, id=name, field="")
