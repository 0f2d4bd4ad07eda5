"""How a batch came out: its rows by status, by reason and by winning clause, counted from the parts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import duckdb

    from policy.diagnostics import Diagnostic, Text


class Summary:
    """How a batch came out. `way` is how its claims were read."""

    def __init__(self, way: str = "") -> None:
        self.way = way
        self.rows = 0
        self.statuses: Counter[str] = Counter()
        self.reasons: Counter[str] = Counter()
        self.clauses: dict[str, Counter[str]] = {}
        self.problems: list[Diagnostic] = []
        self.left_out: dict[str, Text] = {}

    @property
    def is_all_determined(self) -> bool:
        return set(self.statuses) <= {"determined"}

    def count(self, connection: duckdb.DuckDBPyConnection, files: Sequence[str], columns: Columns) -> None:
        """Count the rows of the parts."""
        found = counted(connection, files, [columns.status, columns.reason, *columns.clauses.values()])
        self.statuses, self.reasons = found[columns.status], found[columns.reason]
        self.rows = sum(self.statuses.values())
        self.clauses = {rule: found[name] for rule, name in columns.clauses.items()}


class Columns:
    """The columns that are counted, those of winning clauses by rule."""

    def __init__(self, status: str, reason: str, clauses: Mapping[str, str]) -> None:
        self.status = status
        self.reason = reason
        self.clauses = clauses


_ONE_VALUED = """
SELECT path_in_schema, stats_min_value, sum(num_values - stats_null_count),
       bool_and(coalesce(stats_min_value = stats_max_value, stats_null_count = num_values, false))
FROM parquet_metadata($files) GROUP BY ALL
"""
"""What Parquet files say of their columns: where a row group has one value only, how often."""


def counted(
    connection: duckdb.DuckDBPyConnection, files: Sequence[str], names: Sequence[str]
) -> dict[str, Counter[str]]:
    """How often each value occurs, column by column; read from the rows only where the files do not say it themselves."""
    found: dict[str, list[tuple[str, int]]] = {name: [] for name in names}
    unsettled = set()
    for name, value, count, is_settled in connection.execute(_ONE_VALUED, {"files": list(files)}).fetchall():
        if not is_settled:
            unsettled.add(name)
        elif name in found and value is not None:
            found[name].append((value, int(count)))
    scanned = [name for name in names if name in unsettled]
    if scanned:
        relation = connection.read_parquet(list(files))
        texts = ", ".join(f"histogram({_quoted(name)}::VARCHAR)" for name in scanned)
        (row,) = relation.aggregate(texts).fetchall()
        found.update(zip(scanned, map(_pairs, row), strict=True))
    return {name: _most_first(pairs) for name, pairs in found.items()}


def _pairs(histogram: Any) -> list[tuple[str, int]]:
    return list((histogram or {}).items())


def _most_first(pairs: Iterable[tuple[str, int]]) -> Counter[str]:
    return Counter(dict(sorted(pairs, key=lambda pair: (-pair[1], pair[0]))))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
