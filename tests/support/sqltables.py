"""Cases as tables: what a query reads, made from the same typed facts that the reference evaluator decides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import duckdb

from engine.backends.sql.tables import Tables
from engine.batch.flat import Flattener
from policy.types import Type
from policy.values import Month
from policy.vocabulary import Vocabulary


def tables_of(
    connection: duckdb.DuckDBPyConnection,
    cases: Sequence[Mapping[str, Any]],
    vocabulary: Vocabulary,
    more: Iterable[str] = (),
) -> Tables:
    """Registers tables for cases given as typed facts by path; `more` are facts that get a column though no case has them."""
    shape, tables = Flattener(vocabulary, more).tables(cases, range(len(cases)), [None] * len(cases))
    for name, table in tables.items():
        connection.register(name, table)
    return shape.tables()


def read_back(value: Any, kind: Type) -> Any:
    """A value of a result as the reference has it."""
    if value is None:
        return None
    if kind.kind == "month":
        return Month(value.year, value.month)
    if kind.kind in ("money", "ratio", "points", "number"):
        return Decimal(value)
    return value
