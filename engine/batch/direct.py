"""Parquet whose columns are typed as the facts are: read by the query itself, without a row passing through Python."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import attrs
import duckdb
from sqlglot import exp

from engine.backends.sql import builders as b
from engine.backends.sql.questions import FITS
from engine.backends.sql.tables import DEFAULTS, IS_NULL, Column, Table, Tables
from engine.batch.job import Job
from policy.types import Type

_DECIMAL: Final = re.compile(r"DECIMAL\((\d+),(\d+)\)")
_WHOLE: Final = frozenset({"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER"})
_PLAIN: Final = {"boolean": "BOOLEAN", "date": "DATE", "instant": "TIMESTAMP", "text": "VARCHAR", "month": "DATE"}
_NUMBERS: Final = ("money", "ratio", "points", "number")
_MOST_DIGITS: Final = 12


@attrs.frozen(eq=False)
class Source:
    """A file as a query reads it: what its columns become, which tests its rows must pass, and the tables they make."""

    path: Path
    columns: Mapping[str, exp.Expression]
    fits: exp.Expression
    tables: Tables
    children: Mapping[str, tuple[Path, Mapping[str, exp.Expression]]]
    has_id: bool

    def view(self, first: int, end: int, is_whole: bool) -> exp.Select:
        """The claims from one row of the file to another (not included)."""
        scan = _scan(self.path, with_row=not is_whole or not self.has_id)
        row = b.column("file_row_number")
        values = [_as(value, name) for name, value in self.columns.items()]
        own = [] if self.has_id else [_as(b.binary(exp.Add, row, b.number(1)), "id")]
        test = [_as(self.fits, FITS)] if not b.is_true(self.fits) else []
        select = exp.Select(expressions=[*own, *values, *test]).from_(scan)
        if is_whole:
            return select
        inside = b.both((exp.GTE(this=row, expression=b.number(first)), exp.LT(this=row, expression=b.number(end))))
        return select.where(inside)


def _scan(path: Path, *, with_row: bool) -> exp.Table:
    """Parquet as a table; its rows numbered from nothing where asked."""
    arguments: list[exp.Expression] = [b.text(str(path))]
    if with_row:
        arguments.append(exp.EQ(this=exp.to_identifier("file_row_number"), expression=b.TRUE))
    return exp.Table(this=exp.Anonymous(this="read_parquet", expressions=arguments))


def source_of(job: Job, path: Path, rows: Mapping[str, Path], connection: duckdb.DuckDBPyConnection) -> Source | None:
    """The file as a source, or None where some of its columns have to be read one by one."""
    types = _types(connection, path)
    full = _complete(connection, path)
    columns: dict[str, exp.Expression] = {}
    described: dict[str, Column] = {}
    fits: list[exp.Expression] = []
    for name, written in types.items():
        if name == "id":
            columns["id"] = b.column(name)
            described["id"] = Column(written, True)
            continue
        if name == "as_of" and written in ("DATE", "TIMESTAMP"):
            columns[name] = b.column(name)
            described[name] = Column(written, name in full)
            continue
        path_of = _path(name)
        if path_of is None or path_of.removesuffix(IS_NULL) not in job.inputs:
            return None
        read = _read(job, path_of, b.column(name), written)
        if read is None:
            return None
        columns[path_of], kind, test = read
        described[path_of] = Column(kind, name in full)
        fits.append(test)
    has_id = "id" in columns
    described.setdefault("id", Column("BIGINT", True))
    children = {}
    child_tables = {}
    for list_path, file in rows.items():
        child = _child(job, list_path, file, connection)
        if child is None:
            return None
        child_tables[list_path] = Table(list_path, child[1])
        children[list_path] = file, child[0]
    test = b.both(fits)
    if not b.is_true(test):
        described[FITS] = Column("BOOLEAN", True)
    tables = Tables(Table("claims", described), child_tables)
    return Source(path, columns, test, tables, children, has_id)


def _path(name: str) -> str | None:
    """The fact that a column is about."""
    if "." in name:
        return name
    entity, gap, field = name.partition("__")
    return f"{entity}.{field}" if gap else None


def _types(connection: duckdb.DuckDBPyConnection, path: Path) -> dict[str, str]:
    found = connection.execute("DESCRIBE SELECT * FROM read_parquet(?)", [str(path)]).fetchall()
    return {row[0]: row[1].replace(" ", "") if row[1].startswith("DECIMAL") else row[1] for row in found}


def _complete(connection: duckdb.DuckDBPyConnection, path: Path) -> set[str]:
    """The columns without a null, as the file itself says."""
    query = "SELECT path_in_schema, bool_and(stats_null_count = 0) FROM parquet_metadata(?) GROUP BY 1"
    return {name for name, is_full in connection.execute(query, [str(path)]).fetchall() if is_full}


def _read(
    job: Job, path: str, column: exp.Expression, written: str
) -> tuple[exp.Expression, str, exp.Expression] | None:
    """What a column becomes, its type, and the test that its values pass."""
    if path.endswith(IS_NULL):
        return (column, "BOOLEAN", b.TRUE) if written == "BOOLEAN" else None
    field = job.laws.insured.policy.vocabulary.field(path)
    kind = field.type if field else Type("unknown")
    if kind.kind in _NUMBERS:
        return _number(kind, column, written)
    if kind.kind in ("integer", "year"):
        return (column, written, b.TRUE) if written in _WHOLE else None
    if kind.kind == "enum":
        return _word(job, kind, column, written)
    if _PLAIN.get(kind.kind) == written:
        return column, written, b.TRUE
    return None


def _number(kind: Type, column: exp.Expression, written: str) -> tuple[exp.Expression, str, exp.Expression] | None:
    """An exact number; money is not negative, and no wider than the query computes with."""
    match = _DECIMAL.fullmatch(written)
    if match is None and written not in _WHOLE:
        return None
    width, scale = (int(match[1]), int(match[2])) if match else (0, 0)
    if kind.kind == "money" and scale > 2:
        return None
    tests: list[exp.Expression] = []
    if kind.kind == "money":
        tests.append(exp.GTE(this=column, expression=b.number(0)))
    value, type_ = column, f"DECIMAL({width},{scale})"
    if not match or width > _MOST_DIGITS:
        type_ = DEFAULTS[kind.kind]
        value = exp.TryCast(this=column, to=exp.DataType.build(type_, dialect="duckdb"))
        tests.append(exp.EQ(this=value, expression=column))
    known = [b.either((b.is_null(column), test)) for test in tests]
    return value, type_, b.both(known)


def _word(
    job: Job, kind: Type, column: exp.Expression, written: str
) -> tuple[exp.Expression, str, exp.Expression] | None:
    """A word of a closed set, by its id; labels and codes are left to be read one by one."""
    if written != "VARCHAR" and not written.startswith("ENUM"):
        return None
    ids = list(job.laws.insured.policy.vocabulary.enums[kind.name].values)
    words = exp.DataType(this=exp.DataType.Type.ENUM, expressions=[b.text(item) for item in ids])
    value = exp.TryCast(this=column, to=words)
    return value, "ENUM", b.either((b.is_null(column), b.is_known(value)))


def _child(
    job: Job, path: str, file: Path, connection: duckdb.DuckDBPyConnection
) -> tuple[dict[str, exp.Expression], dict[str, Column]] | None:
    """The columns of a list's rows; every one must be typed as its field is."""
    field = job.laws.insured.policy.vocabulary.field(path)
    element = field.type.element if field else None
    types = _types(connection, file)
    full = _complete(connection, file)
    if element is None or "claim_id" not in types:
        return None
    columns: dict[str, exp.Expression] = {"claim_id": b.column("claim_id")}
    described = {"claim_id": Column(types["claim_id"], True)}
    for name, written in types.items():
        if name == "claim_id":
            continue
        read = _read(job, f"{element.name}.{name}", b.column(name), written)
        if read is None:
            return None
        columns[name], kind, test = read
        if not b.is_true(test):  # a row of a list that is at fault makes its claim's row one
            columns[name] = b.case([(b.coalesce((test, b.TRUE)), columns[name])])
        described[name] = Column(kind, name in full and b.is_true(test))
    return columns, described


def _as(value: exp.Expression, name: str) -> exp.Alias:
    return exp.Alias(this=value, alias=exp.to_identifier(name, quoted=True))


def child_view(file: Path, columns: Mapping[str, exp.Expression], claims: str) -> exp.Select:
    """The rows of a list that belong to the claims of a view."""
    select = exp.Select(expressions=[_as(value, name) for name, value in columns.items()]).from_(
        _scan(file, with_row=False)
    )
    own = exp.Select(expressions=[b.column("id")]).from_(exp.to_table(claims))
    return select.where(exp.In(this=b.column("claim_id"), query=exp.Subquery(this=own)))


def details(source: Source) -> dict[str, Any]:
    """What a query for the source depends on."""
    return {
        "claims": source.tables.claims.columns,
        "children": {k: t.columns for k, t in source.tables.children.items()},
    }
