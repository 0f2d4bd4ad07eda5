"""How many rows make a part, where nothing is said."""

from __future__ import annotations

from collections.abc import Collection

LIMIT_AT_ONCE = 10_000_000
"""At most; a query over claims alone holds no more of them in memory, however many make a part."""

LIMIT_WITH_ROWS = 1_000_000
"""Of claims whose lists stand in further files: what is reckoned of the lists is held for the whole part."""

LIMIT_READ = 100_000
"""Of files that are read by us."""

LIMIT_FIRST_ROWS = 1_000
"""Of files that are read by us: how many show which columns there are, and so which outputs a query can give."""


def part_size(row_files: Collection[str]) -> int:
    """How many claims of typed Parquet make a part."""
    return LIMIT_WITH_ROWS if row_files else LIMIT_AT_ONCE
