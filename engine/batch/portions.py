"""Rows of a file as they are written there, many at a time: each can be read as a claim, or a column of all at once."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import attrs
import pyarrow as pa

from engine.batch.csv_cells import BLOCK, BROKEN, cell_name, read_cells
from engine.difference.claim_files import (
    ROWS_AT_ONCE,
    Claim,
    claim_of_cells,
    claim_of_line,
    claim_of_row,
    malformed_csv,
    parquet_file,
    read_claims,
)

LINE = "line"
MOST_BYTES = 1 << 24
"""Of which a portion has no more than a block more, however many rows are asked for."""


class Form(Protocol):
    """How the rows of a file are written."""

    def claim(self, number: int, row: Mapping[str, Any]) -> Claim:
        """One row as a claim."""


@attrs.frozen
class Cells:
    """Text by titles."""

    titles: Sequence[str]

    def claim(self, number: int, row: Mapping[str, Any]) -> Claim:
        if row[BROKEN]:
            return claim_of_cells(number, None)
        return claim_of_cells(number, {title: row[cell_name(place)] for place, title in enumerate(self.titles)})


@attrs.frozen
class Lines:
    """A JSON object a line."""

    def claim(self, number: int, row: Mapping[str, Any]) -> Claim:
        return claim_of_line(number, row[LINE])


@attrs.frozen
class Values:
    """Typed columns by titles, as Parquet has them."""

    titles: Sequence[str]

    def claim(self, number: int, row: Mapping[str, Any]) -> Claim:
        named = {title: row[cell_name(place)] for place, title in enumerate(self.titles)}
        return claim_of_row(number, named, is_sparse=True)


@attrs.frozen(eq=False)
class Portion:
    """Some rows of a file by their numbers, and what is written in them."""

    form: Form
    numbers: pa.Array
    raw: pa.Table

    def __len__(self) -> int:
        return len(self.numbers)

    def take(self, places: Any) -> Portion:
        """The rows at some places."""
        return Portion(self.form, self.numbers.take(places), self.raw.take(places))

    def claims(self) -> Iterator[Claim]:
        """The rows one by one."""
        for first in range(0, len(self), ROWS_AT_ONCE):
            numbers = self.numbers[first : first + ROWS_AT_ONCE].to_pylist()
            rows = self.raw.slice(first, ROWS_AT_ONCE).to_pylist()
            for number, row in zip(numbers, rows, strict=True):
                yield self.form.claim(number, row)


def read_portions(path: Path, size: int) -> Iterator[Portion]:
    """The rows of a file, so many at a time. Raises PolicyError where it is no file of claims."""
    form, tables = _opened(path)
    number = 1
    for raw in resized(tables, size):
        yield Portion(form, pa.array(range(number, number + len(raw)), pa.int64()), raw)
        number += len(raw)


def _opened(path: Path) -> tuple[Form, Iterator[pa.Table]]:
    suffix = path.suffix.lower()
    if suffix == ".csv":
        return _csv(path)
    if suffix in (".jsonl", ".ndjson"):
        return Lines(), _lines(path)
    if suffix != ".parquet":
        read_claims(path)  # says which files can be read
    file = parquet_file(path)
    titles = file.schema_arrow.names
    names = [cell_name(place) for place in range(len(titles))]
    batches = file.iter_batches(batch_size=ROWS_AT_ONCE)
    return Values(titles), (pa.table(batch.columns, names=names) for batch in batches)


def _csv(path: Path) -> tuple[Form, Iterator[pa.Table]]:
    try:
        titles, tables = read_cells(path)
    except (csv.Error, UnicodeDecodeError) as error:
        raise malformed_csv(path, error) from None
    return Cells(titles), _told(path, tables)


def _told(path: Path, tables: Iterator[pa.Table]) -> Iterator[pa.Table]:
    try:
        yield from tables
    except (csv.Error, UnicodeDecodeError) as error:
        raise malformed_csv(path, error) from None


def _lines(path: Path) -> Iterator[pa.Table]:
    with path.open("rb") as file:
        while some := file.readlines(BLOCK):
            lines = list(filter(bytes.strip, some))
            yield pa.table({LINE: pa.array(lines, pa.large_binary())})


def resized(tables: Iterable[pa.Table], size: int) -> Iterator[pa.Table]:
    """The same rows in tables of one size, or of fewer rows where they are long."""
    kept: list[pa.Table] = []
    count = 0
    for table in tables:
        while count + len(table) >= size:
            first = size - count
            yield pa.concat_tables([*kept, table.slice(0, first)])
            kept, count, table = [], 0, table.slice(first)
        if len(table):
            kept.append(table)
            count += len(table)
        if sum(one.nbytes for one in kept) > MOST_BYTES:
            yield pa.concat_tables(kept)
            kept, count = [], 0
    if count:
        yield pa.concat_tables(kept)
