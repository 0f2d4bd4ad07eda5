"""Values worth trying for a fact: what the rules compare it with, one step to either side, and each value it can have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import attrs

from engine import program as p
from engine.difference.parts import Key, Part
from policy.analysis.conditions import STEPS
from policy.model import Policy
from policy.sources import Period
from policy.types import NUMERIC, Type
from policy.values import Month, plain
from policy.vocabulary import Field

LIMIT_VALUES = 12
"""How many values are tried for one fact."""

LIMIT_MOMENTS = 8
"""How many days a trial is made on."""

_USUAL: dict[str, tuple[int, ...]] = {
    "money": (0, 100),
    "ratio": (0, 1),
    "points": (0, 1),
    "number": (0, 1),
    "integer": (0, 1),
    "year": (),
}


class TrialValues:
    """What the parts at hand mention, by type."""

    def __init__(self, parts: Iterable[Part], policy: Policy) -> None:
        self.words = policy.vocabulary
        self.library = policy.library
        self.constants: dict[str, dict[Any, None]] = {}
        self.fields: set[tuple[str, str]] = set()
        self.periods: dict[Period, None] = {}
        for part in parts:
            for item in part.items:
                self._collect(item)

    def _collect(self, item: Any) -> None:
        if not attrs.has(type(item)):
            return
        self.periods.update(dict.fromkeys(_periods(item)))
        for value, kind in _mentioned(item):
            self.constants.setdefault(kind, {})[value] = None
        for expression in p.walk(item):
            if isinstance(expression, p.ElementField):
                self.fields.add((expression.entity, expression.field))

    def moments(self) -> list[str]:
        """The days on which what is in force changes: the latest first, and each last day."""
        days = {period.start for period in self.periods if period.start}
        days |= {period.end - timedelta(days=1) for period in self.periods if period.end}
        found = sorted(days, reverse=True)[:LIMIT_MOMENTS] or [self._any_day()]
        return [str(plain(day)).removesuffix("T00:00") for day in found]

    def _any_day(self) -> datetime:
        """Where nothing begins or ends: the day the last document came into force."""
        starts = [item.period.start for item in self.library.documents.values() if item.period.start]
        return max(starts, default=datetime.combine(date.today(), datetime.min.time()))

    def values(self, path: str) -> list[Any]:
        """The plain values to try for a fact."""
        field = self.words.field(path)
        if field is None:
            return []
        return list(dict.fromkeys(_hashed(self._of_type(field.type, field))))[:LIMIT_VALUES]

    def _of_type(self, kind: Type, field: Field | None = None) -> Iterator[Any]:
        known = self.constants.get(_family(kind), {})
        match kind.kind:
            case "boolean":
                yield from (True, False)
            case "enum":
                mentioned = [value for value in known if value in self.words.enums[kind.name].values]
                yield from (*mentioned, *self.words.enums[kind.name].values)
            case "list" if kind.element is not None:
                yield from self._lists(kind.element)
            case "text":
                yield from (*known, "甲")
            case _ if kind.kind in NUMERIC or kind.kind == "year":
                yield from _numbers(known, kind)
            case "date" | "instant":
                yield from _days(known or dict.fromkeys(map(date.fromisoformat, self._usual_days())), kind)
            case "month":
                yield from (str(month) for value in known for month in (value, value.plus(-1), value.plus(1)))

    def _usual_days(self) -> list[str]:
        return [moment[:10] for moment in self.moments()]

    def _lists(self, element: Type) -> Iterator[Any]:
        if element.kind == "record":
            yield from ([row] for row in self._rows(element.name))
        else:
            yield from ([value] for value in self._of_type(element))
        yield []

    def _rows(self, entity: str) -> Iterator[dict[str, Any]]:
        """Rows with the fields that are read, one of them at a time at another of its values."""
        fields = self.words.entities[entity].fields
        read = [name for name in fields if (entity, name) in self.fields] or list(fields)
        choices = {name: list(self._of_type(fields[name].type)) for name in read if fields[name].type.kind != "list"}
        usual = {name: values[0] for name, values in choices.items() if values}
        yield usual
        for name, values in choices.items():
            yield from (usual | {name: value} for value in values[1:])


def _hashed(values: Iterable[Any]) -> Iterator[Any]:
    """Lists are each themselves."""
    for value in values:
        yield _Written(value) if isinstance(value, list) else value


class _Written(list):  # type: ignore[type-arg]
    """A list that can be told from others."""

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(repr(list(self)))


def _family(kind: Type) -> str:
    """Constants of one family may stand for each other."""
    if kind.kind == "enum":
        return f"enum:{kind.name}"
    return "date" if kind.kind == "instant" else kind.kind


def _mentioned(item: Any) -> Iterator[tuple[Any, str]]:
    for expression in p.walk(item):
        if isinstance(expression, p.Constant) and expression.value is not None:
            yield from _plain_constants(expression.value, expression.type)
    for value in getattr(item, "values", ()) if hasattr(item, "hit") else ():
        for found in (value.value, *(row.value for row in value.rows)):
            yield from _plain_constants(found, item.type)


def _plain_constants(value: Any, kind: Type) -> Iterator[tuple[Any, str]]:
    if isinstance(value, Decimal | int | str | date | Month) and kind.kind != "boolean":
        yield value, _family(kind)


def _numbers(known: Iterable[Any], kind: Type) -> Iterator[str]:
    step = Decimal(STEPS[kind.kind])
    found = [near for value in map(Decimal, known) for near in (value, value - step, value + step)]
    for number in (*found, *map(Decimal, _USUAL[kind.kind])):
        if number >= 0:
            yield str(plain(number))


def _days(known: Iterable[date], kind: Type) -> Iterator[str]:
    for day in known:
        for near in (day, day - timedelta(days=1), day + timedelta(days=1)):
            yield str(plain(near)) if kind.kind == "instant" else str(plain(near))[:10]


def _periods(item: Any) -> Iterator[Period]:
    for one in (item, *getattr(item, "clauses", ())):
        if isinstance(found := getattr(one, "period", None), Period):
            yield found
    for value in getattr(item, "values", ()) if hasattr(item, "hit") else ():
        yield value.period


def reached_from(keys: Iterable[Key], uses: dict[Key, frozenset[Key]], limit: int) -> list[Key]:
    """The parts and those they rest on, the nearest first."""
    found = dict.fromkeys(keys)
    todo = list(found)
    while todo and len(found) < limit:
        todo = [name for key in todo for name in sorted(uses.get(key, ())) if name not in found]
        found.update(dict.fromkeys(todo))
    return list(found)
