"""Typed Parquet decided by a prepared query that reads it itself, part by part."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import duckdb

from engine.batch.files import Files
from engine.batch.parts import Parts, fingerprint, ranges
from engine.batch.prepared import END, FIRST, Prepared, given
from engine.batch.summary import Summary

if TYPE_CHECKING:
    from policy.diagnostics import Diagnostic

LIMIT_ROW_GROUP = 61_440
"""Rows written together: a thread keeps no more than these in memory."""

WAY = "direct"

INTERRUPTED = "Query interrupted"

Reread = Callable[[Path], "list[Diagnostic]"]
"""Reads the rows of a part that the query could not read one by one; tells what is wrong with them."""

Step = Callable[[int], None]
"""Told how many more claims are done."""


class Run(NamedTuple):
    """A batch: its files, how many claims there are and how many make a part, and whom to tell."""

    files: Files
    rows: int
    batch_rows: int
    reread: Reread
    step: Step


def connect(memory_limit: str, threads: int | None) -> duckdb.DuckDBPyConnection:
    """A database in memory; it takes all processors where nothing is said."""
    connection = duckdb.connect()
    connection.execute("SET memory_limit = ?", [memory_limit])
    if threads is not None:
        connection.execute("SET threads = ?", [threads])
    return connection


@contextmanager
def interruptible() -> Iterator[None]:
    """Where a person stops a query, that is what is raised: DuckDB says it in words of its own."""
    try:
        yield
    except RuntimeError as error:
        if str(error) != INTERRUPTED:
            raise
        raise KeyboardInterrupt from None
    except duckdb.InterruptException:
        raise KeyboardInterrupt from None


def key_of(files: Files, about: Mapping[str, Any], batch_rows: int) -> dict[str, Any]:
    """Everything that parts depend on."""
    rows = {path: fingerprint(file) for path, file in sorted(files.rows.items())}
    return {"claims": fingerprint(files.claims), "rows": rows, **about, "batch_rows": batch_rows}


@interruptible()
def decide(connection: duckdb.DuckDBPyConnection, prepared: Prepared, run: Run) -> Summary:
    """Decide all claims of a file and write the result. Raises PolicyError where the parts are of another run."""
    summary = Summary(WAY)
    parts = Parts(run.files.out, key_of(run.files, prepared.about, run.batch_rows))
    parts.begin(resume=run.files.resume)
    portions = list(ranges(run.rows, run.batch_rows)) or [(0, 0)]
    _views(connection, prepared, run.files, is_whole=len(portions) == 1)
    for first, end in portions:
        if first not in parts.done:
            connection.execute(f"SET VARIABLE {FIRST} = {first:d}")
            connection.execute(f"SET VARIABLE {END} = {end:d}")
            _copy(connection, prepared.query, parts.path(first))
            if _has_unread(connection, prepared, parts.path(first)):
                summary.problems += run.reread(parts.path(first))
            parts.finish(first, end)
        run.step(end - first)
    summary.count(connection, parts.files(), prepared.columns)
    summary.left_out = prepared.left_out_texts()
    parts.assemble(connection)
    return summary


def _views(connection: duckdb.DuckDBPyConnection, prepared: Prepared, files: Files, *, is_whole: bool) -> None:
    connection.read_parquet(str(files.claims), file_row_number=True).create_view(given())
    for path, file in files.rows.items():
        connection.read_parquet(str(file), file_row_number=True).create_view(given(path))
    for whole, some in (prepared.claims, *prepared.children.values()):
        connection.execute(whole if is_whole else some)


def _copy(connection: duckdb.DuckDBPyConnection, query: str, into: Path) -> None:
    spare = into.with_suffix(".tmp")
    connection.sql(query).write_parquet(str(spare), row_group_size=LIMIT_ROW_GROUP)
    spare.replace(into)


def _has_unread(connection: duckdb.DuckDBPyConnection, prepared: Prepared, part: Path) -> bool:
    if not prepared.unread:
        return False
    _, reason, _ = prepared.counted
    query = f"SELECT count(*) FROM read_parquet($part) WHERE {reason} = $unread"
    ((count,),) = connection.execute(query, {"part": str(part), "unread": prepared.unread}).fetchall()
    return bool(count)
