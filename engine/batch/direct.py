"""Parquet whose columns are typed as the facts are: read by the query itself, without a row passing through Python."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

import attrs
from sqlglot import exp

from engine.backends.sql import builders as b
from engine.backends.sql.questions import FITS
from engine.backends.sql.tables import DEFAULTS, IS_NULL, POSITION, Column, Table, Tables
from engine.batch.described import Described
from engine.batch.job import Job
from engine.batch.names import ID, NUMBER
from engine.batch.prepared import END, FIRST, given
from policy.types import Type

_DECIMAL: Final = re.compile(r"DECIMAL\((\d+),(\d+)\)")
_WHOLE: Final = frozenset({"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER"})
_PLAIN: Final = {"boolean": "BOOLEAN", "date": "DATE", "instant": "TIMESTAMP", "text": "VARCHAR", "month": "DATE"}
_NUMBERS: Final = ("money", "ratio", "points", "number")
_MOST_DIGITS: Final = 12


@attrs.frozen(eq=False)
class Source:
    """A file as a query reads it: what its columns become, which tests its rows must pass, and the tables they make."""

    columns: Mapping[str, exp.Expression]
    fits: exp.Expression
    tables: Tables
    children: Mapping[str, Mapping[str, exp.Expression]]
    has_id: bool

    def view(self, *, is_whole: bool) -> exp.Select:
        """The claims of the file: all, or those from one row to another (not included)."""
        row = b.column("file_row_number")
        values = [_as(value, name) for name, value in self.columns.items()]
        own = [_as(row, NUMBER)] if self.has_id else [_as(row, NUMBER), _as(b.binary(exp.Add, row, b.number(1)), ID)]
        test = [_as(self.fits, FITS)] if not b.is_true(self.fits) else []
        select = exp.Select(expressions=[*own, *values, *test]).from_(_table(given()))
        if is_whole:
            return select
        first, end = (b.function("GETVARIABLE", b.text(name)) for name in (FIRST, END))
        return select.where(b.both((exp.GTE(this=row, expression=first), exp.LT(this=row, expression=end))))

    def rows_view(self, path: str, *, is_whole: bool) -> exp.Select:
        """The rows of a list: all, or those that belong to the claims of the view."""
        values = [_as(value, name) for name, value in self.children[path].items()]
        values.append(_as(b.column("file_row_number"), POSITION))
        select = exp.Select(expressions=values).from_(_table(given(path)))
        if is_whole:
            return select
        own = exp.Select(expressions=[b.column(ID)]).from_(_table(self.tables.claims.name))
        return select.where(exp.In(this=b.column("claim_id"), query=exp.Subquery(this=own)))


def _table(name: str) -> exp.Table:
    return exp.Table(this=exp.to_identifier(name, quoted=True))


def source_of(job: Job, claims: Described, rows: Mapping[str, Described]) -> Source | None:
    """The files as a source, or None where some of their columns have to be read one by one."""
    columns: dict[str, exp.Expression] = {}
    described: dict[str, Column] = {}
    fits: list[exp.Expression] = []
    full = claims.full
    for name, written in claims.types.items():
        if name == ID:
            columns[ID] = b.column(name)
            described[ID] = Column(written, True)
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
    has_id = ID in columns
    described.setdefault(ID, Column("BIGINT", True))
    described[NUMBER] = Column("BIGINT", True)
    children = {}
    child_tables = {}
    for list_path, file in rows.items():
        child = _child(job, list_path, file)
        if child is None:
            return None
        children[list_path] = child[0]
        child_tables[list_path] = Table(list_path, child[1])
        fits.append(_rows_fit(list_path, child[2], has_id))
    test = b.both(fits)
    if not b.is_true(test):
        described[FITS] = Column("BOOLEAN", True)
    tables = Tables(Table("claims", described), child_tables)
    return Source(columns, test, tables, children, has_id)


def _rows_fit(path: str, test: exp.Expression, has_id: bool) -> exp.Expression:
    """Whether no row of a claim's list is at fault."""
    if b.is_true(test):
        return b.TRUE
    bad = exp.Select(expressions=[b.column("claim_id")]).from_(_table(given(path))).where(b.negation(test))
    own = b.column(ID) if has_id else exp.Paren(this=b.binary(exp.Add, b.column("file_row_number"), b.number(1)))
    return b.negation(exp.Paren(this=exp.In(this=own, query=exp.Subquery(this=bad))))


def _path(name: str) -> str | None:
    """The fact that a column is about."""
    if "." in name:
        return name
    entity, gap, field = name.partition("__")
    return f"{entity}.{field}" if gap else None


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
    job: Job, path: str, file: Described
) -> tuple[dict[str, exp.Expression], dict[str, Column], exp.Expression] | None:
    """The columns of a list's rows, each typed as its field is, and the test that a row passes."""
    field = job.laws.insured.policy.vocabulary.field(path)
    element = field.type.element if field else None
    types = file.types
    if element is None or "claim_id" not in types:
        return None
    columns: dict[str, exp.Expression] = {"claim_id": b.column("claim_id")}
    described = {"claim_id": Column(types["claim_id"], True), POSITION: Column("BIGINT", True)}
    tests: list[exp.Expression] = []
    for name, written in types.items():
        if name == "claim_id":
            continue
        read = _read(job, f"{element.name}.{name}", b.column(name), written)
        if read is None:
            return None
        columns[name], kind, test = read
        tests.append(b.coalesce((test, b.TRUE)))
        if not b.is_true(test):  # the claim is read by itself
            columns[name] = b.case([(b.coalesce((test, b.TRUE)), columns[name])])
        described[name] = Column(kind, name in file.full and b.is_true(test))
    return columns, described, b.both(tests)


def _as(value: exp.Expression, name: str) -> exp.Alias:
    return exp.Alias(this=value, alias=exp.to_identifier(name, quoted=True))
