"""A person's year: claims in their order, each with what those before it have used up; and a year without one of them.

What follows from what stands in the vocabulary (`carried`). All first claims of a year are decided
together, then all second ones, and so on: each round is one query, or one pass of the reference evaluator.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import attrs
import pyarrow as pa

from engine.backends.sql.questions import STATUS
from engine.batch.job import Job
from engine.batch.results import ID, NUMBER, table_of
from engine.batch.running import Read, Runner
from engine.difference.claim_files import Claim
from engine.facts import Facts
from policy.diagnostics import Diagnostic, PolicyError, Text
from policy.types import INSTANT
from policy.values import ValueProblemError, typed
from policy.vocabulary import Carried

ZERO = Decimal(0)


@attrs.frozen
class Order:
    """Which columns tell persons apart, and their claims in time."""

    person: str
    day: str


@attrs.define(eq=False)
class Year:
    """The claims of one person in one period, in their order, and what they have used up so far."""

    claims: list[tuple[Any, Read]]
    used: dict[str, Any]


class Carrier:
    """Decides claims year by year."""

    def __init__(self, job: Job, runner: Runner, order: Order) -> None:
        self.job = job
        self.runner = runner
        self.order = order
        vocabulary = job.laws.insured.policy.vocabulary
        every = (field for entity in vocabulary.entities.values() for field in entity.fields.values())
        self.carried: dict[str, Carried] = {
            field.path: field.carried
            for field in every
            if field.carried is not None and field.carried.question == job.question.id and field.path in job.inputs
        }
        if not self.carried:
            raise PolicyError([_nothing_carried(job)])
        missing = [rule.output for rule in self.carried.values() if rule.output not in job.wanted]
        job.want(dict.fromkeys(missing))

    def decide(self, claims: Iterable[Claim], step: Callable[[int], None] = lambda _: None) -> pa.Table:
        """A row for every claim, in the order of the file."""
        years, astray = self._years(claims)
        rows = self.runner.decide_read(astray).to_pylist() if astray else []
        rows += self._rounds(years, step)
        return table_of(sorted(rows, key=lambda row: row[NUMBER]), self.job.schema)

    def without(self, claims: Iterable[Claim], name: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """The year of a claim as it was, and as it is without the claim: the rows of the claims after it."""
        years, _ = self._years(claims)
        year = next((y for y in years if any(read.claim.id == name for _, read in y.claims)), None)
        if year is None:
            raise PolicyError([_no_such_claim(name)])
        place = next(n for n, (_, read) in enumerate(year.claims) if read.claim.id == name)
        later = {read.claim.number for _, read in year.claims[place + 1 :]}
        left = [pair for pair in year.claims if pair[1].claim.id != name]
        before = self._rounds([Year(year.claims, {})], lambda _: None)
        after = self._rounds([Year(left, {})], lambda _: None)
        return [r for r in before if r[NUMBER] in later], [r for r in after if r[NUMBER] in later]

    # ── persons and years ───────────────────────────────────────────────────────────────────────
    def _years(self, claims: Iterable[Claim]) -> tuple[list[Year], list[Read]]:
        """The years in which claims stand, and the claims that cannot be put into one."""
        found: dict[tuple[str, int], list[tuple[Any, Read]]] = {}
        astray: list[Read] = []
        for claim in claims:
            own, person, day = self._placed(claim)
            read = self.runner.read(own)
            if read.problem is None and (person is None or day is None):
                path = self.order.person if person is None else self.order.day
                read = attrs.evolve(read, problem=("E0607", path))
            if read.problem is not None or day is None:
                astray.append(read)
            else:
                found.setdefault((str(person), day.year), []).append((day, read))
        years = [Year(sorted(pairs, key=lambda pair: (pair[0], pair[1].claim.number)), {}) for pairs in found.values()]
        return years, astray

    def _placed(self, claim: Claim) -> tuple[Claim, Any, date | None]:
        """The claim without columns that only place it, whose it is, and when it was."""
        facts = {entity: dict(fields) if isinstance(fields, dict) else fields for entity, fields in claim.facts.items()}
        values = []
        for path in (self.order.person, self.order.day):
            entity, _, field = path.partition(".")
            fields = facts.get(entity)
            value = claim.about.get(path) if fields is None or not isinstance(fields, dict) else fields.get(field)
            if isinstance(fields, dict) and path not in self.job.inputs:
                fields.pop(field, None)
            values.append(value)
        kept = {entity: fields for entity, fields in facts.items() if fields or not isinstance(fields, dict)}
        return attrs.evolve(claim, facts=kept), values[0], self._day(values[1])

    def _day(self, value: Any) -> date | None:
        try:
            found = typed(value, INSTANT, self.job.laws.insured.policy.vocabulary)
        except ValueProblemError:
            return None
        return found if isinstance(found, date) else None

    # ── rounds ──────────────────────────────────────────────────────────────────────────────────
    def _rounds(self, years: Sequence[Year], step: Callable[[int], None]) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        place = 0
        while current := [year for year in years if place < len(year.claims)]:
            those = [self._with_used(year, year.claims[place][1], is_first=place == 0) for year in current]
            decided = {row[NUMBER]: row for row in self.runner.decide_read(those).to_pylist()}
            for year, read in zip(current, those, strict=True):
                self._use(year, decided[read.claim.number], read)
            rows += decided.values()
            step(len(those))
            place += 1
        return rows

    def _with_used(self, year: Year, read: Read, *, is_first: bool) -> Read:
        """The claim with what has been used up before it; what the first one states is what the year begins with."""
        facts = dict(read.facts.values)
        for path, rule in self.carried.items():
            if not self._follows(rule, read):
                continue
            if is_first:
                facts.setdefault(path, ZERO)
            elif year.used.get(path) is None:
                facts.pop(path, None)
            else:
                facts[path] = year.used[path]
        stated = _nested(facts)
        return attrs.evolve(read, facts=Facts(facts), claim=attrs.evolve(read.claim, facts=stated))

    def _follows(self, rule: Carried, read: Read) -> bool:
        return all(read.facts.values.get(path) in values for path, values in rule.where.items())

    def _use(self, year: Year, row: Mapping[str, Any], read: Read) -> None:
        """Count what a claim has used; after one that is not decided nothing is known any more."""
        for path, rule in self.carried.items():
            before, now = read.facts.values.get(path), row.get(rule.output)
            if before is None or now is None:
                year.used[path] = None
            elif rule.by == "last":
                year.used[path] = now
            else:
                year.used[path] = before + now if rule.by == "sum" else max(before, now)


def _nested(facts: Mapping[str, Any]) -> dict[str, Any]:
    nested: dict[str, Any] = {}
    for path, value in facts.items():
        entity, _, field = path.partition(".")
        nested.setdefault(entity, {})[field] = value
    return nested


def deltas(before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]], job: Job) -> list[dict[str, Any]]:
    """Claim by claim what changes: every amount before and after, and the difference."""
    amounts = [name for name, kind in job.schema.outputs.items() if kind.kind == "money"]
    now = {row[ID]: row for row in after}
    found = []
    for row in before:
        later = now[row[ID]]
        line: dict[str, Any] = {ID: row[ID], "status_before": row[STATUS], "status_after": later[STATUS]}
        for name in amounts:
            one, two = row.get(name), later.get(name)
            line |= {f"{name}__before": one, f"{name}__after": two}
            line[f"{name}__delta"] = None if one is None or two is None else two - one
        found.append(line)
    return found


def _nothing_carried(job: Job) -> Diagnostic:
    name = job.question.id
    return Diagnostic(
        code="E0404",
        message=Text(
            f"词汇里没有哪项事实由“{name}”逐笔累计", f"the vocabulary has no fact that is carried from {name}"
        ),
        place="--carry",
        hint=Text("在字段上写 carried", "write `carried` at a field"),
    )


def _no_such_claim(name: str) -> Diagnostic:
    return Diagnostic(code="E0110", message=Text(f"没有“{name}”这一行", f"there is no row `{name}`"), place="--reverse")
