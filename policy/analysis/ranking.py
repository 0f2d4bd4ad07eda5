"""Which clauses win in a case that is tried: the default logic of the engine, over conditions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

import attrs

from policy.analysis.conditions import Assignment, Condition, Open
from policy.dsl import tree as t
from policy.sources import Period

MOMENT: Final = "moment"
"""The variable under which the instant that is tried stands."""


@attrs.frozen(eq=False)
class Ranked:
    """A clause of a rule with its condition, the clauses below it, and when it is in force."""

    clause: t.Clause
    id: str
    condition: Condition
    below: tuple[str, ...]
    period: Period
    owner: t.Terms


class OpenError(Exception):
    """A variable must be tried before more can be said."""

    def __init__(self, variable: str) -> None:
        super().__init__(variable)
        self.variable = variable


def by_rank(clauses: Sequence[Ranked]) -> list[Ranked]:
    """Cases after those that come before them, otherwise as written."""
    ordered: list[Ranked] = []

    def place(clause: Ranked) -> None:
        if clause not in ordered:
            for higher in clauses:
                if higher.clause.kind == "case" and clause.id in higher.below and higher is not clause:
                    place(higher)
            ordered.append(clause)

    for clause in clauses:
        place(clause)
    return ordered


class Order:
    """The clauses of a rule in their rank, those in force at an instant found once."""

    def __init__(self, clauses: Sequence[Ranked]) -> None:
        self.clauses = by_rank(clauses)
        self._at: dict[datetime, _Layers] = {}
        self._last: tuple[Assignment, list[Ranked]] | None = None

    def winners(self, given: Assignment) -> list[Ranked]:
        """The clauses that win in the case tried. Raises OpenError."""
        if self._last is None or self._last[0] is not given:
            moment = given[MOMENT]
            if moment not in self._at:
                self._at[moment] = _Layers.of(item for item in self.clauses if item.period.contains(moment))
            self._last = (given, self._at[moment].winners(given))
        return self._last[1]


@attrs.frozen
class _Layers:
    cases: tuple[Ranked, ...]
    general: tuple[Ranked, ...]
    provisos: tuple[Ranked, ...]

    @classmethod
    def of(cls, clauses: Iterable[Ranked]) -> _Layers:
        found: dict[str, list[Ranked]] = {"case": [], "general": [], "proviso": []}
        for item in clauses:
            found[item.clause.kind].append(item)
        return cls(*(tuple(layer) for layer in found.values()))

    def winners(self, given: Assignment) -> list[Ranked]:
        displaced: set[str] = set()
        true: list[Ranked] = []
        for clause in self.cases:
            if clause.id in displaced or _holds(clause, given):
                if clause.id not in displaced:
                    true.append(clause)
                displaced.update(clause.below)
        found: list[Ranked] = []
        for candidate in true or self.general:
            self._descend(candidate, given, found)
        return found

    def _descend(self, clause: Ranked, given: Assignment, found: list[Ranked]) -> None:
        over = [proviso for proviso in self.provisos if clause.id in proviso.below and _holds(proviso, given)]
        for proviso in over:
            self._descend(proviso, given, found)
        if not over and clause not in found:
            found.append(clause)


def _holds(clause: Ranked, given: Assignment) -> bool:
    found = clause.condition(given)
    if isinstance(found, Open):
        raise OpenError(found.variable)
    return found
