"""Parts written anew as one file: as text, or because not all of them have the same schema."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import duckdb
from sqlglot import exp

from engine.backends.sql import builders as b
from engine.batch.results import AMOUNTS


def rewrite(connection: duckdb.DuckDBPyConnection, files: Sequence[str], into: Path) -> None:
    """All parts in one file, written by one thread: more would not be faster, and hold more of the rows in memory."""
    described = connection.execute("DESCRIBE SELECT * FROM read_parquet($files)", {"files": list(files)}).fetchall()
    names = {row[0]: row[1] for row in described}
    ((threads,),) = connection.execute("SELECT current_setting('threads')").fetchall()
    connection.execute("SET threads = 1")
    try:
        connection.execute(_copy(files, names, into))
    finally:
        connection.execute("SET threads = ?", [threads])


def _copy(files: Sequence[str], names: Mapping[str, str], into: Path) -> str:
    """A COPY of all parts into one file; numbers are written as text in JSON, so that no reader makes them floats."""
    is_text = into.suffix != ".parquet"
    kept = [(b.column(name), kind) for name, kind in names.items()]
    form = {".parquet": "PARQUET", ".csv": "CSV"}.get(into.suffix, "JSON")
    values = [_as_text(column, kind, form) if is_text else column for column, kind in kept]
    scan = exp.Anonymous(this="read_parquet", expressions=[exp.Array(expressions=[b.text(file) for file in files])])
    select = exp.Select(expressions=values).from_(exp.Table(this=scan))
    copy = exp.Copy(
        this=exp.Subquery(this=select),
        kind=False,
        files=[exp.Literal.string(str(into))],
        params=[exp.CopyParameter(this=exp.var("FORMAT"), expression=exp.var(form))],
    )
    return copy.sql(dialect="duckdb")


def _as_text(column: exp.Column, kind: str, form: str) -> exp.Expression:
    """A column as text files have it; a list or a record is JSON there."""
    built = exp.DataType.build(kind, dialect="duckdb")
    value = _plain(column, built)
    if form == "CSV" and built.this in _NESTED:
        value = b.cast(b.function("TO_JSON", value), "VARCHAR")
    return exp.Alias(this=value, alias=exp.to_identifier(column.name, quoted=True))


_NESTED: Final = (exp.DataType.Type.ARRAY, exp.DataType.Type.LIST, exp.DataType.Type.STRUCT)


def _plain(value: exp.Expression, kind: exp.DataType, depth: int = 0) -> exp.Expression:
    """Exact numbers as decimal text, those that are no amounts at their shortest; so inside lists and records too."""
    if kind.this == exp.DataType.Type.STRUCT:
        parts = []
        for part in kind.expressions:
            name = exp.to_identifier(part.name, quoted=True)
            inner = _plain(exp.Dot(this=value.copy(), expression=name), part.args["kind"], depth)
            parts.append(exp.PropertyEQ(this=name.copy(), expression=inner))
        return b.case([(b.is_null(value), b.NULL)], exp.Struct(expressions=parts))
    if kind.this in _NESTED:
        element = exp.to_identifier(f"x{depth}")
        inner = _plain(element, kind.expressions[0], depth + 1)
        return exp.Transform(this=value, expression=exp.Lambda(this=inner, expressions=[element.copy()]))
    if kind.this != exp.DataType.Type.DECIMAL:
        return value
    text = b.cast(value, "VARCHAR")
    if kind.sql(dialect="duckdb").replace(" ", "") in AMOUNTS:
        return text
    return b.function("RTRIM", b.function("RTRIM", text, b.text("0")), b.text("."))
