"""The links of a program: what each thing rests on, and what rests on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import attrs

from engine import program as p
from engine.dependencies.items import CALENDAR, Item, provision_item, rule_item
from engine.operations import CALENDAR_FUNCTIONS
from policy.values import Duration

WHOLE = ""
"""The part of a thing that is not one of its clauses or answers."""

OVER = "over"
"""The part of a bound that it watches: what it is over may change, but its limit does not."""

Parts = frozenset[str]


@attrs.frozen(eq=False)
class Links:
    """`uses[a][b]`: by which of its parts a rests on b; `used_by[b][a]` the same from the other end."""

    program: p.Program
    uses: Mapping[Item, Mapping[Item, Parts]]
    used_by: Mapping[Item, Mapping[Item, Parts]]


def links_of(program: p.Program) -> Links:
    """All links of a program."""
    uses: dict[Item, dict[Item, Parts]] = {}
    used_by: dict[Item, dict[Item, Parts]] = {}
    for user, part, used in _Reader(program).links():
        if used == user:  # a checklist is its own value
            continue
        known = uses.setdefault(user, {}).get(used, frozenset())
        uses[user][used] = used_by.setdefault(used, {})[user] = known | {part}
    return Links(program, uses, used_by)


Link = tuple[Item, str, Item]


class _Reader:
    def __init__(self, program: p.Program) -> None:
        self.program = program

    def links(self) -> Iterator[Link]:
        """Who rests on what, by which part."""
        for rule in self.program.rules.values():
            yield from self._rule(rule)
        for name in self._parameter_names():
            yield from self._parameter(name)
        for target, bounds in self.program.bounds.items():
            yield from self._bounds(target, bounds)
        for delegations in self.program.delegations.values():
            for delegation in delegations:
                yield from self._parts(delegation_item(delegation), WHOLE, delegation, delegation.citations)
        yield from self._checks_and_choices()
        for exclusion in self.program.exclusions:
            for path in exclusion.facts:
                yield Item("exclusion", exclusion.id, exclusion.region), WHOLE, Item("fact", path)
        for question in self.program.questions.values():
            yield from self._question(question)
        yield from self._facts()
        yield from self._law()

    def _rule(self, rule: p.Rule) -> Iterator[Link]:
        user = rule_item(rule)
        yield from _cites(user, WHOLE, rule.citations)
        for expression in (rule.start, rule.actor):
            yield from self._reads(user, WHOLE, expression)
        if rule.scale is not None:
            for expression in p.parts_of(rule.scale):
                yield from self._reads(user, WHOLE, expression)
        for clause in rule.clauses:
            own = [name for name in clause.citations if name not in rule.citations]
            yield from self._parts(user, clause.id, clause, own)
        for bound in self.program.bounds.get(rule.id, ()):
            yield user, WHOLE, self._bound_item(bound)
        for check in self.program.checks.get(rule.id, ()):
            yield user, WHOLE, Item("check", check.id, check.region)
        for choice in self.program.choices.get(rule.id, ()):
            yield user, WHOLE, Item("choice", choice.id, choice.region)

    def _parameter_names(self) -> Iterable[str]:
        return dict.fromkeys((*self.program.parameters, *self.program.delegations, *self.program.bounds))

    def _parameter(self, name: str) -> Iterator[Link]:
        if name in self.program.rules:
            return
        user = Item("parameter", name)
        for parameter in self.program.parameters.get(name, ())[:1]:
            for key in parameter.keys:
                yield user, WHOLE, Item("fact", key)
            grounds = (g for value in parameter.values for g in (value.provision, *(r.provision for r in value.rows)))
            yield from _cites(user, WHOLE, dict.fromkeys(filter(None, grounds)))
        for delegation in self.program.delegations.get(name, ()):
            yield user, WHOLE, delegation_item(delegation)
        for bound in self.program.bounds.get(name, ()):
            yield user, WHOLE, self._bound_item(bound)

    def _bounds(self, target: str, bounds: Iterable[p.Bound]) -> Iterator[Link]:
        rule = self.program.rules.get(target)
        for bound in bounds:
            user = self._bound_item(bound)
            yield from self._parts(user, WHOLE, bound, bound.citations)
            yield user, OVER, rule_item(rule) if rule else Item("parameter", target)

    def _bound_item(self, bound: p.Bound) -> Item:
        number = self.program.bounds[bound.target].index(bound) + 1
        return Item("bound", f"{bound.target}#{number}", bound.region)

    def _checks_and_choices(self) -> Iterator[Link]:
        for check in dict.fromkeys(item for found in self.program.checks.values() for item in found):
            yield from self._parts(Item("check", check.id, check.region), WHOLE, check, check.citations)
        for choice in dict.fromkeys(item for found in self.program.choices.values() for item in found):
            yield from self._parts(Item("choice", choice.id, choice.region), WHOLE, choice, choice.citations)

    def _question(self, question: p.Question) -> Iterator[Link]:
        user = Item("question", question.id, question.region)
        yield from _cites(user, WHOLE, question.citations)
        for moment in question.governing:
            yield from self._reads(user, WHOLE, moment)
        for answer in question.answers.values():
            given = answer_item(question.id, answer.id)
            yield user, answer.id, given
            yield from self._reads(given, WHOLE, answer.value)

    def _facts(self) -> Iterator[Link]:
        for entity in self.program.policy.vocabulary.entities.values():
            for field in entity.fields.values():
                question = self.program.questions.get(field.derived_by[0]) if field.derived_by else None
                if question and field.derived_by and field.derived_by[1] in question.answers:
                    yield Item("fact", field.path), WHOLE, answer_item(question.id, field.derived_by[1])

    def _law(self) -> Iterator[Link]:
        for document in self.program.policy.library.documents.values():
            for name in document.provisions:
                yield provision_item(name), WHOLE, Item("document", document.id)
        for year in self.program.calendar.years.values():
            yield CALENDAR, str(year.year), provision_item(year.provision)

    # ── expressions ─────────────────────────────────────────────────────────────────────────────
    def _parts(self, user: Item, part: str, item: object, citations: Iterable[str]) -> Iterator[Link]:
        yield from _cites(user, part, citations)
        for expression in p.parts_of(item):
            yield from self._reads(user, part, expression)

    def _reads(self, user: Item, part: str, expression: p.Expression | None) -> Iterator[Link]:
        for inner in (expression, *p.walk(expression)) if expression is not None else ():
            for used in self._read(inner):
                yield user, part, used

    def _read(self, expression: p.Expression) -> Iterator[Item]:
        match expression:
            case p.Fact(path=path):
                yield Item("fact", path)
            case p.ElementField(entity=entity, field=field) if field:
                yield Item("fact", f"{entity}.{field}")
            case p.ParameterValue(id=name):
                yield Item("parameter", name)
            case p.LimitValue(target=target):
                yield from map(self._bound_item, self.program.bounds.get(target, ()))
            case p.RuleValue(id=name) | p.HumanDecision(id=name) | p.Requirements(id=name):
                if name in self.program.rules:
                    yield rule_item(self.program.rules[name])
            case p.Operation(operator=operator) if operator in CALENDAR_FUNCTIONS or operator == "warn_rest_day":
                yield CALENDAR
            case p.Operation(operator="duration", detail=detail) if "working_days" in _units(detail):
                yield CALENDAR
            case p.Constant(value=Duration(unit="working_days")):
                yield CALENDAR


def delegation_item(delegation: p.Delegation) -> Item:
    """A delegation is known by what it leaves to the region below."""
    return Item("delegation", delegation.parameter, delegation.region)


def answer_item(question: str, output: str) -> Item:
    """One answer of a question."""
    return Item("answer", f"{question}/{output}")


def _cites(user: Item, part: str, citations: Iterable[str]) -> Iterator[Link]:
    for name in citations:
        yield user, part, provision_item(name)


def _units(detail: object) -> tuple[object, ...]:
    return detail if isinstance(detail, tuple) else (detail,)
