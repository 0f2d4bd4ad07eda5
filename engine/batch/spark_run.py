"""Typed Parquet decided on a Spark cluster: the same query, cut into stages, and the same result in one file."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import attrs
import duckdb
from pyarrow import parquet
from sqlglot import exp

from engine.backends.sql.questions import CLAUSE, REASON, STATUS
from engine.batch.described import Described
from engine.batch.direct import Source, source_of
from engine.batch.direct_run import key_of
from engine.batch.files import Files
from engine.batch.job import Job
from engine.batch.names import NUMBER
from engine.batch.parts import Parts
from engine.batch.prepared import END, FIRST, given
from engine.batch.preparing import UNREAD
from engine.batch.rereading import Rereader
from engine.batch.spark import Cluster, connect, failed
from engine.batch.summary import Columns, Summary
from policy.diagnostics import Diagnostic, PolicyError, Text

WAY = "spark"


@attrs.frozen(eq=False)
class Batch:
    """What is decided: a job, its files, and what those say of themselves."""

    job: Job
    files: Files
    claims: Described
    children: Mapping[str, Described]


def decide(connection: duckdb.DuckDBPyConnection, batch: Batch, step: Callable[[int], None]) -> Summary:
    """Decide all claims of a file and write the result. Raises PolicyError and CompileRefusal."""
    job, files = batch.job, batch.files
    source = source_of(job, batch.claims, batch.children)
    if source is None:
        raise PolicyError([only_typed(files.claims)])
    query = job.settled(source.tables, WAY)
    parts = Parts(files.out, key_of(files, job.about(), batch.claims.rows))
    parts.begin(resume=files.resume)
    summary = Summary(WAY)
    if sum(end - first for first, (end, _) in parts.done.items()) < max(batch.claims.rows, 1):
        found = _computed(batch, source, query.tree, parts.folder)
        summary.problems = _mended(connection, batch, found)
        for first, end, file in found:
            file.replace(parts.path(first))
            parts.finish(first, end)
    step(batch.claims.rows)
    clauses = {rule: rule + CLAUSE for rule in job.schema.clauses}
    summary.count(connection, parts.files(), Columns(STATUS, REASON, clauses))
    summary.left_out = job.left_out
    parts.assemble(connection)
    return summary


# ── in Spark ────────────────────────────────────────────────────────────────────────────────────────


def _computed(batch: Batch, source: Source, tree: exp.Expression, folder: Path) -> list[tuple[int, int, Path]]:
    """Files with the rows of the result, in order: from which row, to which (not included), and where they are."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    asked = batch.job.asked
    for name in ("steps", "decided"):
        shutil.rmtree(folder / name, ignore_errors=True)
    session = connect(asked.master, asked.memory_limit)
    cluster = Cluster(session, folder / "steps")
    try:
        cluster.read(given(), batch.files.claims)
        cluster.view(source.tables.claims.name, source.view(is_whole=True))
        for path, file in batch.files.rows.items():
            cluster.read(given(path), file)
            cluster.view(path, source.rows_view(path, is_whole=True))
        assert isinstance(tree, exp.Select)
        cluster.run(tree, NUMBER, folder / "decided")
    except (PySparkException, Py4JError) as error:
        raise PolicyError([failed(asked.master, error)]) from None
    finally:
        cluster.close()
    return _in_order(folder / "decided")


def _in_order(folder: Path) -> list[tuple[int, int, Path]]:
    found: list[tuple[int, int, Path]] = []
    first = 0
    for file in sorted(folder.glob("part-*.parquet")):
        end = first + int(parquet.ParquetFile(file).metadata.num_rows)
        if end > first or not found:
            found.append((first, end, file))
            first = end
    return found


# ── after it ────────────────────────────────────────────────────────────────────────────────────────


def _mended(
    connection: duckdb.DuckDBPyConnection, batch: Batch, found: list[tuple[int, int, Path]]
) -> list[Diagnostic]:
    """Rows that the query could not read are decided one by one; tells what is wrong with those that cannot be."""
    problems: list[Diagnostic] = []
    connection.read_parquet(str(batch.files.claims), file_row_number=True).create_view(given())
    asked = attrs.evolve(batch.job.asked, engine="duckdb", outputs=list(batch.job.wanted))
    rereader = Rereader(Job(asked), connection, batch.files.rows)
    for first, end, part in found:
        ((count,),) = connection.execute(
            f"SELECT count(*) FROM read_parquet($file) WHERE {REASON} = $unread", {"file": str(part), "unread": UNREAD}
        ).fetchall()
        if count:
            connection.execute(f"SET VARIABLE {FIRST} = {first:d}")
            connection.execute(f"SET VARIABLE {END} = {end:d}")
            problems += rereader.mend(part)
    return problems


def only_typed(claims: Path) -> Diagnostic:
    """That a cluster reads nothing else."""
    return Diagnostic(
        code="E0110",
        message=Text(
            "Spark 只读列类型与事实一致的 Parquet，也不逐年累计",
            "Spark reads only Parquet typed as the facts are, and carries no person's year",
        ),
        place=str(claims),
        hint=Text(
            "金额用 DECIMAL(12,2)、枚举用标识，或用 --engine duckdb",
            "amounts as DECIMAL(12,2), words by their ids, or use --engine duckdb",
        ),
    )
