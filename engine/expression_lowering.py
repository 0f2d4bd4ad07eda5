"""Expressions of the syntax tree → expressions of the program, names resolved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from engine import program as p
from engine.checklists import named_checklist
from engine.duties import about_duties
from policy.dsl import tree as t
from policy.model import Policy
from policy.types import BOOLEAN, NULL, TEXT, Type, list_of
from policy.values import Duration


class Expressions:
    """Lowers expressions of a policy."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.types: dict[t.Node, Type] = {}
        self.targets: dict[t.Node, Any] = {}
        for pack in policy.packs:
            self.types.update(pack.checked.types)
            self.targets.update(pack.checked.targets)
        self.binders: list[tuple[tuple[str, ...], str]] = []

    def optional(self, expression: t.Expr | None) -> p.Expression | None:
        return None if expression is None else self.lower(expression)

    def lower(self, expression: t.Expr | t.Each) -> p.Expression:
        """The expression with its names resolved."""
        kind = self.types.get(expression, Type("unknown"))
        match expression:
            case t.Number(value=value):
                return self._constant(expression, kind, int(value) if kind.kind == "integer" else value)
            case t.Percent(value=value) | t.String(value=value) | t.Truth(value=value):
                return self._constant(expression, kind, value)
            case t.Null():
                return self._constant(expression, kind, None)
            case t.Moment(value=value):
                return self._constant(expression, kind, _moment(value, kind))
            case t.NoRule():
                return p.NoRule(origin=expression, type=kind)
            case t.Quantity():
                return self._quantity(expression, kind)
            case t.DayOf(month=month, day=day):
                return self._operation(expression, kind, "day_of", (month, day))
            case t.Negative(operand=operand):
                return self._operation(expression, kind, "negate", (operand,))
            case t.Binary(operator=operator, left=left, right=right):
                return self._operation(expression, kind, operator, (left, right))
            case t.Rounded(operand=operand, mode=mode, places=places):
                return self._operation(expression, kind, "round", (operand,), (mode, places))
            case t.Compare(operator=operator, left=left, right=right):
                return self._operation(expression, BOOLEAN, operator, (left, right))
            case t.Member():
                return self._member(expression)
            case t.ListOf(items=items):
                return self._operation(expression, kind, "list", items)
            case t.Not(operand=operand):
                return self._operation(expression, BOOLEAN, "not", (operand,))
            case t.Logic(operator=operator, operands=operands):
                lowered = tuple(map(self.lower, operands))
                return p.Logic(origin=expression, type=BOOLEAN, operator=operator, operands=lowered)
            case t.Known(operand=operand):
                return p.Known(origin=expression, type=BOOLEAN, operand=self.lower(operand))
            case t.Default(operand=operand, otherwise=otherwise):
                first, second = self.lower(operand), self.lower(otherwise)
                return p.Default(origin=expression, type=kind, operand=first, otherwise=second)
            case t.Each():
                return self._each(expression, kind)
            case t.Call():
                return self._call(expression, kind)
            case t.Path():
                return self._path(expression, kind)
            case _:
                raise AssertionError(expression)

    def _constant(self, origin: t.Node, kind: Type, value: Any) -> p.Constant:
        return p.Constant(origin=origin, type=kind, value=value)

    def _operation(
        self, origin: t.Node, kind: Type, operator: str, operands: Sequence[t.Expr | t.Each], detail: Any = None
    ) -> p.Operation:
        lowered = tuple(map(self.lower, operands))
        return p.Operation(origin=origin, type=kind, operator=operator, operands=lowered, detail=detail)

    def _quantity(self, expression: t.Quantity, kind: Type) -> p.Expression:
        if kind.kind == "duration":
            operand = expression.operand
            if isinstance(operand, t.Number):
                length = Duration(int(operand.value), expression.unit, expression.month_end)
                return self._constant(expression, kind, length)
            detail = (expression.unit, expression.month_end)
            return self._operation(expression, kind, "duration", (operand,), detail)
        if isinstance(expression.operand, t.Number):
            return self._constant(expression, kind, expression.operand.value)
        return self._operation(expression, kind, "as_decimal", (expression.operand,))

    def _member(self, expression: t.Member) -> p.Expression:
        operator = "not_in" if expression.negated else "in"
        collection = expression.collection
        if isinstance(collection, t.Interval):
            ends = (expression.operand, collection.low, collection.high)
            detail = "closed" if collection.closed else "half_open"
            return self._operation(expression, BOOLEAN, f"{operator}_interval", ends, detail)
        return self._operation(expression, BOOLEAN, operator, (expression.operand, collection))

    def _each(self, each: t.Each, kind: Type) -> p.Each:
        collection = self.lower(each.collection)
        with self.element_of(each, collection) as binder:
            body, where = self.optional(each.body), self.optional(each.where)
        return p.Each(origin=each, type=kind, collection=collection, binder=binder, body=body, where=where)

    @contextmanager
    def element_of(self, each: t.Each, collection: p.Expression) -> Iterator[str]:
        """While inside, an element of the collection is at hand under the binder given."""
        names, binder = self._binder(collection.type.element or Type("unknown"), each.binder)
        with self.at_hand(names, binder):
            yield binder

    @contextmanager
    def at_hand(self, names: tuple[str, ...], binder: str) -> Iterator[None]:
        """While inside, the names mean the binder's element."""
        self.binders.append((names, binder))
        yield
        self.binders.pop()

    def _binder(self, element: Type, name: t.Name | None) -> tuple[tuple[str, ...], str]:
        if name is not None:
            return (name.text,), name.text
        if element.kind == "record":
            entity = self.policy.vocabulary.entities[element.name]
            return (entity.id, entity.label), entity.id
        return (), "it"

    def about(self, element: str) -> tuple[tuple[str, ...], str]:
        """The binder under which an entity's element is at hand."""
        entity = self.policy.vocabulary.entities[element]
        return (entity.id, entity.label), entity.id

    def _call(self, call: t.Call, kind: Type) -> p.Expression:
        target = self.targets[call.function]
        if target.kind == "record":
            fields = tuple(
                (self.targets[a.name].id, self.lower(a.value)) for a in call.arguments if isinstance(a, t.Field)
            )
            return p.Record(origin=call, type=kind, entity=target.id, fields=self._complete(call, target.id, fields))
        arguments = [a for a in call.arguments if not isinstance(a, t.Field)]
        if target.id == "limit_of":
            return p.LimitValue(origin=call, type=kind, target=self.targets[arguments[0]].id)
        if target.id == "refer":
            return p.HumanDecision(origin=call, type=kind, id=self.targets[arguments[0]].id)
        if target.id in ("duty_state", "duty_modality", "duties_of"):
            return about_duties(self, call, target.id, kind)
        if target.id in ("missing", "is_open") and not isinstance(arguments[0], t.Each):
            checklist, *others = named_checklist(self, arguments[0]), *map(self.lower, arguments[1:])
            return p.Operation(origin=call, type=kind, operator=target.id, operands=(checklist, *others))
        if target.id == "is_asked":
            rule = p.Constant(origin=call, type=TEXT, value=self.targets[arguments[0]].id)
            asked = p.Local(origin=call, type=list_of(TEXT), name="asked")
            return p.Operation(origin=call, type=kind, operator="in", operands=(rule, asked))
        return self._operation(call, kind, target.id, arguments)

    def _complete(self, call: t.Call, entity: str, fields: Sequence[tuple[str, p.Expression]]) -> tuple[Any, ...]:
        """All fields of a record: those not written are 空."""
        written = {name for name, _ in fields}
        empty = self._constant(call, NULL, None)
        others = [name for name in self.policy.vocabulary.entities[entity].fields if name not in written]
        return (*fields, *((name, empty) for name in others))

    def _path(self, path: t.Path, kind: Type) -> p.Expression:
        target = self.targets[path]
        match target.kind:
            case "fact":
                return p.Fact(origin=path, type=kind, path=target.id)
            case "parameter":
                return p.ParameterValue(origin=path, type=kind, id=target.id)
            case "rule":
                return p.RuleValue(origin=path, type=kind, id=target.id, field=target.field)
            case "enum":
                return self._constant(path, kind, target.field)
            case "local":
                return p.Local(origin=path, type=kind, name=target.id)
            case "element":
                written = path.parts[0].text
                binder = next((b for names, b in reversed(self.binders) if written in names), target.id)
                return p.ElementField(origin=path, type=kind, binder=binder, entity=target.id, field=target.field)
            case _:
                raise AssertionError(target)


def _moment(value: str, kind: Type) -> date | datetime:
    if kind.kind == "instant":
        return datetime.fromisoformat(value)
    return date.fromisoformat(value[:10])
