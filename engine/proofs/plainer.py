"""One fact of a case as plain as it may be: the first value, the smallest round amount, the nearest day."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

import attrs

from policy.types import Type
from policy.values import Month
from policy.vocabulary import Vocabulary

UNITS: Final = {
    "money": (Decimal(1).scaleb(3), Decimal(100), Decimal(10), Decimal(1), Decimal("0.01")),
    "points": (Decimal(10), Decimal(1), Decimal("0.01")),
    "number": (Decimal(10), Decimal(1), Decimal("0.01")),
    "ratio": (Decimal(1).scaleb(-1), Decimal("0.01")),
}
"""The steps in which an amount is made smaller, the coarsest first."""


@attrs.frozen
class Plainer:
    """Makes a value plainer as long as `holds` of it; days come near to the `day` of the case."""

    kind: Type
    vocabulary: Vocabulary
    day: date
    holds: Callable[[Any], bool]

    def value(self, value: Any) -> Any:
        """The plainest value that was found."""
        day = self.day
        match value:
            case bool():
                return self._first((False,), value)
            case str():
                return self._first(self.vocabulary.enums[self.kind.name].values if self.kind.name else (), value)
            case int():
                start = day.year if self.kind.kind == "year" else 0
                return self._nearest(0, value - start, lambda count: start + count)
            case Decimal():
                return self._amount(value)
            case datetime():
                span = timedelta(hours=value.hour, minutes=value.minute, seconds=value.second)
                begin = datetime(day.year, day.month, day.day) + span
                return self._nearest(0, (value - begin).days, lambda count: begin + timedelta(days=count))
            case date():
                return self._nearest(0, (value - day).days, lambda count: day + timedelta(days=count))
            case Month():
                now = Month(day.year, day.month)
                months = (value.year - now.year) * 12 + value.month - now.month
                return self._nearest(0, months, now.plus)
        return value

    def _first(self, values: Iterable[Any], current: Any) -> Any:
        """The first value that will do."""
        for value in values:
            if value == current or self.holds(value):
                return value
        return current

    def _amount(self, value: Decimal) -> Decimal:
        """The smallest multiple of the coarsest step that will do."""
        for unit in UNITS.get(self.kind.kind, ()):
            count = int(-(-value // unit))
            if self.holds(unit * count):
                return Decimal(self._nearest(0, count, lambda number, unit=unit: unit * number))  # type: ignore[misc]
        return value

    def _nearest(self, low: int, high: int, made: Callable[[int], Any]) -> Any:
        """The value nearest to the first one that will do, looked for by halves."""
        if self.holds(made(low)):
            return made(low)
        while abs(high - low) > 1:
            middle = (low + high) // 2
            if self.holds(made(middle)):
                high = middle
            else:
                low = middle
        return made(high)
