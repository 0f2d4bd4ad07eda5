"""Dates, months and years as numbers: the calendar's own arithmetic, exactly."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from itertools import pairwise
from typing import Any, Final

import z3

from engine.proofs.logic import chosen, is_written, less, lifted, name_of, quotient
from engine.proofs.symbols import MONTHS, SECONDS, Symbols
from policy.types import INTEGER

MIN_DAYS: Final = 28
"""The fewest days of a month."""

PER_MONTH: Final = (487, 16)
"""A month's length as a fraction of days, near enough."""

LIMIT_YEARS: Final = 4
"""How many years around the law's own days the months are listed."""


def plus(*parts: Any) -> Any:
    """The sum of whole numbers."""
    total: Any = 0
    for part in parts:
        total = part if is_written(total) and total == 0 else total + part
    return total


class Days:
    """Day arithmetic over the variables of a case."""

    def __init__(self, symbols: Symbols) -> None:
        self.symbols = symbols

        self.first = (symbols.horizon.first.year - LIMIT_YEARS) * MONTHS
        self.last = (symbols.horizon.last.year + LIMIT_YEARS) * MONTHS
        self.starts = [_first_of(month) for month in range(self.first, self.last + 1)]

    def first_of(self, month: Any) -> Any:
        """The first day of a month."""
        if is_written(month):
            return _first_of(month)
        slack = [start * PER_MONTH[1] - month * PER_MONTH[0] for month, start in enumerate(self.starts, self.first)]

        def nearly(result: Any) -> Iterable[Any]:
            drift = result * PER_MONTH[1] - month * PER_MONTH[0]
            yield z3.And(drift >= min(slack), drift <= max(slack))

        return self._listed("first of", month, list(enumerate(self.starts, self.first)), nearly)

    def length_of(self, month: Any) -> Any:
        """How many days a month has."""
        if is_written(month):
            return _first_of(month + 1) - _first_of(month)
        days = [later - start for start, later in pairwise(self.starts)]
        steps = list(enumerate((*days, days[-1]), self.first))
        return self._listed("length of", month, steps, lambda result: (result >= min(days), result <= max(days)))

    def month_of(self, day: Any) -> Any:
        """The month a day lies in."""
        if is_written(day):
            found = date.fromordinal(day)
            return found.year * MONTHS + found.month - 1

        def around(month: Any) -> Iterable[Any]:
            first = self.first_of(month)
            yield z3.And(first <= day, day <= first + 30)

        steps = [(start, self.first + place) for place, start in enumerate(self.starts)]
        return self._listed("month of", day, steps, around)

    def _listed(self, what: str, value: Any, steps: list[tuple[int, int]], more: Callable[[Any], Iterable[Any]]) -> Any:
        """What is listed for the last step that does not lie above the value; outside the list, anything.

        `more` follows from the list; it only helps the solver.
        """

        def certain(result: Any) -> Iterable[Any]:
            inside = z3.And(value >= steps[0][0], value < steps[-1][0])
            yield z3.Implies(inside, z3.And(result == tree(value, steps[:-1]), *more(result)))

        return self.symbols.defined((what, name_of(value)), INTEGER, certain)

    def day_in(self, month: Any, number: Any) -> Any:
        """The n-th day of a month, its last where it is shorter."""
        first = self.first_of(month)
        if is_written(number) and number <= MIN_DAYS:
            return plus(first, number - 1)
        length = self.length_of(month)
        return plus(first, chosen(less(length, number), length, number), -1)

    def shifted(self, day: Any, months: Any, month_end: str) -> Any:
        """The same day some months later; a month that is too short gives its last day, or the day after."""
        if is_written(day) and is_written(months):
            return self._shifted(day, months, month_end)

        def certain(result: Any) -> Iterable[Any]:
            yield result == self._shifted(day, months, month_end)
            if is_written(months):
                ends = sorted((MIN_DAYS * months, 31 * months + (month_end != "clamped")))
                yield z3.And(result - day >= ends[0], result - day <= ends[1])

        return self.symbols.defined(("shifted", name_of(day), name_of(months), month_end), INTEGER, certain)

    def _shifted(self, day: Any, months: Any, month_end: str) -> Any:
        month = self.month_of(day)
        number = plus(day, _minus(self.first_of(month)), 1)
        target = plus(month, months)
        length = self.length_of(target)
        last = chosen(less(length, number), length if month_end == "clamped" else plus(length, 1), number)
        return plus(self.first_of(target), last, -1)

    def day_of(self, instant: Any) -> Any:
        """The day an instant lies in."""
        if is_written(instant):
            return quotient(instant, SECONDS)

        def certain(day: Any) -> Iterable[Any]:
            yield day * SECONDS <= instant
            yield instant < (day + 1) * SECONDS

        return self.symbols.defined(("day of", name_of(instant)), INTEGER, certain)


def _minus(value: Any) -> Any:
    return -value


def _first_of(month: int) -> int:
    return date(month // MONTHS, month % MONTHS + 1, 1).toordinal()


def tree(value: Any, steps: list[tuple[int, int]]) -> Any:
    """A search among the steps by halves."""
    if len(steps) == 1:
        return lifted(steps[0][1])
    middle = len(steps) // 2
    below, above = steps[:middle], steps[middle:]
    if {result for _, result in steps} == {steps[0][1]}:
        return lifted(steps[0][1])
    return z3.If(value < above[0][0], tree(value, below), tree(value, above))
