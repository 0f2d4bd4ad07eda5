"""Typed facts of many claims → tables as a query reads them: a column for each fact, a table for each list of records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

import attrs
import pyarrow as pa

from engine.backends.sql.tables import DEFAULTS, IS_NULL, Column, Table, Tables
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
    "VARCHAR[]": pa.list_(pa.string()),
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


class Flattener:
    """Writes facts into columns. Columns once seen are kept."""

    def __init__(self, vocabulary: Vocabulary, always: Iterable[str] = ()) -> None:
        self.vocabulary = vocabulary
        self.seen: dict[str, None] = dict.fromkeys(sorted(always))
        self.columns: dict[str, Column] = {}
        self.children: dict[str, dict[str, Column]] = {}

    def holds(self, facts: Mapping[str, Any]) -> bool:
        """Whether the columns can hold the facts; others are left to the reference evaluator."""
        return all(self._fits(value, self._type(path)) for path, value in facts.items())

    def tables(
        self, claims: Sequence[Mapping[str, Any]], numbers: Sequence[int], days: Sequence[Any]
    ) -> tuple[Shape, dict[str, pa.Table]]:
        """The tables of some claims, which are known by their numbers. `days` are the days stated with them."""
        self.seen.update(dict.fromkeys(sorted({path for facts in claims for path in facts})))
        data: dict[str, list[Any]] = {ROW: list(numbers)}
        self.columns[ROW] = Column("BIGINT", True)
        if any(day is not None for day in days) or "as_of" in self.columns:
            self.columns["as_of"] = Column("TIMESTAMP")
            data["as_of"] = list(days)
        rows: dict[str, dict[str, list[Any]]] = {}
        for path in self.seen:
            self._field(path, claims, numbers, data, rows)
        tables = {CLAIMS: self._arrow(self.columns, data, len(claims))}
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
        claims: Sequence[Mapping[str, Any]],
        numbers: Sequence[int],
        data: dict[str, list[Any]],
        rows: dict[str, dict[str, list[Any]]],
    ) -> None:
        kind = self._type(path)
        values = [facts.get(path) for facts in claims]
        if kind.element is not None and kind.element.kind == "record":
            self._put(path, "INTEGER", [None if value is None else len(value) for value in values], data, self.columns)
            if "lower" in self.vocabulary.entities[kind.element.name].roles:
                self._slots(path, kind.element, values, data)
            else:
                rows[path] = self._rows(path, kind.element, values, numbers)
            return
        written = DEFAULTS.get(kind.kind)
        if kind.element is not None and kind.element.kind in ("text", "enum"):
            written = "VARCHAR[]"
        if written is not None:
            self._put(path, written, values, data, self.columns)
            is_empty = [path in facts and facts[path] is None for facts in claims]
            self._put_empty(path, is_empty, data, self.columns)

    def _put(
        self, name: str, kind: str, values: list[Any], data: dict[str, list[Any]], columns: dict[str, Column]
    ) -> None:
        columns.setdefault(name, Column(kind))
        data[name] = values

    def _put_empty(self, name: str, empty: list[bool], data: dict[str, list[Any]], columns: dict[str, Column]) -> None:
        """Beside a fact that is 空 somewhere, a column that says where."""
        if any(empty) or name + IS_NULL in columns:
            self._put(name + IS_NULL, "BOOLEAN", list(empty), data, columns)

    def _slots(self, path: str, element: Type, values: list[Any], data: dict[str, list[Any]]) -> None:
        known = sum(name.startswith(f"{path}__") for name in self.columns)
        fields = self.vocabulary.entities[element.name].fields
        most = max((len(value) for value in values if value), default=0)
        for place in range(max(most, known // len(fields))):
            for field in fields.values():
                cells = [v[place].get(field.id) if v is not None and len(v) > place else None for v in values]
                self._put(f"{path}__{place + 1}__{field.id}", DEFAULTS[field.type.kind], cells, data, self.columns)

    def _rows(self, path: str, element: Type, values: list[Any], numbers: Sequence[int]) -> dict[str, list[Any]]:
        columns = self.children.setdefault(path, {CLAIM: Column("BIGINT", True)})
        pairs = [(number, row) for number, value in zip(numbers, values, strict=True) for row in value or ()]
        data: dict[str, list[Any]] = {CLAIM: [number for number, _ in pairs]}
        for field in self.vocabulary.entities[element.name].fields.values():
            is_there = any(field.id in row for _, row in pairs)
            if field.type.kind in DEFAULTS and (is_there or field.id in columns):
                self._put(field.id, DEFAULTS[field.type.kind], [row.get(field.id) for _, row in pairs], data, columns)
                self._put_empty(
                    field.id, [field.id in row and row[field.id] is None for _, row in pairs], data, columns
                )
        return data

    def _arrow(self, columns: Mapping[str, Column], data: Mapping[str, list[Any]], size: int) -> pa.Table:
        arrays = {}
        for name, column in columns.items():
            values = data.get(name) or [None] * size
            arrays[name] = pa.array([_plain(value) for value in values], _arrow_type(column.type))
        return pa.table(arrays)

    # ── what fits ───────────────────────────────────────────────────────────────────────────────
    def _fits(self, value: Any, kind: Type) -> bool:
        if value is None:
            return True
        if kind.kind in _LIMITS:
            most, places = _LIMITS[kind.kind]
            return bool(abs(value) < most and value == round(value, places))
        if kind.kind in ("integer", "year"):
            return bool(abs(value) < _WHOLE)
        if kind.kind == "record":
            fields = self.vocabulary.entities[kind.name].fields
            return all(self._fits(item, fields[name].type) for name, item in value.items())
        if kind.kind == "list" and kind.element is not None:
            if kind.element.kind not in ("record", "text", "enum"):
                return False
            return all(self._fits(item, kind.element) for item in value)
        return True


def _arrow_type(written: str) -> pa.DataType:
    if written.startswith("DECIMAL"):
        width, scale = map(int, written[8:-1].split(","))
        return pa.decimal128(width, scale)
    return _ARROW[written]


def _plain(value: Any) -> Any:
    if isinstance(value, Month):
        return date(value.year, value.month, 1)
    return list(value) if isinstance(value, tuple) else value
