"""Policy → Program: resolve, merge amendments, settle citations and periods."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

import attrs

from engine import program as p
from engine.checklists import checklist_rule
from engine.duties import duty_rules, lower_duties
from engine.expression_lowering import Expressions
from engine.schedules import lower_schedule
from policy.dsl import tree as t
from policy.exclusions import Exclusion
from policy.model import NamedRule, Pack, Policy
from policy.parameters import Parameter
from policy.periods import in_force, stated
from policy.sources import Period, Provision
from policy.types import DATE, Type, list_of

Kind = TypeVar("Kind", bound=t.Declaration)
Item = TypeVar("Item")


def lower(policy: Policy) -> p.Program:
    """The program of a checked policy."""
    return Lowering(policy).program()


class Lowering(Expressions):
    """Lowers the declarations of a policy."""

    def program(self) -> p.Program:
        """The whole program."""
        rules: dict[str, p.Rule] = {}
        for pack in self.policy.packs:
            for item in pack.declarations(NamedRule):  # type: ignore[arg-type]
                rules.update({rule.id: rule for rule in self.rules_of(item, pack)})
        return p.Program(
            policy=self.policy,
            rules=rules,
            parameters=_grouped(
                (parameter.id, parameter)
                for pack in reversed(self.policy.packs)
                for parameter in pack.parameters.values()
            ),
            exclusions=tuple(self._exclusion(item, pack) for pack in self.policy.packs for item in pack.exclusions),
            **self.beside_rules(),
        )

    def beside_rules(self) -> dict[str, Any]:
        """What stands beside the rules: bounds, delegations, choices of law, checks, questions."""
        return {
            "bounds": _grouped((item.target, item) for item in self._all(t.Bound, self._bound)),
            "delegations": _grouped((item.parameter, item) for item in self._all(t.Delegate, self._delegation)),
            "choices": _grouped(pair for pairs in self._all(t.ChoiceOfLaw, self._choices) for pair in pairs),
            "checks": _grouped(pair for pairs in self._all(t.Check, self._checks) for pair in pairs),
            "questions": {item.id: item for item in self._all(t.Question, self._question)},
        }

    def rules_of(self, item: Any, pack: Pack) -> Iterator[p.Rule]:
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

    def _exclusion(self, item: Exclusion, pack: Pack) -> p.Exclusion:
        condition = self.lower(item.condition)
        read = (part.path for part in (condition, *p.walk(condition)) if isinstance(part, p.Fact))
        return p.Exclusion(
            id=item.id,
            label=item.label,
            condition=condition,
            facts=tuple(dict.fromkeys(read)),
            reason=item.reason,
            region=pack.region.id,
            origin=item.condition,
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


def _versions_of_general(clauses: list[p.Clause]) -> tuple[p.Clause, ...]:
    """General clauses of different times get ids of their own; what stands over 一般 stands over each."""
    ids = {
        c: "general" if n == 1 else f"general_{n}" for n, c in enumerate((c for c in clauses if c.kind == "general"), 1)
    }
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
