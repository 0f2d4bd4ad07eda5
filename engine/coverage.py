"""The account of the law: every provision, the rules that carry it, and the cases that exercise it."""

from __future__ import annotations

from contextlib import suppress

import attrs

from engine import program as p
from engine.carriers import Carrier, carriers_of
from engine.cases import case_files, read_cases
from engine.decision import Decision
from engine.exercise import Side, exercised
from engine.regions import Regions
from policy.diagnostics import PolicyError
from policy.sources import Provision

ENOUGH = 2
"""How many cases exercise a provision at least."""


@attrs.define(eq=False)
class Account:
    """One provision: who carries it, and the cases in which it won, lost, or was asked about."""

    provision: Provision
    region: str
    document_label: str
    carriers: list[Carrier] = attrs.field(factory=list)
    cases: dict[Side, list[str]] = attrs.field(factory=lambda: {side: [] for side in Side})

    @property
    def won(self) -> list[str]:
        return self.cases[Side.WON]

    @property
    def lost(self) -> list[str]:
        return self.cases[Side.LOST]

    @property
    def exercised_by(self) -> set[str]:
        """The cases that the provision had a part in."""
        return {case for cases in self.cases.values() for case in cases}

    @property
    def is_encoded(self) -> bool:
        return bool(self.carriers)

    @property
    def is_executed(self) -> bool:
        """Executable, and carried by a rule."""
        return self.is_encoded and self.provision.standing == "executable"

    @property
    def can_lose(self) -> bool:
        """Whether a case can come out against it: a plain definition cannot lose."""
        return any(carrier.can_lose for carrier in self.carriers)

    @property
    def standing(self) -> str:
        """encoded, partly, open_norm, not_executable, or missing: executable, but carried by no rule."""
        if self.is_encoded:
            return "encoded"
        return "missing" if self.provision.standing == "executable" else self.provision.standing


@attrs.define(eq=False)
class Coverage:
    """The whole account, with what keeps it from being complete."""

    accounts: dict[str, Account]
    rules: dict[tuple[str, str], p.Rule]
    decided: dict[tuple[str, str], int] = attrs.field(factory=dict)
    case_counts: dict[str, int] = attrs.field(factory=dict)
    governing: dict[tuple[str, str], set[tuple[str, str]]] = attrs.field(factory=dict)
    """Region and question → the rules that tell the day it is decided for."""
    labels: dict[str, str] = attrs.field(factory=dict)
    """Region → its label."""

    @property
    def missing(self) -> list[Account]:
        """Executable provisions that no rule carries."""
        return [item for item in self.accounts.values() if item.standing == "missing"]

    @property
    def without_cases(self) -> list[p.Rule]:
        """Rules that no case decides."""
        return [rule for key, rule in self.rules.items() if not self.decided.get(key)]

    @property
    def hardly_exercised(self) -> list[Account]:
        """Provisions that are executed, but that fewer than two cases exercise."""
        return [item for item in self._executed() if len(item.exercised_by) < ENOUGH]

    @property
    def never_won(self) -> list[Account]:
        """Provisions that are executed, but that win in no case."""
        return [item for item in self._executed() if not item.won]

    @property
    def never_lost(self) -> list[Account]:
        """Provisions that could lose, but do so in no case."""
        return [item for item in self._executed() if item.can_lose and not item.lost]

    @property
    def is_complete(self) -> bool:
        """Every executable provision has a rule, and every rule a case."""
        return not self.missing and not self.without_cases

    @property
    def is_tested_on_both_sides(self) -> bool:
        """Every executed provision is exercised often enough, and wins and loses where it can."""
        return not (self.hardly_exercised or self.never_won or self.never_lost)

    def _executed(self) -> list[Account]:
        return [item for item in self.accounts.values() if item.is_executed]

    def add(self, case: str, decision: Decision) -> None:
        """Count a decided case for every rule it looked at and every provision it exercised."""
        dated = self.governing.get((decision.region, decision.question), set()) if decision.as_of else set()
        for key in decision.visited | self._registers(decision) | dated:
            self.decided[key] = self.decided.get(key, 0) + 1
        for name, side in dict.fromkeys(exercised(decision)):
            if name in self.accounts:
                self.accounts[name].cases[side].append(case)

    def _registers(self, decision: Decision) -> set[tuple[str, str]]:
        """The registers of the duties that were looked at: a duty is called after its register."""
        found = set()
        for region, name in decision.visited:
            rule = self.rules.get((region, name))
            if rule is not None and rule.kind == "duty":
                parts = name.split(".")
                names = {".".join(parts[:end]) for end in range(1, len(parts))}
                found |= {(region, above) for above in names if (region, above) in self.rules}
        return found


def coverage_of(regions: Regions) -> Coverage:
    """The account of all regions' rules, before any case is counted. Raises PolicyError."""
    accounts: dict[str, Account] = {}
    rules: dict[tuple[str, str], p.Rule] = {}
    labels: dict[str, str] = {}
    governing: dict[tuple[str, str], set[tuple[str, str]]] = {}
    carriers: dict[str, dict[tuple[str, str, str], Carrier]] = {}
    for region in regions.names():
        program = regions.program(region)
        own = program.policy.packs[-1]
        labels[region] = own.region.label
        for document in own.library.documents.values():
            for provision in document.provisions.values():
                accounts[provision.id] = Account(provision, region, document.label)
        for name, carrier in carriers_of(program):
            carriers.setdefault(name, {})[carrier.kind, carrier.region, carrier.id] = carrier
        rules.update({(rule.region, rule.id): rule for rule in program.rules.values()})
        governing.update(
            {(region, question.id): _governing(question, program) for question in program.questions.values()}
        )
    for name, found in carriers.items():
        if name in accounts:
            accounts[name].carriers = list(found.values())
    return Coverage(accounts, rules, governing=governing, labels=labels)


def _governing(question: p.Question, program: p.Program) -> set[tuple[str, str]]:
    parts = (part for source in question.governing for part in (source, *p.walk(source)))
    read = (part.id for part in parts if isinstance(part, p.RuleValue))
    return {(program.rules[name].region, name) for name in read}


def count_cases(coverage: Coverage, regions: Regions) -> None:
    """Decide every case that stands beside the rules, and count it."""
    for path in case_files([regions.rulebook.root]):
        for case in read_cases(path, []):
            home = path.parent.parent.name
            coverage.case_counts[home] = coverage.case_counts.get(home, 0) + 1
            with suppress(PolicyError):  # a case may expect that its question does not exist
                coverage.add(case.id, case.asked.decide(regions, with_what_if=False))
