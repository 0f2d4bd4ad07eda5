"""Policy → Program: resolve, merge amendments, settle citations and periods."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any, TypeVar

import attrs

from engine import program as p
from engine.checklists import checklist_rule, named_checklist
from engine.duties import about_duties, duty_rules, lower_duties
from engine.schedules import lower_schedule
from policy.dsl import tree as t
from policy.model import NamedRule, Pack, Policy
from policy.parameters import Parameter
from policy.periods import in_force, stated
from policy.sources import Period, Provision
from policy.types import BOOLEAN, DATE, TEXT, Type, list_of
from policy.values import Duration

Kind = TypeVar("Kind", bound=t.Declaration)
Item = TypeVar("Item")


def lower(policy: Policy) -> p.Program:
    """The program of a checked policy."""
    return _Lowering(policy).program()


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
            return p.Record(origin=call, type=kind, entity=target.id, fields=fields)
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


class _Lowering(Expressions):
    def program(self) -> p.Program:
        rules: dict[str, p.Rule] = {}
        for pack in self.policy.packs:
            for item in pack.declarations(NamedRule):  # type: ignore[arg-type]
                rules.update({rule.id: rule for rule in self._rules(item, pack)})
        return p.Program(
            policy=self.policy,
            rules=rules,
            parameters=_grouped(
                (parameter.id, parameter)
                for pack in reversed(self.policy.packs)
                for parameter in pack.parameters.values()
            ),
            bounds=_grouped((item.target, item) for item in self._all(t.Bound, self._bound)),
            delegations=_grouped((item.parameter, item) for item in self._all(t.Delegate, self._delegation)),
            choices=_grouped(pair for pairs in self._all(t.ChoiceOfLaw, self._choices) for pair in pairs),
            checks=_grouped(pair for pairs in self._all(t.Check, self._checks) for pair in pairs),
            questions={item.id: item for item in self._all(t.Question, self._question)},
        )

    def _rules(self, item: Any, pack: Pack) -> Iterator[p.Rule]:
        """The rules that a declaration makes: itself, and for a register of duties one for each."""
        yield checklist_rule(self, item, pack) if isinstance(item, t.Checklist) else self._rule(item, pack)
        if isinstance(item, t.Register) and item.kind == "duties":
            yield from duty_rules(self, item, pack)

    def _all(self, kind: type[Kind], lower_one: Callable[[Kind, Pack], Item]) -> list[Item]:
        """Every declaration of a kind, lowered; the lowest region's first."""
        return [lower_one(item, pack) for pack in self.policy.packs for item in pack.declarations(kind)]

    # ── terms ───────────────────────────────────────────────────────────────────────────────────
    def citations(self, terms: t.Terms) -> tuple[str, ...]:
        """The ids of the cited provisions."""
        return tuple(self.targets[citation].id for citation in terms.citations)

    def period(self, terms: t.Terms, within: t.Terms | None = None) -> Period:
        """When it is in force; the 自 and 至 of what it stands in (`within`) narrow it too."""
        if within is None:
            return in_force(terms, self._provisions(terms))
        return in_force(terms, self._provisions(terms), self.period(within)).meet(stated(within))

    def _provisions(self, terms: t.Terms) -> Iterable[Provision]:
        found = map(self.policy.library.provision, self.citations(terms))
        return (provision for provision in found if provision)

    def _clause(self, clause: t.Clause, pack: Pack, number: int, within: t.Terms) -> p.Clause:
        own, cited = self.citations(clause.terms), self.citations(within)
        general = clause.kind == "general"
        names = clause.names
        return p.Clause(
            id=names.id if names else ("general" if general else f"{clause.kind}_{number}"),
            label=names.label if names else ("一般" if general else f"第{number}项"),
            kind=clause.kind,
            over=tuple(self.targets[name].id for name in clause.over),
            condition=self.optional(clause.condition),
            value=self.lower(clause.value),
            citations=tuple(dict.fromkeys((*own, *cited))),
            period=self.period(clause.terms, within),
            region=pack.region.id,
            remark=clause.terms.remark,
            origin=clause,
        )

    def _clauses(self, item: t.Rule | t.Collect | t.Deadline, pack: Pack) -> tuple[p.Clause, ...]:
        """The rule's own clauses and those of all amendments to it."""
        clauses = [self._clause(c, pack, n, item.terms) for n, c in enumerate(item.clauses, 1)]
        for later in self.policy.packs:
            for amendment in later.declarations(t.Amend):
                target = self.targets.get(amendment.target)
                if target is not None and target.id == item.names.id:
                    start = len(clauses) + 1
                    clauses += [
                        self._clause(c, later, n, amendment.terms) for n, c in enumerate(amendment.clauses, start)
                    ]
        return _versions_of_general(clauses)

    # ── declarations ────────────────────────────────────────────────────────────────────────────
    def _rule(self, item: Any, pack: Pack) -> p.Rule:
        written = getattr(item, "element", None)
        element = self.targets[written].id if written is not None else ""
        if element:
            self.binders.append(self.about(element))
        try:
            return self._rule_body(item, pack, element)
        finally:
            if element:
                self.binders.pop()

    def _rule_body(self, item: Any, pack: Pack, element: str) -> p.Rule:
        details: dict[str, Any] = {"kind": type(item).__name__.lower(), "type": DATE, "clauses": ()}
        match item:
            case t.Rule() | t.Collect():
                details |= {"type": self._type(item.type), "clauses": self._clauses(item, pack)}
            case t.Brackets():
                details |= {"type": self._type(item.type), "scale": self._scale(item)}
            case t.Deadline():
                details |= {
                    "clauses": self._clauses(item, pack),
                    "start": self.lower(item.start),
                    "actor": self.optional(item.actor),
                    "lapse": item.lapse,
                }
            case t.Register():
                lower_entries = lower_schedule if item.kind == "schedule" else lower_duties
                kind, clauses = lower_entries(self, item, pack)
                details |= {"kind": "collect", "type": kind, "clauses": clauses}
            case t.OpenNorm():
                details |= {"kind": "open_norm", "type": self._type(item.type), "actor": self.optional(item.actor)}
        return p.Rule(
            id=item.names.id,
            label=item.names.label,
            element=element,
            citations=self.citations(item.terms),
            period=self.period(item.terms),
            region=pack.region.id,
            remark=item.terms.remark,
            origin=item,
            **details,
        )

    def _type(self, written: t.TypeRef) -> Type:
        found = self.policy.vocabulary.type_named(written.name.text) or Type("unknown")
        return list_of(found) if written.is_list else found

    def _scale(self, item: t.Brackets) -> p.Scale:
        table = self.optional(item.scale)
        names: tuple[str, ...] = ()
        binder, edges = "it", ("", "")
        if table is not None and table.type.element is not None:
            entity = self.policy.vocabulary.entities[table.type.element.name]
            names, binder = self.about(entity.id)
            edges = (entity.roles["lower"], entity.roles["upper"])
        self.binders.append((names, binder))
        portion = self.lower(item.portion)
        self.binders.pop()
        return p.Scale(
            table=table,
            lower=self.optional(item.lower),
            upper=self.lower(item.upper),
            bands=tuple((self.optional(band.up_to), self.lower(band.rate)) for band in item.bands),
            portion=portion,
            edges=edges,
            binder=binder,
        )

    def _bound(self, item: t.Bound, pack: Pack) -> p.Bound:
        return p.Bound(
            target=self.targets[item.comparison.left].id,
            operator=item.comparison.operator,
            limit=self.lower(item.comparison.right),
            condition=self.optional(item.condition),
            unless=self.optional(item.unless),
            citations=self.citations(item.terms),
            period=self.period(item.terms),
            region=pack.region.id,
            origin=item,
        )

    def _delegation(self, item: t.Delegate, pack: Pack) -> p.Delegation:
        return p.Delegation(
            parameter=self.targets[item.parameter].id,
            default=self.optional(item.default),
            citations=self.citations(item.terms),
            period=self.period(item.terms),
            region=pack.region.id,
            origin=item,
        )

    def _choices(self, item: t.ChoiceOfLaw, pack: Pack) -> list[tuple[str, p.ChoiceOfLaw]]:
        target = self.targets[item.place]
        value = self.policy.vocabulary.enums[target.id].values[target.field]
        choice = p.ChoiceOfLaw(
            id=item.names.id,
            label=item.names.label,
            condition=self.optional(item.condition),
            law=value.role,
            citations=self.citations(item.terms),
            period=self.period(item.terms),
            region=pack.region.id,
            origin=item,
        )
        return [(self.targets[name].id, choice) for name in item.governs]

    def _checks(self, item: t.Check, pack: Pack) -> list[tuple[str, p.Check]]:
        over = [self.targets[name].id for name in item.over]
        element = self._element_of(over)
        if element:
            self.binders.append(self.about(element))
        check = p.Check(
            id=item.names.id,
            label=item.names.label,
            element=element,
            condition=self.optional(item.condition),
            requirement=self.lower(item.requirement),
            message=item.message,
            citations=self.citations(item.terms),
            period=self.period(item.terms),
            region=pack.region.id,
            origin=item,
        )
        if element:
            self.binders.pop()
        return [(name, check) for name in over]

    def _element_of(self, rules: Iterable[str]) -> str:
        wanted = set(rules)
        for pack in self.policy.packs:
            for item in pack.declarations(t.Rule):
                if item.names.id in wanted and item.element is not None:
                    return str(self.targets[item.element].id)
        return ""

    def _question(self, item: t.Question, pack: Pack) -> p.Question:
        answers = [
            p.Answer(
                id=answer.names.id,
                label=answer.names.label,
                value=self.lower(answer.value),
                field=answer.field,
                is_ordered=answer.is_ordered,
            )
            for answer in item.answers
        ]
        return p.Question(
            id=item.names.id,
            label=item.names.label,
            ask=item.ask,
            governing=tuple(map(self.lower, item.governing)),
            accepts=tuple(map(self._accepted, item.accepts)),
            answers={answer.id: answer for answer in answers},
            citations=self.citations(item.terms),
            period=self.period(item.terms),
            region=pack.region.id,
            origin=item,
        )

    def _accepted(self, path: t.Path) -> str:
        target = self.targets[path]
        if target.kind == "parameter":
            return f"region_parameters.{target.id}"
        return "as_of" if target.kind == "local" else str(target.id)


def _grouped(pairs: Iterable[tuple[str, Item]]) -> dict[str, tuple[Item, ...]]:
    grouped: dict[str, tuple[Item, ...]] = {}
    for key, item in pairs:
        grouped[key] = (*grouped.get(key, ()), item)
    return grouped


def _moment(value: str, kind: Type) -> date | datetime:
    if kind.kind == "instant":
        return datetime.fromisoformat(value)
    return date.fromisoformat(value[:10])


def _versions_of_general(clauses: list[p.Clause]) -> tuple[p.Clause, ...]:
    """General clauses of different times get ids of their own; what stands over 一般 stands over each."""
    ids = {c: "general" if n == 1 else f"general_{n}" for n, c in enumerate((c for c in clauses if c.kind == "general"), 1)}
    if len(ids) < 2:
        return tuple(clauses)
    every = tuple(ids.values())
    return tuple(
        attrs.evolve(
            clause,
            id=ids.get(clause, clause.id),
            over=tuple(name for over in clause.over for name in (every if over == "general" else (over,))),
        )
        for clause in clauses
    )


__all__ = ["Expressions", "Parameter", "lower"]
