"""Rows that a query could not read - labels, codes, amounts beyond its columns - decided one by one after it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet

from engine.backends.sql.questions import REASON
from engine.backends.sql.tables import IS_NULL
from engine.batch.job import Job
from engine.batch.names import ID
from engine.batch.portions import read_portions
from engine.batch.prepared import END, FIRST, given
from engine.batch.preparing import UNREAD
from engine.batch.running import Runner
from policy.diagnostics import Diagnostic

LIMIT_AT_ONCE = 20_000
"""How many such rows are in memory at a time, as far as row groups allow."""


class Rereader:
    """Mends the parts of one batch."""

    def __init__(self, job: Job, connection: duckdb.DuckDBPyConnection, rows: Mapping[str, Path]) -> None:
        self.job = job
        self.connection = connection
        self.rows = rows

    @cached_property
    def runner(self) -> Runner:
        """What decides claims one by one; most batches never need it."""
        return Runner(self.job)

    def mend(self, part: Path) -> list[Diagnostic]:
        """Put decisions in the place of rows that were not read; tells what is wrong with those that cannot be."""
        problems: list[Diagnostic] = []
        spare = part.with_suffix(".mended")
        with parquet.ParquetFile(part) as file:
            schema = pa.schema([(field.name, field.type) for field in file.schema_arrow])
            with parquet.ParquetWriter(spare, schema) as writer:
                for groups in _portions(file):
                    self.runner.problems = []  # told in the order of rows, which are counted anew
                    again = self._decided(file, groups, part.with_suffix(".unread.parquet"))
                    problems += self.runner.problems
                    for group in groups:
                        writer.write_table(_mended(file.read_row_group(group), again, schema))
        spare.replace(part)
        return problems

    def _decided(self, file: Any, groups: list[int], spare: Path) -> pa.Table | None:
        """The rows of some row groups that were not read, decided; their ids are texts."""
        columns = file.read_row_groups(groups, columns=[ID, REASON])
        wanted = columns.filter(pc.equal(columns[REASON], UNREAD))[ID].cast(pa.string()).to_pylist()
        if not wanted:
            return None
        has_id = ID in self.connection.table(given()).columns
        name = ID if has_id else "file_row_number + 1"
        query = (
            f"SELECT {name} AS {ID}, * EXCLUDE (file_row_number{f', {ID}' if has_id else ''}) FROM {given()} "
            f"WHERE file_row_number >= getvariable('{FIRST}') AND file_row_number < getvariable('{END}') "
            f"AND ({name})::VARCHAR IN (SELECT unnest($wanted)) ORDER BY file_row_number"
        )
        found = self.connection.sql(query, params={"wanted": wanted})
        if self.rows:
            parquet.write_table(self._with_lists(found.to_arrow_table(), wanted), spare)
        else:
            found.write_parquet(str(spare))
        try:
            return pa.concat_tables([self.runner.decide_portion(some) for some in read_portions(spare, LIMIT_AT_ONCE)])
        finally:
            spare.unlink()

    def _with_lists(self, claims: pa.Table, wanted: list[str]) -> pa.Table:
        """The claims with the rows of their lists among their facts."""
        facts: dict[str, dict[str, dict[str, list[Any]]]] = {name: {} for name in wanted}
        for path, file in self.rows.items():
            entity, _, field = path.partition(".")
            for name in wanted:
                facts[name].setdefault(entity, {})[field] = []
            query = (
                "SELECT * EXCLUDE (file_row_number) FROM read_parquet($file, file_row_number = true) "
                "WHERE claim_id::VARCHAR IN (SELECT unnest($wanted)) ORDER BY file_row_number"
            )
            rows = self.connection.sql(query, params={"file": str(file), "wanted": wanted}).to_arrow_table()
            for row in rows.to_pylist():
                facts[str(row.pop("claim_id"))][entity][field].append(_stated(row))
        counted = [name for name in claims.column_names if _fact(name) in self.rows]  # how long the lists are
        for title in counted:
            entity, _, field = _fact(title).partition(".")
            for name, count in zip(claims[ID].to_pylist(), claims[title].to_pylist(), strict=True):
                if count is None:  # no list was given
                    facts[str(name)][entity].pop(field)
        told = [json.dumps(facts[str(name)], default=_as_text) for name in claims[ID].to_pylist()]
        return claims.drop_columns(counted).append_column("facts", pa.array(told, pa.string()))


def _as_text(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _fact(column: str) -> str:
    return column if "." in column else column.replace("__", ".", 1)


def _stated(row: Mapping[str, Any]) -> dict[str, Any]:
    """What a row of a list states: null says nothing, unless the column beside it says 空."""
    stated = {name: value for name, value in row.items() if value is not None and not name.endswith(IS_NULL)}
    return stated | {
        name.removesuffix(IS_NULL): None for name, value in row.items() if name.endswith(IS_NULL) and value
    }


def _portions(file: Any) -> Iterator[list[int]]:
    """The row groups, so many at a time that the rows to be decided are not too many."""
    portion: list[int] = []
    waiting = 0
    for group in range(file.num_row_groups):
        reasons = file.read_row_group(group, columns=[REASON])[REASON]
        count = pc.sum(pc.equal(reasons, UNREAD)).as_py() or 0
        if portion and waiting + count > LIMIT_AT_ONCE:
            yield portion
            portion, waiting = [], 0
        portion.append(group)
        waiting += count
    yield portion


def _mended(table: pa.Table, again: pa.Table | None, schema: pa.Schema) -> pa.Table:
    """Rows of a part, with those that were not read taken from what was decided again."""
    table = table.cast(schema)
    if again is None:
        return table
    place = {name: number for number, name in enumerate(again[ID].to_pylist(), len(table))}
    is_unread = pc.fill_null(pc.equal(table[REASON], UNREAD), False).to_pylist()
    ids = table[ID].cast(pa.string()).to_pylist()
    taken = [place.get(name, own) if bad else own for own, (name, bad) in enumerate(zip(ids, is_unread, strict=True))]
    known = pa.table({field.name: again[field.name].cast(field.type) for field in schema}, schema)
    return pa.concat_tables([table, known]).take(pa.array(taken, pa.int64())).combine_chunks()
