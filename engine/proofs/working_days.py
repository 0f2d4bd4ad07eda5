"""Functions of the working calendar as tables over its published days: exact, and no answer outside them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any, Final

import z3

from engine.operations import NoDayError, calendar_function, shifted
from engine.proofs.days import plus, tree
from engine.proofs.logic import Truth, at_most, both, is_written, less, name_of, no, some
from engine.proofs.symbols import Symbols
from policy.calendars import NotPublishedError, WorkingCalendar
from policy.types import INTEGER
from policy.values import Duration

LIMIT_DAYS: Final = 20_000
"""The most days a table lists."""

Steps = list[tuple[int, int]]


class WorkingDays:
    """The working calendar of one program."""

    def __init__(self, symbols: Symbols, calendar: WorkingCalendar) -> None:
        self.symbols = symbols
        self.calendar = calendar
        self._tables: dict[Any, tuple[Steps, list[tuple[int, int]]]] = {}

    def shifted(self, start: Any, count: int) -> tuple[Any, Truth]:
        """The day that is some working days later, and when that cannot be told."""

        def compute(day: date) -> int:
            return (shifted(day, Duration(count, "working_days"), 1, self.calendar) - day).days  # type: ignore[no-any-return]

        def certain(result: Any) -> Iterable[Any]:
            return (result >= count,) if count >= 0 else (result <= count,)

        offset, wrong = self._looked_up(("working days", count), start, compute, certain)
        return plus(start, offset), wrong

    def is_unpublished(self, day: Any) -> Truth:
        """Whether the day lies in a year without a calendar."""
        return self._looked_up(("published",), day, lambda one: int(self.calendar.is_working_day(one)), lambda _: ())[1]

    def function(self, operator: str, day: Any) -> tuple[Any, Truth]:
        """是休息日, 是法定节假日, 提前至工作日, and when that cannot be told."""

        def compute(one: date) -> int:
            found = calendar_function(operator, one, self.calendar)
            return int(found) if isinstance(found, bool) else (found - one).days

        found, wrong = self._looked_up((operator,), day, compute, lambda _: ())
        return (plus(day, found) if operator == "back_to_working_day" else _is_one(found)), wrong

    def _looked_up(
        self, what: Any, day: Any, compute: Callable[[date], int], certain: Callable[[Any], Iterable[Any]]
    ) -> tuple[Any, Truth]:
        if is_written(day):
            found = self._computed(date.fromordinal(day), compute)
            return (0, True) if found is None else (found, False)
        if what not in self._tables:
            self._tables[what] = self._table(compute)
        steps, spans = self._tables[what]
        if not steps:
            return 0, True
        inside = some(both(at_most(first, day), less(day, end)) for first, end in spans)

        def about(result: Any) -> Iterable[Any]:
            yield z3.Implies(inside, z3.And(result == tree(day, steps), *certain(result)))

        return self.symbols.defined((*what, name_of(day)), INTEGER, about), no(inside)

    def _computed(self, day: date, compute: Callable[[date], int]) -> int | None:
        try:
            return compute(day)
        except (NotPublishedError, NoDayError):
            return None

    def _table(self, compute: Callable[[date], int]) -> tuple[Steps, list[tuple[int, int]]]:
        """From which day on the result is what; and the stretches of days that have one."""
        steps: Steps = []
        spans: list[tuple[int, int]] = []
        for year in sorted(self.calendar.years)[: LIMIT_DAYS // 365]:
            day = date(year, 1, 1)
            while day.year == year:
                found, place = self._computed(day, compute), day.toordinal()
                if found is not None:
                    if not steps or steps[-1][1] != found:
                        steps.append((place, found))
                    if spans and spans[-1][1] == place:
                        spans[-1] = (spans[-1][0], place + 1)
                    else:
                        spans.append((place, place + 1))
                day += timedelta(days=1)
        return steps, spans


def _is_one(found: Any) -> Truth:
    return found == 1
