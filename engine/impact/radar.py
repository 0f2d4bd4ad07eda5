"""What ends within some days of a given day, what rests on it, and what follows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta

import attrs

from engine import program as p
from engine.dependencies.items import CALENDAR, RULES, Item, provision_item, rule_item
from engine.dependencies.links import Links, delegation_item
from engine.dependencies.reach import reach_of
from engine.impact.study import Law
from policy.diagnostics import Text
from policy.parameters import Parameter
from policy.sources import Period

_INSTANT = timedelta(microseconds=1)


@attrs.frozen(eq=False)
class Ending:
    """Something that ends: its last day, what rests on it, and what comes after.

    `silent` are the rules and questions that have no law from then on; `follows` is None where
    nothing takes its place.
    """

    items: tuple[Item, ...]
    name: Text
    last: date
    regions: tuple[str, ...]
    place: str
    follows: Text | None
    rules: Mapping[Item, Text]
    questions: Mapping[Item, Text]
    silent: Mapping[Item, Text]


@attrs.frozen(eq=False)
class _Found:
    """One thing that ends in one region's law, with how it is told."""

    key: tuple[object, ...]
    items: tuple[Item, ...]
    name: Text
    end: datetime
    place: str
    follows: Text | None = None


def endings(law: Law, day: date, days: int) -> list[Ending]:
    """What ends from the day on, within so many days; the earliest first."""
    first = datetime(day.year, day.month, day.day)
    window = Period(first + _INSTANT, first + timedelta(days=days + 1) + _INSTANT)
    found: dict[tuple[object, ...], dict[str, _Found]] = {}
    for region, links in law.links.items():
        for one in _Reader(links, law, region).found():
            if window.contains(one.end):
                found.setdefault((*one.key, one.end), {})[region] = one
    told = [_told(by_region, law) for by_region in found.values()]
    return sorted(told, key=lambda item: (item.last, item.items))


def _told(by_region: dict[str, _Found], law: Law) -> Ending:
    rules: dict[Item, Text] = {}
    questions: dict[Item, Text] = {}
    silent: dict[Item, Text] = {}
    for region, one in by_region.items():
        names, links = law.names(region), law.links[region]
        for item in (*one.items, *reach_of(one.items, links).items):
            if item.kind in RULES:
                rules[item] = names.called(item).name
            if item.kind == "question":
                questions[item] = names.called(item).name
            if CALENDAR not in one.items and _falls_silent(item, one.end, links.program):
                silent[item] = names.called(item).name
    one = next(iter(by_region.values()))
    return Ending(
        items=one.items,
        name=one.name,
        last=(one.end - _INSTANT).date(),
        regions=tuple(by_region),
        place=one.place,
        follows=one.follows,
        rules=rules,
        questions=questions,
        silent=silent,
    )


def _falls_silent(item: Item, end: datetime, program: p.Program) -> bool:
    """Whether it has law until then, and none from then on."""
    if item.kind == "question":
        periods = [program.questions[item.id].period]
    elif item.kind in RULES and item.id in program.rules:
        rule = program.rules[item.id]
        periods = [clause.period for clause in rule.clauses] or [rule.period]
    else:
        return False
    before, after = (any(period.contains(moment) for period in periods) for moment in (end - _INSTANT, end))
    return before and not after


