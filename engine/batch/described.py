"""What a Parquet file says of itself, as far as a query depends on it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import duckdb


class Described(NamedTuple):
    """The types of a file's columns, those of them without a null, and how many rows there are."""

    types: Mapping[str, str]
    full: frozenset[str]
    rows: int

    @property
    def shape(self) -> tuple[tuple[str, str, bool], ...]:
        """What a query for the file depends on."""
        return tuple((name, kind, name in self.full) for name, kind in self.types.items())


_OF_CHUNKS = """
SELECT path_in_schema, bool_and(stats_null_count = 0), sum(row_group_num_rows)
FROM parquet_metadata($file) GROUP BY path_in_schema
"""


def described(connection: duckdb.DuckDBPyConnection, path: Path) -> Described:
    """What a file says of itself. Raises duckdb.Error where it is no Parquet file."""
    found = connection.execute("DESCRIBE SELECT * FROM read_parquet($file)", {"file": str(path)}).fetchall()
    types = {row[0]: row[1].replace(" ", "") if row[1].startswith("DECIMAL") else row[1] for row in found}
    chunks = connection.execute(_OF_CHUNKS, {"file": str(path)}).fetchall()
    full = frozenset(name for name, is_full, _ in chunks if is_full)
    return Described(types, full, max((int(rows) for _, _, rows in chunks), default=0))
