"""A portion of a file by columns: what its rows say about themselves, their facts, and which rows are like no others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import attrs
import pyarrow as pa
import pyarrow.compute as pc

from engine.backends.sql.tables import DEFAULTS
from engine.batch.bulk import MISSING, Bulk, Typist, any_of
from engine.batch.csv_cells import BROKEN, cell_name
from engine.batch.flat import arrow_of, arrow_type, taken
from engine.batch.portions import LINE, Cells, Form, Lines, Portion, Values
from engine.difference.claim_files import ABOUT, line_value
from policy.types import TEXT, Type
from policy.values import quotable

LIMIT_LINE = 100_000
"""How long a line may be and still be read with others."""


@attrs.frozen(eq=False)
class Sheet:
    """Raw columns by their titles, cells of text or plain values; `bad` tells rows that have to be read one by one."""

    size: int
    columns: Mapping[str, pa.Array | Sequence[Any]]
    bad: pa.Array

    def typed(self, title: str, kind: Type, typist: Typist) -> Bulk:
        """One of the columns as typed values."""
        column = self.columns[title]
        return typist.of_cells(column, kind) if isinstance(column, pa.Array) else typist.of_values(column, kind)

    def about(self, title: str, kind: Type, typist: Typist) -> tuple[pa.Array, pa.Array | None]:
        """What the rows say about themselves, null where they do not, and those at fault."""
        column = self.columns.get(title)
        if column is None:
            return pa.nulls(self.size, arrow_type(DEFAULTS[kind.kind])), None
        if isinstance(column, pa.Array):
            found = typist.of_cells(column, kind)
        else:
            words = [value if value is MISSING or value is None else str(value) for value in column]
            found = typist.of_values(words, kind)
        return arrow_of(found.given.values, DEFAULTS[kind.kind], self.size), found.bad

    def take(self, places: pa.Array) -> Sheet:
        """The rows at some places."""
        return Sheet(len(places), {title: taken(c, places) for title, c in self.columns.items()}, self.bad.take(places))

    def has(self, title: str) -> pa.Array:
        """Where a column says anything."""
        column = self.columns[title]
        if isinstance(column, pa.Array):
            return pc.not_equal(column, "")
        return pa.array([value is not MISSING for value in column], pa.bool_())


def sheet_of(portion: Portion) -> Sheet:
    """The columns of a portion."""
    form = portion.form
    if isinstance(form, Cells):
        columns = {title: whole(portion.raw[cell_name(place)]) for place, title in enumerate(form.titles)}
        return Sheet(len(portion), columns, whole(portion.raw[BROKEN]))
    rows = _lines(portion.raw) if isinstance(form, Lines) else _values(form, portion.raw)
    return _of_rows(rows)


def named(ids: pa.Array, numbers: pa.Array) -> pa.Array:
    """What claims are called: rows without an id by their number."""
    return pc.coalesce(pc.if_else(pc.equal(ids, ""), None, ids), numbers.cast(pa.string()))


def names_of(portion: Portion, typist: Typist) -> pa.Array:
    """What the rows of a portion are called."""
    sheet = sheet_of(portion)
    ids, is_odd = sheet.about("id", TEXT, typist)
    odd = any_of([sheet.bad, is_odd], sheet.size)
    single = [quotable(claim.id) for claim in portion.take(pc.indices_nonzero(odd)).claims()]
    return pc.replace_with_mask(named(ids, portion.numbers), odd, pa.array(single, pa.string()))


def _lines(raw: pa.Table) -> list[Mapping[str, Any] | None]:
    return [_line(line) for line in raw[LINE].to_pylist()]


def _line(line: bytes) -> Mapping[str, Any] | None:
    """The facts of a line by their titles; None where it has to be read by itself."""
    if len(line) > LIMIT_LINE:
        return None
    try:
        row = line_value(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(row, dict):
        return None
    return _flat(row) if "facts" in row else row


def _values(form: Form, raw: pa.Table) -> list[Mapping[str, Any] | None]:
    assert isinstance(form, Values)
    names = {cell_name(place): title for place, title in enumerate(form.titles)}
    rows = raw.to_pylist()
    stated = ({names[name]: value for name, value in row.items() if value is not None} for row in rows)
    return [_flat(row) if "facts" in row else row for row in stated]


def _flat(row: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """A row whose facts are nested, with a title for each."""
    nested = row["facts"]
    if not isinstance(nested, Mapping | None):
        return None
    flat: dict[str, Any] = {}
    for entity, fields in (nested or {}).items():
        if fields is None:
            continue
        if not isinstance(fields, Mapping) or not fields or "." in entity:
            return None
        flat |= {f"{entity}.{field}": value for field, value in fields.items()}
    return {**flat, **{title: value for title, value in row.items() if title != "facts"}}


def _of_rows(rows: Sequence[Mapping[str, Any] | None]) -> Sheet:
    bad = pa.array([row is None for row in rows], pa.bool_())
    stated = [row or {} for row in rows]
    titles = dict.fromkeys(title for row in stated for title in row)
    columns = {title: [row.get(title, MISSING) for row in stated] for title in titles}
    return Sheet(len(rows), columns, bad)


def strangers(sheet: Sheet, titles: Iterable[str]) -> pa.Array:
    """Rows that say something under titles that are no facts of the question."""
    return any_of([sheet.has(title) for title in titles if title not in ABOUT], sheet.size)


def whole(column: pa.ChunkedArray) -> pa.Array:
    """A column in one piece."""
    found = column.combine_chunks()
    return pa.concat_arrays(found.chunks) if isinstance(found, pa.ChunkedArray) else found
