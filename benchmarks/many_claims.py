"""Many claims at once: the SQL backend in DuckDB beside hand-written SQL, Polars and OpenFisca."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import polars as pl

from benchmarks import tiaoli_
from benchmarks.claims import claims, write_parquet
from benchmarks.figures import Figure, micro
from benchmarks.peers import openfisca_
from benchmarks.timing import Race, Run, race
from benchmarks.twins import duckdb_sql, polars_

VECTOR = 100_000


def measured(folder: Path, count: int, rounds: int) -> list[Figure]:
    """The figures of so many claims in one table."""
    source = write_parquet(folder / "many.parquet", count)
    return list(_figures(_raced(source, count, rounds), count))


def _raced(source: Path, count: int, rounds: int) -> Race:
    connection = duckdb.connect()
    duckdb_sql.load(connection, source)
    system, columns = openfisca_.system(), openfisca_.columns(claims(min(count, VECTOR)))
    frame = _frame(source)
    contenders = {
        "sql": _query(connection, tiaoli_.sql_with_columns_of_the_twin()),
        "all": _query(connection, tiaoli_.sql()),
        "nullable": _query(connection, tiaoli_.sql(is_complete=False)),
        "twin": _query(connection, duckdb_sql.QUERY),
        "polars": lambda: polars_.decide(frame.lazy()).collect(),
        "openfisca": lambda: openfisca_.decide(system, columns),
    }
    return race(
        contenders, rounds, {name: len(columns["total"]) if name == "openfisca" else count for name in contenders}
    )


def _query(connection: duckdb.DuckDBPyConnection, query: str) -> Run:
    return lambda: connection.execute(f"create or replace table decided as {query}")


def _frame(source: Path) -> pl.DataFrame:
    """Claims with amounts in whole fen."""
    given = pl.read_parquet(source)
    decimals = [name for name, kind in given.schema.items() if isinstance(kind, pl.Decimal)]
    enums = [name for name, kind in given.schema.items() if isinstance(kind, pl.Categorical | pl.Enum)]
    return given.with_columns(pl.col(decimals).mul(100).cast(pl.Int64), pl.col(enums).cast(pl.String))


def _figures(found: Race, count: int) -> Iterator[Figure]:
    def beside(subject: str, ours: str, theirs: str, limit: str = "", **bars: float) -> Figure:
        times = f"{micro(found.median(ours) * count)} : {micro(found.median(theirs) * count)}"
        return Figure(subject=subject, measured=found.ratio(ours, theirs), times=times, limit=limit, **bars)  # type: ignore[arg-type]

    many = f"{count:,} 笔"
    yield beside(f"{many}，DuckDB，答复和胜出子句列 answers and winning-clause columns : 手写 hand-written SQL", "sql", "twin",
                 LIMITS["sql"], bar=1.1, stretch=0.9)  # fmt: skip
    yield beside(f"{many}，另加状态、原因和每条规则的子句列 status, reason, every rule's clause too : 手写 hand-written SQL",
                 "all", "twin", LIMITS["all"], bar=1.1)  # fmt: skip
    yield beside(f"{many}，列中还可有未知事实 facts may be unknown too : 手写 hand-written SQL", "nullable", "twin",
                 LIMITS["nullable"])  # fmt: skip
    yield beside(f"{many}，DuckDB : 手写 hand-written Polars（整数分 fen）", "sql", "polars")
    yield beside(f"{many}，DuckDB : OpenFisca-core（向量，32 位浮点 vectors of 32-bit floats）", "sql", "openfisca")


LIMITS = {
    "sql": "同样的算式，每一步只算一次；没有金额的那一段不算。 The same sums, each computed once; a band without an amount is not.",
    "all": "多写的六列：查询本身更快，差别全在写结果。 Six more columns are written: the query itself is faster, the difference is all in writing.",
    "nullable": "每个结果旁另算缺哪个事实；手写的没有这些。 Beside every result it computes which fact is missing; the twin does not.",
}
