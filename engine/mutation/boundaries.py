"""Values at and beside the boundaries of a rule and of a case: what facts are changed to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from engine.mutation.figures_written import step_of
from engine.mutation.mutants import Mutant
from engine.mutation.shipped_figures import FigureChange
from engine.mutation.trials import Trial
from policy.dsl import tree as t
from policy.parameters import DatedValue
from policy.tables import Band
from policy.types import Type
from policy.values import Month
from policy.vocabulary import Vocabulary

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)

_FEW = 24


class Boundaries:
    """The values that the changed rule writes, and those that the case's facts and rules have."""

    def __init__(self, mutant: Mutant, trial: Trial) -> None:
        self.vocabulary: Vocabulary = trial.laws.insured.policy.vocabulary
        found = [*_written(mutant), *trial.asked.facts.values.values()]
        found += [reason.value for reason in trial.decision.examined]
        self.values = list(_flat(found))

    def around(self, kind: Type, given: Any) -> Iterator[Any]:
        """Values of a type worth trying in place of the one given; None for 'there is none'."""
        seen: list[Any] = []
        for value in self._tried(kind, given):
            if value not in seen:
                seen.append(value)
                yield value
        yield None

    def _tried(self, kind: Type, given: Any) -> Iterator[Any]:
        match kind.kind:
            case "boolean":
                yield from (True, False)
            case "enum":
                yield from self.vocabulary.enums[kind.name].values
            case "money" | "ratio" | "points" | "number":
                yield from self._numbers(step_of(kind.kind))
            case "integer" | "year":
                yield from (int(value) for value in self._numbers(Decimal(1)) if value == int(value))
            case "date":
                yield from (moment.date() for moment in self._days())
            case "instant":
                yield from self._days()
            case "month":
                yield from dict.fromkeys(Month(moment.year, moment.month) for moment in self._days())
            case "text":
                yield from (value for value in self.values if isinstance(value, str))
            case "list":
                yield from self._lists(kind.element or kind, given if isinstance(given, tuple) else ())

    def moments(self) -> Iterator[datetime]:
        """Days on which the case may be asked."""
        yield from self._days()

    def _numbers(self, step: Decimal) -> Iterator[Decimal]:
        known = [Decimal(v) for v in self.values if isinstance(v, Decimal | int) and not isinstance(v, bool)]
        for value in dict.fromkeys(known):
            yield from (item for item in (value, value + step, value - step) if item >= 0)

    def _days(self) -> Iterator[datetime]:
        known = [
            value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)
            for value in self.values
            if isinstance(value, date)
        ]
        for moment in dict.fromkeys(known):
            yield from (moment, moment + DAY, moment - DAY)
            if moment.hour or moment.minute:
                yield from (moment + MINUTE, moment - MINUTE)

    def _lists(self, element: Type, given: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
        for place in range(len(given)):
            yield given[:place] + given[place + 1 :]
        if element.kind == "enum":
            yield from ((*given, value) for value in self.vocabulary.enums[element.name].values if value not in given)
        if element.kind == "record" and given:
            yield from self._rows(element, given)

    def _rows(self, element: Type, given: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
        """The list with a field of a row changed, and with the changed row beside the old one."""
        fields = self.vocabulary.entities[element.name].fields
        for place, row in enumerate(given[:_FEW]):
            for name, value in row.items():
                for count, other in enumerate(self._tried(fields[name].type, value)):
                    if count > _FEW:
                        break
                    changed = {**row, name: other}
                    yield (*given[:place], changed, *given[place + 1 :])
                    yield (*given, changed)


def _written(mutant: Mutant) -> Iterator[Any]:
    """What the declaration writes before and after the change."""
    change = mutant.change
    if isinstance(change, FigureChange):
        for parameter in (change.old, change.new):
            for dated in parameter.values:
                yield from _shipped(dated)
        return
    new, _ = change.applied()
    for root in filter(None, (new, change.site.declaration)):
        for node in t.walk(root):
            if isinstance(node, t.Number | t.Percent | t.String):
                yield node.value
            elif isinstance(node, t.Moment):
                yield datetime.fromisoformat(node.value)


def _shipped(dated: DatedValue) -> Iterator[Any]:
    yield from (end for end in (dated.period.start, dated.period.end) if end is not None)
    yield dated.value
    for row in dated.rows:
        yield row.value
        for cell in row.keys:
            for item in cell or ():
                yield from (item.low, item.high) if isinstance(item, Band) else (item,)


def _flat(values: list[Any]) -> Iterator[Any]:
    for value in values:
        if isinstance(value, tuple | list):
            yield from _flat(list(value))
        elif isinstance(value, dict):
            yield from _flat(list(value.values()))
        elif value is not None:
            yield value