class _Reader:
    """Everything in one region's law that has an end of its own."""

    def __init__(self, links: Links, law: Law, region: str) -> None:
        self.links = links
        self.program = links.program
        self.library = links.program.policy.library
        self.names = law.names(region)

    def found(self) -> Iterator[_Found]:
        """What ends, whenever it does."""
        yield from self._provisions()
        yield from self._calendar()
        for parameters in self.program.parameters.values():
            yield from self._values(parameters[0])
        for rule in self.program.rules.values():
            yield from self._clauses(rule)
        yield from self._declarations()

    # ── law ─────────────────────────────────────────────────────────────────────────────────────
    def _provisions(self) -> Iterator[_Found]:
        """The provisions of a document that end together."""
        for document in self.library.documents.values():
            by_end: dict[datetime, list[Item]] = {}
            for provision in document.provisions.values():
                item = provision_item(provision.id)
                if provision.period.end and not self._is_only_for_calendar(item):
                    by_end.setdefault(provision.period.end, []).append(item)
            for end, items in by_end.items():
                name = self._of_document(document.label, document.id, items, len(document.provisions))
                yield _Found(
                    (document.id,), tuple(items), name, end, document.span.reference, self._successor(document.id)
                )

    def _is_only_for_calendar(self, item: Item) -> bool:
        return self.links.used_by.get(item, {}).keys() == {CALENDAR}

    def _of_document(self, label: str, name: str, items: list[Item], count: int) -> Text:
        if len(items) == 1 < count:
            return self.names.called(items[0]).name
        if len(items) == count:
            return Text(f"{label}，全部 {count} 条", f"{name}, all {count} provisions")
        return Text(f"{label}，{count} 条中的 {len(items)} 条", f"{name}, {len(items)} of {count} provisions")

    def _successor(self, document: str) -> Text | None:
        label = self.library.documents[document].label
        later = [other for other in self.library.documents.values() if {document, label} & {*other.supersedes}]
        if not later:
            return None
        return Text("、".join(other.label for other in later), ", ".join(other.id for other in later))

    def _calendar(self) -> Iterator[_Found]:
        years = self.program.calendar.years
        for number, year in years.items():
            follows = Text(f"{number + 1} 年已公布", f"{number + 1} is published") if number + 1 in years else None
            name = Text(f"工作日历 {number} 年", f"working-day calendar of {number}")
            provision = self.library.provision(year.provision)
            place = provision.span.reference if provision else ""
            yield _Found(("calendar",), (CALENDAR,), name, datetime(number + 1, 1, 1), place, follows)

    # ── figures and rules ───────────────────────────────────────────────────────────────────────
    def _values(self, parameter: Parameter) -> Iterator[_Found]:
        item = Item("parameter", parameter.id)
        for value in parameter.values:
            end = value.period.end
            if end is not None:
                later = next((other for other in parameter.values if other.period.contains(end)), None)
                name = self.names.called(item).name
                key = ("parameter", parameter.region, parameter.id)
                yield _Found(key, (item,), name, end, value.span.reference, _since(end) if later else None)

    def _clauses(self, rule: p.Rule) -> Iterator[_Found]:
        """Clauses that end before what they stand on does."""
        item = rule_item(rule)
        for clause in rule.clauses:
            end = clause.period.end
            if end is None or self._ends_with_its_ground(clause.citations, end):
                continue
            part, called = self.names.part(item, clause.id), self.names.called(item).name
            name = Text(f"{called.zh}的“{part.zh}”", f"{part.en} of {called.en}")
            later = [other for other in rule.clauses if other.kind == clause.kind and other.period.contains(end)]
            key = ("clause", rule.region, rule.id, clause.id)
            follows = self._next(end, later) if clause.kind == "general" else self._rest(rule, end)
            yield _Found(key, (item,), name, end, clause.origin.span.reference, follows)

    def _next(self, end: datetime, later: Collection[p.Clause]) -> Text | None:
        day = end.date().isoformat()
        return Text(f"{day} 起的一版", f"the version from {day}") if later else None

    def _rest(self, rule: p.Rule, end: datetime) -> Text | None:
        others = any(clause.period.contains(end) for clause in rule.clauses)
        return Text("由这条规则其余的子句定", "the rule's other clauses decide") if others else None

    def _ends_with_its_ground(self, citations: Iterable[str], end: datetime) -> bool:
        grounds = (self.library.provision(name) for name in citations)
        return any(ground is not None and ground.period.end == end for ground in grounds)

    def _declarations(self) -> Iterator[_Found]:
        """Questions, bounds and the like that end before what they stand on does."""
        program = self.program
        declared: list[tuple[Item, p.Question | p.Bound | p.Delegation | p.Check | p.ChoiceOfLaw]] = [
            *((Item("question", one.id, one.region), one) for one in program.questions.values()),
            *((Item("bound", f"{one.target}#{n}", one.region), one) for found in program.bounds.values() for n, one in enumerate(found, 1)),
            *((delegation_item(one), one) for found in program.delegations.values() for one in found),
            *((Item("check", one.id, one.region), one) for found in program.checks.values() for one in found),
            *((Item("choice", one.id, one.region), one) for found in program.choices.values() for one in found),
        ]  # fmt: skip
        for item, one in declared:
            end = one.period.end
            if end is not None and not self._ends_with_its_ground(one.citations, end):
                name = self.names.called(item).name
                yield _Found((item,), (item,), name, end, one.origin.span.reference)


def _since(end: datetime) -> Text:
    day = end.date().isoformat()
    return Text(f"{day} 起的新值", f"the value from {day}")
