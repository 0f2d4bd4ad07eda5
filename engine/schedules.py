"""日程 → a list of records: each step is one row, or one for each element of a list, filled in by role."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine import program as p
from policy.dsl import tree as t
from policy.model import Pack
from policy.types import BOOLEAN, NULL, Type, list_of
from policy.vocabulary import Entity

if TYPE_CHECKING:
    from engine.lowering import Lowering

IDENTITY = ("name", "actor", "after", "modality")
"""The roles that tell what a step is, before any day is reckoned."""


def lower_schedule(lowering: Lowering, item: t.Register, pack: Pack) -> tuple[Type, tuple[p.Clause, ...]]:
    """The schedule's type, and one clause for each step."""
    declared = lowering._type(item.type)
    element = declared.element or declared
    schedule = _Schedule(lowering, item, lowering.policy.vocabulary.entities[element.name], pack)
    return list_of(element), tuple(map(schedule.clause, item.entries))


class _Schedule:
    """Lowers the steps of one schedule."""

    def __init__(self, lowering: Lowering, item: t.Register, entity: Entity, pack: Pack) -> None:
        self.lowering = lowering
        self.item = item
        self.entity = entity
        self.pack = pack
        self.type = Type("record", entity.id)
        self.citations = lowering.citations(item.terms)
        self.common = {attribute.name.text: attribute.value for attribute in item.attributes}

    def clause(self, step: t.Entry) -> p.Clause:
        """The step as an item of the list that the schedule collects."""
        name = self.lowering.targets[step.name]
        own = self.lowering.citations(step.terms)
        condition, value = self._once(step) if step.each is None else self._for_each(step, step.each)
        return p.Clause(
            id=name.field,
            label=name.label,
            kind="item",
            over=(),
            condition=condition,
            value=value,
            citations=tuple(dict.fromkeys((*own, *self.citations))),
            period=self.lowering.period(step.terms, self.item.terms),
            region=self.pack.region.id,
            remark=step.terms.remark,
            origin=step,
        )

    def _once(self, step: t.Entry) -> tuple[p.Expression | None, p.Expression]:
        """When there is a row, and the row."""
        own, row = self._row(step)
        return _both(self._common(step), own, step), row

    def _for_each(self, step: t.Entry, each: t.Each) -> tuple[p.Expression | None, p.Expression]:
        """The rows of a list's elements; what the schedule asks of every step is asked before the list, if it can be."""
        collection = self.lowering.lower(each.collection)
        with self.lowering.element_of(each, collection) as binder:
            common, (own, row) = self._common(step), self._row(step)
            is_about_element = common is not None and _mentions(common, binder)
        where = _both(common, own, step) if is_about_element else own
        rows = p.Each(origin=each, type=list_of(self.type), collection=collection, binder=binder, body=row, where=where)
        return (None if is_about_element else common), rows

    def _row(self, step: t.Entry) -> tuple[p.Expression | None, p.Record]:
        return self.lowering.optional(step.condition), self._record(step, tuple(self.entity.roles))

    def _common(self, step: t.Entry) -> p.Expression | None:
        """The schedule's condition, asked of what the step is."""
        common = self.item.condition
        if common is None:
            return None
        with self.lowering.at_hand(*self.lowering.about(self.entity.id)):
            body = self.lowering.lower(common)
        known = self._record(step, tuple(role for role in IDENTITY if role in self.entity.roles))
        rows = p.Operation(origin=common, type=list_of(self.type), operator="list", operands=(known,))
        each = p.Each(
            origin=common, type=list_of(BOOLEAN), collection=rows, binder=self.entity.id, body=body, where=None
        )
        return p.Operation(origin=common, type=BOOLEAN, operator="any", operands=(each,))

    def _record(self, step: t.Entry, roles: tuple[str, ...]) -> p.Record:
        fields = tuple((self.entity.roles[role], self._field(step, role)) for role in roles)
        return p.Record(origin=step, type=self.type, entity=self.entity.id, fields=fields)

    def _field(self, step: t.Entry, role: str) -> p.Expression:
        """What plays a role in the record: written, said of all steps, derived, or empty."""
        kind = self.entity.fields[self.entity.roles[role]].type
        written = self.common | {attribute.name.text: attribute.value for attribute in step.attributes}
        match role:
            case "name":
                return p.Constant(origin=step, type=kind, value=self.lowering.targets[step.name].field)
            case "after":
                after = tuple(self.lowering.targets[earlier].field for earlier in step.after)
                return p.Constant(origin=step, type=kind, value=after)
            case "rest_day":
                return self._rest_day(step, self.lowering.optional(written.get("until")))
            case _:
                value = self.lowering.optional(written.get(role))
                return value or p.Constant(origin=step, type=NULL, value=None)

    def _rest_day(self, step: t.Entry, due: p.Expression | None) -> p.Expression:
        if due is None:
            return p.Constant(origin=step, type=BOOLEAN, value=False)
        return p.Operation(origin=step, type=BOOLEAN, operator="warn_rest_day", operands=(due,))


def _both(first: p.Expression | None, second: p.Expression | None, origin: t.Node) -> p.Expression | None:
    if first is None or second is None:
        return first or second
    return p.Logic(origin=origin, type=BOOLEAN, operator="and", operands=(first, second))


def _mentions(expression: p.Expression, binder: str) -> bool:
    return any(isinstance(part, p.ElementField) and part.binder == binder for part in p.walk(expression))
