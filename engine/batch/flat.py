"""Typed facts of many claims → tables as a query reads them: a column for each fact, a table for each list of records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

import attrs
import pyarrow as pa

from engine.backends.sql.tables import DEFAULTS, IS_NULL, POSITION, Column, Table, Tables
from policy.types import Type
from policy.values import Month
from policy.vocabulary import Vocabulary

CLAIMS: Final = "claims"
ROW: Final = "id"
CLAIM: Final = "claim_id"

_ARROW: Final = {
    "VARCHAR": pa.string(),
    "BOOLEAN": pa.bool_(),
    "INTEGER": pa.int32(),
    "BIGINT": pa.int64(),
    "DATE": pa.date32(),
    "TIMESTAMP": pa.timestamp("us"),
}
_LIMITS: Final = {
    name: (Decimal(10) ** (int(width) - int(scale)), int(scale))
    for name, written in DEFAULTS.items()
    if written.startswith("DECIMAL")
    for width, scale in [written[8:-1].split(",")]
}
_WHOLE: Final = 2**31


@attrs.frozen(eq=False)
class Shape:
    """Which columns the tables have: what a query is compiled for. It only grows, so that few queries are needed."""

    claims: Mapping[str, Column]
    children: Mapping[str, Mapping[str, Column]]

    def tables(self) -> Tables:
        children = {path: Table(path, columns) for path, columns in self.children.items()}
        return Tables(Table(CLAIMS, self.claims), children)

    @property
    def key(self) -> tuple[Any, ...]:
        """Equal for shapes that one query serves."""
        return tuple(self.claims.items()), tuple((path, tuple(c.items())) for path, c in self.children.items())


@attrs.frozen(eq=False)
class Given:
    """A fact of many claims: its typed values, null where it is not given or 空, and where it is 空, if anywhere."""

    values: Sequence[Any] | pa.Array
    is_empty: Sequence[bool] | pa.Array | None = None

    def take(self, places: pa.Array) -> Given:
        """The fact of the claims at some places."""
        return Given(taken(self.values, places), None if self.is_empty is None else taken(self.is_empty, places))


class Flattener:
    """Writes facts into columns. Columns once seen are kept."""

    def __init__(self, vocabulary: Vocabulary, always: Iterable[str] = ()) -> None:
        self.vocabulary = vocabulary
        self.seen: dict[str, None] = dict.fromkeys(sorted(always))
        self.columns: dict[str, Column] = {}
        self.children: dict[str, dict[str, Column]] = {}

    def holds(self, facts: Mapping[str, Any]) -> bool:
        """Whether the columns can hold the facts; others are left to the reference evaluator."""
        return all(self.fits(value, self._type(path)) for path, value in facts.items())

    def tables(
        self, claims: Sequence[Mapping[str, Any]], numbers: Sequence[int], days: Sequence[Any]
    ) -> tuple[Shape, dict[str, pa.Table]]:
        """The tables of some claims, which are known by their numbers. `days` are the days stated with them."""
        stated = sorted({path for facts in claims for path in facts})
        given = {
            path: Given(
                [facts.get(path) for facts in claims], [path in facts and facts[path] is None for facts in claims]
            )
            for path in stated
        }
        known = days if any(day is not None for day in days) else None
        return self.tables_of(pa.array(numbers, pa.int64()), given, known)

    def tables_of(
        self, numbers: pa.Array, given: Mapping[str, Given], days: Sequence[Any] | pa.Array | None
    ) -> tuple[Shape, dict[str, pa.Table]]:
        """The tables of some claims whose facts are given column by column."""
        self.seen.update(dict.fromkeys(sorted(given)))
        data: dict[str, Any] = {ROW: numbers}
        self.columns[ROW] = Column("BIGINT", True)
        if days is not None or "as_of" in self.columns:
            self.columns["as_of"] = Column("TIMESTAMP")
            data["as_of"] = days
        rows: dict[str, dict[str, list[Any]]] = {}
        for path in self.seen:
            self._field(path, given.get(path), numbers, data, rows)
        tables = {CLAIMS: self._arrow(self.columns, data, len(numbers))}
        for path, columns in self.children.items():
            size = len(rows.get(path, {}).get(CLAIM, ()))
            tables[path] = self._arrow(columns, rows.get(path, {}), size)
        shape = Shape(dict(self.columns), {path: dict(columns) for path, columns in self.children.items()})
        return shape, tables

    # ── columns ─────────────────────────────────────────────────────────────────────────────────
    def _type(self, path: str) -> Type:
        field = self.vocabulary.field(path)
        return field.type if field else Type("unknown")

    def _field(
        self,
        path: str,
        given: Given | None,
        numbers: pa.Array,
        data: dict[str, Any],
        rows: dict[str, dict[str, list[Any]]],
    ) -> None:
        kind = self._type(path)
        if kind.element is not None and kind.element.kind == "record":
            values = [None] * len(numbers) if given is None else list(given.values)
            self._put(path, "INTEGER", [None if value is None else len(value) for value in values], data, self.columns)
            if "lower" in self.vocabulary.entities[kind.element.name].roles:
                self._slots(path, kind.element, values, data)
            else:
                rows[path] = self._rows(path, kind.element, values, numbers.to_pylist())
            return
        written = column_type(kind)
        if written is not None:
            self._put(path, written, given.values if given else None, data, self.columns)
            empty = given.is_empty if given else None
            self._put_empty(path, [False] * len(numbers) if empty is None else empty, data, self.columns)

    def _put(self, name: str, kind: str, values: Any, data: dict[str, Any], columns: dict[str, Column]) -> None:
        columns.setdefault(name, Column(kind))
        data[name] = values

    def _put_empty(self, name: str, empty: Any, data: dict[str, Any], columns: dict[str, Column]) -> None:
        """Beside a fact that is 空 somewhere, a column that says where."""
        is_somewhere = isinstance(empty, pa.Array) or any(empty)
        if is_somewhere or name + IS_NULL in columns:
            self._put(name + IS_NULL, "BOOLEAN", empty, data, columns)

    def _slots(self, path: str, element: Type, values: list[Any], data: dict[str, list[Any]]) -> None:
        known = sum(name.startswith(f"{path}__") for name in self.columns)
        fields = self.vocabulary.entities[element.name].fields
        most = max((len(value) for value in values if value), default=0)
        for place in range(max(most, known // len(fields))):
            for field in fields.values():
                cells = [v[place].get(field.id) if v is not None and len(v) > place else None for v in values]
                self._put(f"{path}__{place + 1}__{field.id}", DEFAULTS[field.type.kind], cells, data, self.columns)

    def _rows(self, path: str, element: Type, values: list[Any], numbers: Sequence[int]) -> dict[str, list[Any]]:
        columns = self.children.setdefault(path, {CLAIM: Column("BIGINT", True), POSITION: Column("BIGINT", True)})
        pairs = [(number, row) for number, value in zip(numbers, values, strict=True) for row in value or ()]
        data: dict[str, list[Any]] = {
            CLAIM: [number for number, _ in pairs],
            POSITION: [place for value in values for place, _ in enumerate(value or ())],
        }
        for field in self.vocabulary.entities[element.name].fields.values():
            is_there = any(field.id in row for _, row in pairs)
            if field.type.kind in DEFAULTS and (is_there or field.id in columns):
                self._put(field.id, DEFAULTS[field.type.kind], [row.get(field.id) for _, row in pairs], data, columns)
                self._put_empty(
                    field.id, [field.id in row and row[field.id] is None for _, row in pairs], data, columns
                )
        return data

    def _arrow(self, columns: Mapping[str, Column], data: Mapping[str, Any], size: int) -> pa.Table:
        return pa.table({name: arrow_of(data.get(name), column.type, size) for name, column in columns.items()})

    # ── what fits ───────────────────────────────────────────────────────────────────────────────
    def fits(self, value: Any, kind: Type) -> bool:
        """Whether the column of a fact of a type can hold the value."""
        if value is None:
            return kind.kind != "list"  # a column of a list does not tell 空 from not given
        if kind.kind in _LIMITS:
            most, places = _LIMITS[kind.kind]
            # what is carried on may be less than nothing, which the reference refuses
            is_amount = kind.kind != "money" or value >= 0
            return bool(is_amount and abs(value) < most and value == round(value, places))
        if kind.kind in ("integer", "year"):
            return bool(abs(value) < _WHOLE)
        if kind.kind == "record":
            entity = self.vocabulary.entities[kind.name]
            if "lower" in entity.roles and not _fits_slot(value, entity.roles["upper"]):
                return False
            return all(self.fits(item, entity.fields[name].type) for name, item in value.items())
        if kind.kind == "list" and kind.element is not None:
            if kind.element.kind != "record" and column_type(kind) is None:
                return False
            return all(item is not None and self.fits(item, kind.element) for item in value)
        return True


def _fits_slot(band: Mapping[str, Any], upper: str) -> bool:
    """Whether numbered columns can hold a band: they tell neither a top that is not given nor another field that is 空."""
    return upper in band and all(value is not None or name == upper for name, value in band.items())


def taken(values: Sequence[Any] | pa.Array, places: pa.Array) -> Sequence[Any] | pa.Array:
    """The values at some places."""
    return values.take(places) if isinstance(values, pa.Array) else [values[place] for place in places.to_pylist()]


def column_type(kind: Type) -> str | None:
    """The type of the column of a fact that is no list of records; None where it has none."""
    if kind.element is not None and kind.element.kind in DEFAULTS:
        return f"{DEFAULTS[kind.element.kind]}[]"
    return DEFAULTS.get(kind.kind)


def arrow_of(values: Sequence[Any] | pa.Array | None, written: str, size: int) -> pa.Array:
    """Typed values as a column; nothing but nulls where there are none."""
    kind = arrow_type(written)
    if values is None or not len(values):
        return pa.nulls(size, kind)
    if isinstance(values, pa.Array):
        return values if values.type == kind else values.cast(kind)
    return pa.array([_plain(value) for value in values], kind)


def arrow_type(written: str) -> pa.DataType:
    """The Arrow type of a column."""
    if written.endswith("[]"):
        return pa.list_(arrow_type(written.removesuffix("[]")))
    if written.startswith("DECIMAL"):
        width, scale = map(int, written[8:-1].split(","))
        return pa.decimal128(width, scale)
    return _ARROW[written]


def _plain(value: Any) -> Any:
    if isinstance(value, Month):
        return date(value.year, value.month, 1)
    return list(map(_plain, value)) if isinstance(value, tuple) else value
