"""Rows whose cells stand one below the other."""

from __future__ import annotations

import re

from policy.dsl.widths import display_width

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def columns(rows: Iterable[Sequence[str]], gap: str = "  ") -> list[str]:
    """Rows with their cells one below the other, Chinese characters taking two columns; the last is as long as it is."""
    rows = list(rows)
    count = max((len(row) for row in rows), default=0)
    widths = [max((display_width(row[i]) for row in rows if i < len(row) - 1), default=0) for i in range(count)]
    lines = (gap.join(_padded(cell, widths[i], i == len(row) - 1) for i, cell in enumerate(row)) for row in rows)
    return [re.sub(r" +(?=\n|$)", "", line) for line in lines]


def _padded(cell: str, width: int, is_last: bool) -> str:
    return cell if is_last else cell + " " * (width - display_width(cell))
