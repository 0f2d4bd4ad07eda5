"""Tables of figures: rows found by enumerations, values and bands, and which of them counts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import attrs

from policy.dsl.source import Span

ANY: Final = "-"
"""A cell that every value fits."""

HIT_POLICIES: Final = ("unique", "first", "any", "collect")
"""How rows that fit together are taken: never two; the topmost; any, if they agree; all of them."""


@attrs.frozen
class Band:
    """From `low` (included) to `high` (excluded); None is without end."""

    low: Any
    high: Any

    def __contains__(self, value: Any) -> bool:
        if value is None:
            return False
        return (self.low is None or self.low <= value) and (self.high is None or value < self.high)

    def meets(self, other: Band) -> bool:
        """Whether a value lies in both."""
        lows = [band.low for band in (self, other) if band.low is not None]
        highs = [band.high for band in (self, other) if band.high is not None]
        return not lows or not highs or bool(max(lows) < min(highs))


Cell = tuple[Any, ...] | None
"""What a key may be: one of several values and bands, or anything."""


@attrs.frozen(eq=False)
class Row:
    """One row of a table: its cells, one for each key, its value, and the provision it comes from."""

    keys: tuple[Cell, ...]
    value: Any
    provision: str
    span: Span

    def fits(self, keys: Sequence[Any]) -> bool:
        """Whether the row is for these keys."""
        return all(cell is None or _holds(cell, key) for cell, key in zip(self.keys, keys, strict=True))

    def meets(self, other: Row) -> bool:
        """Whether some keys fit both rows."""
        return all(_share(one, two) for one, two in zip(self.keys, other.keys, strict=True))


def colliding(rows: Iterable[Row]) -> Iterator[tuple[Row, Row]]:
    """Each row that shares keys with an earlier one, and that one."""
    earlier: list[Row] = []
    for row in rows:
        before = next((other for other in earlier if len(other.keys) == len(row.keys) and other.meets(row)), None)
        if before is not None:
            yield row, before
        earlier.append(row)


def _holds(cell: tuple[Any, ...], key: Any) -> bool:
    return any(key in item if isinstance(item, Band) else key == item for item in cell)


def _share(one: Cell, two: Cell) -> bool:
    if one is None or two is None:
        return True
    return any(_same(left, right) for left in one for right in two)


def _same(left: Any, right: Any) -> bool:
    if isinstance(left, Band) and isinstance(right, Band):
        return left.meets(right)
    if isinstance(left, Band) or isinstance(right, Band):
        return right in left if isinstance(left, Band) else left in right
    return bool(left == right)
