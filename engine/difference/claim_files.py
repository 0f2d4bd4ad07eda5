"""Files of claims, read row by row: Parquet, CSV, or a JSON object a line. No number passes through a binary float."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs

from policy.diagnostics import Diagnostic, PolicyError, Text

ROWS_AT_ONCE = 1024
"""How many rows of a Parquet file are in memory at a time."""

ABOUT = ("id", "region", "treatment_region", "question", "as_of")
"""The columns that are not facts."""

_DECODER = json.JSONDecoder(parse_float=Decimal, parse_int=Decimal)

NOTHING = ("null", "空")
"""A cell that says there is none; an empty cell says nothing at all."""


@attrs.frozen(eq=False)
class Claim:
    """One row: its number from 1, what it says about itself, and its facts; or what is wrong with it."""

    number: int
    about: Mapping[str, str]
    facts: Mapping[str, Any]
    problem: Text | None = None

    @property
    def id(self) -> str:
        return self.about.get("id") or str(self.number)


def read_claims(path: Path) -> Iterator[Claim]:
    """The claims of a file, one at a time. Raises PolicyError where it is no file of claims."""
    readers = {".parquet": _parquet, ".csv": _csv, ".jsonl": _jsonl, ".ndjson": _jsonl}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        message = Text(f"读不了“{path.suffix}”文件", f"cannot read `{path.suffix}` files")
        raise _refused(path, message, Text("可用 .parquet、.csv、.jsonl", "use .parquet, .csv or .jsonl"))
    return reader(path)


def count_claims(path: Path) -> int | None:
    """How many claims the file holds, where that is known without reading them."""
    if path.suffix.lower() == ".parquet":
        return int(parquet_file(path).metadata.num_rows)
    if path.suffix.lower() == ".csv":
        return None  # a cell may hold line ends
    with path.open("rb") as lines:
        return sum(1 for line in lines if line.strip())


def _refused(path: Path, message: Text, hint: Text | None = None) -> PolicyError:
    return PolicyError([Diagnostic(code="E0110", message=message, place=str(path), hint=hint)])


# ── kinds of files ──────────────────────────────────────────────────────────────────────────────────


def parquet_file(path: Path) -> Any:
    """The file opened. Raises PolicyError where it is no Parquet."""
    try:
        from pyarrow import ArrowInvalid, parquet
    except ImportError:
        message = Text("读 Parquet 需要 pyarrow", "reading Parquet needs pyarrow")
        raise _refused(path, message, Text("pip install 'tiaoli[claims]'", "pip install 'tiaoli[claims]'")) from None
    try:
        return parquet.ParquetFile(path)
    except ArrowInvalid:
        raise _refused(path, Text("不是 Parquet 文件", "this is no Parquet file")) from None


def _parquet(path: Path) -> Iterator[Claim]:
    file = parquet_file(path)
    number = 0
    for batch in file.iter_batches(batch_size=ROWS_AT_ONCE):
        for row in batch.to_pylist():
            number += 1
            yield claim_of_row(number, row, is_sparse=True)


def _csv(path: Path) -> Iterator[Claim]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        try:
            for number, row in enumerate(csv.DictReader(lines, strict=True), 1):
                is_broken = None in row or None in row.values()
                yield claim_of_cells(number, None if is_broken else row)
        except (csv.Error, UnicodeDecodeError) as error:
            raise malformed_csv(path, error) from None


def malformed_csv(path: Path, error: Exception) -> PolicyError:
    """What is told of a file that is not written as CSV is."""
    return _refused(path, Text(f"CSV 写法有误：{error}", f"malformed CSV: {error}"))


def claim_of_cells(number: int, row: Mapping[str, str] | None) -> Claim:
    """The claim of a CSV row by its titles; None is a row that has not as many cells as the header."""
    if row is None:
        return _broken(number, Text("列数与表头不符", "the row has not as many cells as the header"))
    return claim_of_row(number, {name: cell_value(text) for name, text in row.items() if text.strip()})


def cell_value(text: str) -> Any:
    """A cell as it is written; lists and records are written in JSON."""
    text = text.strip()
    if text in NOTHING:
        return None
    return _json(text) if text[0] in "[{" else text


def _jsonl(path: Path) -> Iterator[Claim]:
    with path.open("rb") as lines:
        for number, line in enumerate(filter(bytes.strip, lines), 1):
            yield claim_of_line(number, line)


def line_value(line: bytes) -> Any:
    """A line of JSON, its numbers exact. Raises ValueError and RecursionError."""
    if line[:1] == b"{" and line[1:2] != b"\0":  # UTF-8, as nearly every line is
        return _DECODER.decode(line.decode("utf-8", "surrogatepass"))
    return json.loads(line, parse_float=Decimal, parse_int=Decimal)


def claim_of_line(number: int, line: bytes) -> Claim:
    """The claim of a line of JSON."""
    try:
        row = line_value(line)
    except (ValueError, RecursionError) as error:
        return _broken(number, Text(f"JSON 写法有误：{error}", f"malformed JSON: {error}"))
    if isinstance(row, dict):
        return claim_of_row(number, row)
    return _broken(number, Text("每行应为一个 JSON 对象", "each line is a JSON object"))


def _json(text: str) -> Any:
    try:
        return json.loads(text, parse_float=Decimal, parse_int=Decimal)
    except (ValueError, RecursionError):
        return text  # the type of the fact tells what is wrong with it


# ── rows ────────────────────────────────────────────────────────────────────────────────────────────


def claim_of_row(number: int, row: Mapping[str, Any], *, is_sparse: bool = False) -> Claim:
    """A row whose facts are nested under `facts`, or are columns called `entity.field`, or both.

    In a sparse row, one of a table, null says nothing.
    """
    if is_sparse:
        row = {name: value for name, value in row.items() if value is not None}
    about = {name: str(row[name]) for name in ABOUT if row.get(name) is not None}
    nested = row.get("facts")
    if isinstance(nested, str):
        nested = _json(nested)
    if nested is not None and not isinstance(nested, Mapping):
        return _broken(number, Text("facts 应为“实体: {字段: 值}”", "`facts` is `entity: {field: value}`"), about)
    facts = {name: dict(fields) if isinstance(fields, Mapping) else fields for name, fields in _stated(nested or {})}
    strangers = []
    for name, value in row.items():
        entity, dot, field = str(name).partition(".")
        if name in ABOUT or name == "facts":
            continue
        if not dot:
            strangers.append(str(name))
            continue
        if isinstance(facts.setdefault(entity, {}), dict):
            facts[entity][field] = value
    if strangers:
        listed = "、".join(strangers)
        return _broken(number, Text(f"不认识的列：{listed}", f"unknown columns: {listed}"), about)
    return Claim(number, about, facts)


def _stated(fields: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
    """Nested facts; a column of structures has a null for each one that is not there."""
    return ((name, value) for name, value in fields.items() if value is not None)


def _broken(number: int, problem: Text, about: Mapping[str, str] | None = None) -> Claim:
    return Claim(number, about or {}, {}, problem)
