"""What a file of claims adds up to, exactly: totals, quantiles, largest movers, and who is responsible."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from itertools import count

import attrs

from engine.decision import Status
from engine.difference.claim_decisions import Verdict
from engine.difference.outcomes import Cause
from engine.operations import EXACT

QUANTILES = (5, 25, 50, 75, 95)
"""The percentages whose quantiles are told."""

LIMIT_MOVERS = 10
"""How many of the largest movers are kept."""

LIMIT_PROBLEMS = 5
"""How many unusable rows are shown."""

ZERO = Decimal(0)


def add(one: Decimal, other: Decimal) -> Decimal:
    """The exact sum."""
    return EXACT.add(one, other)


def subtract(one: Decimal, other: Decimal) -> Decimal:
    """The exact difference."""
    return EXACT.subtract(one, other)


@attrs.define(eq=False)
class AmountTally:
    """One money output over all claims. `differences` counts each difference of claims in which it differs.

    Sums are over the claims that both versions decide; memory grows with the number of different
    differences, not with the number of claims.
    """

    output: str
    label: str
    decided: int = 0
    old_total: Decimal = ZERO
    new_total: Decimal = ZERO
    differences: Counter[Decimal] = attrs.field(factory=Counter)

    @property
    def difference(self) -> Decimal:
        return subtract(self.new_total, self.old_total)

    @property
    def changed(self) -> int:
        return self.differences.total()

    @property
    def raised(self) -> int:
        return sum(number for value, number in self.differences.items() if value > 0)

    def quantiles(self) -> dict[int, Decimal]:
        """Quantiles of the differences among claims that differ, each a difference that occurs."""
        return quantiles(self.differences, QUANTILES)

    def add(self, old: Decimal, new: Decimal) -> None:
        """Count one claim."""
        self.decided += 1
        self.old_total = add(self.old_total, old)
        self.new_total = add(self.new_total, new)
        if old != new:
            self.differences[subtract(new, old)] += 1


def quantiles(values: Counter[Decimal], percentages: Iterable[int]) -> dict[int, Decimal]:
    """By nearest rank: the least value that at least so many percent of all values do not exceed."""
    number = values.total()
    found: dict[int, Decimal] = {}
    if not number:
        return found
    ordered = sorted(values)
    for percentage in percentages:
        rank = max(-(-percentage * number // 100), 1)
        seen = 0
        for value in ordered:
            seen += values[value]
            if seen >= rank:
                found[percentage] = value
                break
    return found


@attrs.define(eq=False)
class CauseTally:
    """Claims that came out otherwise because of one clause or figure, or of the same several, and by how much."""

    causes: tuple[Cause, ...]
    claims: int = 0
    totals: dict[str, Decimal] = attrs.field(factory=dict)


@attrs.define(eq=False)
class Tally:
    """The whole file."""

    claims: int = 0
    changed: int = 0
    statuses: Counter[tuple[str, str]] = attrs.field(factory=Counter)
    amounts: dict[str, AmountTally] = attrs.field(factory=dict)
    others: Counter[str] = attrs.field(factory=Counter)
    causes: dict[tuple[tuple[str, ...], ...], CauseTally] = attrs.field(factory=dict)
    problems: list[Verdict] = attrs.field(factory=list)
    unusable: int = 0
    _movers: list[tuple[Decimal, int, Verdict]] = attrs.field(factory=list)
    _order: count[int] = attrs.field(factory=lambda: count(0, -1))

    @property
    def movers(self) -> list[Verdict]:
        """The claims with the largest difference in any amount, the largest first."""
        return [verdict for _, _, verdict in sorted(self._movers, key=lambda item: (-item[0], -item[1]))]

    @property
    def by_cause(self) -> list[CauseTally]:
        """The clauses and figures responsible, those of most claims first."""
        return sorted(self.causes.values(), key=lambda item: -item.claims)

    @property
    def status_changes(self) -> list[tuple[tuple[str, str], int]]:
        """The claims that changed their status, by status before and after."""
        return [(pair, number) for pair, number in self.statuses.most_common() if pair[0] != pair[1]]

    def add(self, verdict: Verdict) -> None:
        """Count one claim."""
        self.claims += 1
        if verdict.problem is not None:
            self.unusable += 1
            self.problems += [verdict] if len(self.problems) < LIMIT_PROBLEMS else []
            return
        self.statuses[verdict.old_status, verdict.new_status] += 1
        is_comparable = str(Status.ERROR) not in (verdict.old_status, verdict.new_status)
        for amount in verdict.amounts:
            if is_comparable and amount.old is not None and amount.new is not None:
                tally = self.amounts.setdefault(amount.output, AmountTally(amount.output, amount.label))
                tally.add(amount.old, amount.new)
        if verdict.is_changed:
            self._add_changed(verdict, is_comparable)

    def _add_changed(self, verdict: Verdict, is_comparable: bool) -> None:
        self.changed += 1
        self.others.update(verdict.others)
        differences = {item.output: item.difference for item in verdict.amounts if is_comparable and item.difference}
        tally = self.causes.setdefault(tuple(map(_key, verdict.causes)), CauseTally(verdict.causes))
        tally.claims += 1
        for output, difference in differences.items():
            tally.totals[output] = add(tally.totals.get(output, ZERO), difference or ZERO)
        largest = max((abs(value) for value in differences.values() if value), default=ZERO)
        if largest:
            keep = heapq.heappush if len(self._movers) < LIMIT_MOVERS else heapq.heappushpop
            keep(self._movers, (largest, next(self._order), verdict))


def _key(cause: Cause) -> tuple[str, ...]:
    return (cause.kind, cause.id, cause.old.name, cause.old.place, cause.new.name, cause.new.place)
