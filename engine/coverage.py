"""The account of the law: every provision, the rules that carry it, and the cases that exercise it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import attrs

from engine import program as p
from engine.decision import Decision
from engine.regions import Regions
from policy.sources import Provision


@attrs.frozen
class Carrier:
    """Something in the rules that cites a provision: a clause, a bound, a figure, a question."""

    kind: str
    id: str
    label: str
    region: str
    place: str


@attrs.define(eq=False)
class Account:
    """One provision: who carries it, and in how many cases a clause of it won or lost."""

    provision: Provision
    region: str
    document_label: str
    carriers: list[Carrier] = attrs.field(factory=list)
    won: list[str] = attrs.field(factory=list)
    lost: list[str] = attrs.field(factory=list)

    @property
    def is_encoded(self) -> bool:
        return bool(self.carriers)

    @property
    def standing(self) -> str:
        """encoded, open_norm, not_executable, or missing: executable, but carried by no rule."""
        if self.is_encoded:
            return "encoded"
        return "missing" if self.provision.standing == "executable" else self.provision.standing


@attrs.define(eq=False)
class Coverage:
    """The whole account, with what keeps it from being complete."""

    accounts: dict[str, Account]
    rules: dict[tuple[str, str], p.Rule]
    exercised: dict[tuple[str, str], int] = attrs.field(factory=dict)

    @property
    def missing(self) -> list[Account]:
        """Executable provisions that no rule carries."""
        return [item for item in self.accounts.values() if item.standing == "missing"]

    @property
    def without_cases(self) -> list[p.Rule]:
        """Rules that no case decides."""
        return [rule for key, rule in self.rules.items() if not self.exercised.get(key)]

    @property
    def one_sided(self) -> list[Account]:
        """Executable, encoded provisions that fewer than two cases exercise."""
        return [
            item
            for item in self.accounts.values()
            if item.is_encoded and item.provision.standing == "executable" and len({*item.won, *item.lost}) < 2
        ]

    @property
    def is_complete(self) -> bool:
        return not self.missing and not self.without_cases

    def add(self, case: str, decision: Decision) -> None:
        """Count a decided case for every rule it looked at and every provision it exercised."""
        for key in decision.visited:
            self.exercised[key] = self.exercised.get(key, 0) + 1
        for name in decision.cited():
            self._count(name, case, won=True)
        for check in decision.checks:
            for name in check.citations:
                self._count(name, case, won=check.holds)
        for root in decision.reasons:
            for reason in root.walk():
                for clause in reason.clauses:
                    if clause.outcome in ("condition_false", "displaced"):
                        for name in clause.citations:
                            self._count(name, case, won=False)

    def _count(self, provision: str, case: str, *, won: bool) -> None:
        account = self.accounts.get(provision)
        if account is not None:
            cases = account.won if won else account.lost
            if not cases or cases[-1] != case:
                cases.append(case)


def coverage_of(regions: Regions) -> Coverage:
    """The account of all regions' rules, before any case is counted. Raises PolicyError."""
    accounts: dict[str, Account] = {}
    rules: dict[tuple[str, str], p.Rule] = {}
    carriers: dict[str, dict[tuple[str, str, str], Carrier]] = {}
    for region in regions.names():
        program = regions.program(region)
        own = program.policy.packs[-1]
        for document in own.library.documents.values():
            for provision in document.provisions.values():
                accounts[provision.id] = Account(provision, region, document.label)
        for name, carrier in _carriers(program):
            carriers.setdefault(name, {})[carrier.kind, carrier.region, carrier.id] = carrier
        rules.update({(rule.region, rule.id): rule for rule in program.rules.values()})
    for name, found in carriers.items():
        if name in accounts:
            accounts[name].carriers = list(found.values())
    return Coverage(accounts, rules)


def _carriers(program: p.Program) -> Iterator[tuple[str, Carrier]]:
    """Every citation in a program, with what makes it."""
    for rule in program.rules.values():
        yield from _each(rule.citations, "rule", rule.id, rule.label, rule.region, rule.origin.span.place)
        for clause in rule.clauses:
            name = f"{rule.id}.{clause.id}"
            label = f"{rule.label}·{clause.label}"
            yield from _each(clause.citations, "clause", name, label, clause.region, clause.origin.span.place)
    for bounds in program.bounds.values():
        for bound in bounds:
            place = bound.origin.span.place
            yield from _each(bound.citations, "bound", bound.target, bound.target, bound.region, place)
    for delegations in program.delegations.values():
        for delegation in delegations:
            name, place = delegation.parameter, delegation.origin.span.place
            yield from _each(delegation.citations, "delegation", name, name, delegation.region, place)
    for choices in program.choices.values():
        for choice in choices:
            place = choice.origin.span.place
            yield from _each(choice.citations, "choice_of_law", choice.id, choice.label, choice.region, place)
    for checks in program.checks.values():
        for check in checks:
            yield from _each(check.citations, "check", check.id, check.label, check.region, check.origin.span.place)
    for question in program.questions.values():
        place = question.origin.span.place
        yield from _each(question.citations, "question", question.id, question.label, question.region, place)
    yield from _figures(program)


def _figures(program: p.Program) -> Iterator[tuple[str, Carrier]]:
    for parameters in program.parameters.values():
        for parameter in parameters:
            for value in parameter.values:
                grounds = {value.provision: value.span, **{row.provision: row.span for row in value.rows}}
                for name, span in grounds.items():
                    yield name, Carrier("parameter", parameter.id, parameter.label, parameter.region, span.place)
    for year in program.calendar.years.values():
        carrier = Carrier("calendar", str(year.year), str(year.year), program.policy.packs[0].region.id, "")
        yield year.provision, carrier


def _each(
    citations: Iterable[str], kind: str, name: str, label: str, region: str, place: str
) -> Iterator[tuple[str, Carrier]]:
    for provision in citations:
        yield provision, Carrier(kind, name, label, region, place)
