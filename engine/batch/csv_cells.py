"""CSV → tables of text, many rows at a time; what is written in an unusual way is read by the csv module."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv

BROKEN: Final = "broken"
"""The column that tells rows whose cells are not as many as the header's."""

BLOCK: Final = 1 << 23
"""How many bytes are in memory at a time."""

_MOST: Final = 1 << 26
"""A row longer than this is left to the csv module, which refuses cells that are too long."""

_LIMIT_ROWS: Final = 10_000
_BOM: Final = b"\xef\xbb\xbf"
_WITHIN: Final = re.compile(rb'[^,\n"]"|"[^,\r\n"]')
"""Around cells in quotes: a quote that does not stand at an end of its cell."""


def cell_name(place: int) -> str:
    """What a column is called here, whatever its title."""
    return f"c{place}"


def read_cells(path: Path) -> tuple[list[str], Iterator[pa.Table]]:
    """The titles of a CSV file, and its rows as text. Raises csv.Error and UnicodeDecodeError, as the csv module does."""
    file = path.open("rb")
    titles = _titles(file)
    if titles is not None:
        return titles, _blocks(file, len(titles))
    rows = _rows(file, 0)
    titles = next(rows, [])
    return titles, _written(rows, len(titles))


def _titles(file: BinaryIO) -> list[str] | None:
    """The titles where they are one plain line; the file then stands after it."""
    line = file.readline(BLOCK)
    start = line.removeprefix(_BOM)
    if not line.endswith(b"\n") or b'"' in line or b"\r" in line.rstrip(b"\r\n") or not start.strip():
        return None
    try:
        titles = start.decode().rstrip("\r\n").split(",")
    except UnicodeDecodeError:
        return None
    return titles if len(set(titles)) == len(titles) else None


# ── many rows at a time ─────────────────────────────────────────────────────────────────────────────


def _blocks(file: BinaryIO, width: int) -> Iterator[pa.Table]:
    """The rows after the titles. From a block on that is not plain, the csv module reads the rest of the file."""
    kept = b""
    with file:
        while read := file.read(BLOCK):
            block = kept + read
            cut = _row_end(block)
            kept = block[cut:]
            if (cut and not _is_plain(block[:cut])) or len(kept) > _MOST:
                yield from _written(_rows(file, file.tell() - len(block)), width)
                return
            if cut:
                yield from _table(block[:cut], width)
        if kept and _is_plain(kept):
            yield from _table(kept, width)
        elif kept:
            yield from _written(_rows(file, file.tell() - len(kept)), width)


def _row_end(block: bytes) -> int:
    """Where the last row that is whole ends: a line end with quotes in pairs before it."""
    end = block.rfind(b"\n")
    quotes = block.count(b'"', 0, end) if end >= 0 else 0
    while end >= 0 and quotes % 2:
        before = block.rfind(b"\n", 0, end)
        quotes -= block.count(b'"', max(before, 0), end)
        end = before
    return end + 1


def _is_plain(block: bytes) -> bool:
    """Whether every reader takes the bytes for the same cells: quotes only around cells and doubled within them."""
    if b"\0" in block or block.startswith(_BOM) or block.count(b"\r") != block.count(b"\r\n"):
        return False
    if b'"' not in block:
        return True
    parts = block.split(b'"')
    return len(parts) % 2 == 1 and not _WITHIN.search(b'"'.join(parts[::2]))


def _table(block: bytes, width: int) -> Iterator[pa.Table]:
    names = [cell_name(place) for place in range(width)]
    try:
        found = arrow_csv.read_csv(
            io.BytesIO(block),
            read_options=arrow_csv.ReadOptions(use_threads=False, block_size=len(block) + 1, column_names=names),
            parse_options=arrow_csv.ParseOptions(newlines_in_values=True),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid:  # a row with too few or too many cells, or bytes that are no text
        yield from _written(_rows(io.BytesIO(block), 0, "utf-8"), width)
        return
    longest = max((pc.max(pc.binary_length(column)).as_py() or 0 for column in found.columns), default=0)
    if longest > csv.field_size_limit():
        yield from _written(_rows(io.BytesIO(block), 0, "utf-8"), width)
    else:
        yield found.append_column(BROKEN, pa.repeat(pa.scalar(False), len(found)))


# ── row by row ──────────────────────────────────────────────────────────────────────────────────────


def _rows(file: BinaryIO, start: int, encoding: str = "") -> Iterator[list[str]]:
    file.seek(start)
    with io.TextIOWrapper(file, encoding=encoding or ("utf-8" if start else "utf-8-sig"), newline="") as lines:
        yield from csv.reader(lines, strict=True)


def _written(rows: Iterator[list[str]], width: int) -> Iterator[pa.Table]:
    """Rows of the csv module as tables; empty ones count for nothing."""
    names = [cell_name(place) for place in range(width)]
    while some := list(islice(filter(None, rows), _LIMIT_ROWS)):
        is_broken = [len(row) != width for row in some]
        whole: Sequence[Sequence[str]] = [
            [""] * width if bad else row for row, bad in zip(some, is_broken, strict=True)
        ]
        columns = [pa.array(column, pa.string()) for column in zip(*whole, strict=True)]
        yield pa.table([*columns, pa.array(is_broken)], names=[*names, BROKEN])
