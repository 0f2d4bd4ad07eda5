"""A batch from its file to its result: portions decided one after another, kept as parts, put together at the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
from pyarrow import parquet

from engine.backends.sql.questions import CLAUSE, REASON, STATUS
from engine.batch import direct_run
from engine.batch.carrying import Carrier, deltas
from engine.batch.described import Described, described
from engine.batch.files import WRITTEN
from engine.batch.files import Files as Files
from engine.batch.job import Job
from engine.batch.names import NUMBER
from engine.batch.parts import Parts
from engine.batch.portions import read_portions
from engine.batch.preparing import prepare
from engine.batch.rereading import Rereader
from engine.batch.results import delta_table
from engine.batch.running import Runner
from engine.batch.sizes import LIMIT_FIRST_ROWS, LIMIT_READ
from engine.batch.summary import Columns
from engine.batch.summary import Summary as Summary
from engine.difference.claim_files import Claim, count_claims, read_claims
from policy.diagnostics import Diagnostic, PolicyError, Text


class Session:
    """Runs one batch."""

    def __init__(self, job: Job, files: Files, step: Callable[[int], None] = lambda _: None) -> None:
        self.job = job
        self.files = files
        self.step = step
        self.connection = direct_run.connect(job.asked.memory_limit, job.asked.threads)

    @cached_property
    def runner(self) -> Runner:
        """What decides claims that are read row by row."""
        order = self.files.order
        return Runner(self.job, (order.person, order.day) if order else ())

    @direct_run.interruptible()
    def run(self) -> Summary:
        """Decide all claims and write the result. Raises PolicyError where the files or the call are at fault."""
        if self.files.out.suffix.lower() not in WRITTEN:
            raise PolicyError([_not_written(self.files.out)])
        if self.job.asked.engine == "spark":
            return self._on_spark()
        if self.files.order is None and not self.files.reverse:
            found = self._directly()
            if found is not None:
                return found
        self._settle()
        if self.files.reverse:
            return self._reversed()
        if self.files.order is not None:
            return self._in_parts("years", self._year_by_year)
        return self._in_parts("rows", self._row_by_row)

    # ── the file read by the query ──────────────────────────────────────────────────────────────
    def _directly(self) -> Summary | None:
        """All claims by a query that reads the file itself, if it can. Raises CompileRefusal."""
        is_parquet = self.files.claims.suffix.lower() == ".parquet"
        if self.job.asked.engine != "python" and is_parquet:
            claims = self._described(self.files.claims)
            children = {path: self._described(file) for path, file in self.files.rows.items()}
            prepared = prepare(self.job, claims, children)
            if prepared is not None:
                mend = Rereader(self.job, self.connection, self.files.rows).mend
                run = direct_run.Run(self.files, claims.rows, self.job.asked.batch_rows, mend, self.step)
                return direct_run.decide(self.connection, prepared, run)
        if self.files.rows:
            raise PolicyError([_needs_direct(self.files)])
        return None

    def _on_spark(self) -> Summary:
        """All claims by the same query on a cluster. Raises CompileRefusal."""
        from engine.batch import spark_run

        claims = self.files.claims
        if claims.suffix.lower() != ".parquet" or self.files.order is not None or self.files.reverse:
            raise PolicyError([spark_run.only_typed(claims)])
        children = {path: self._described(file) for path, file in self.files.rows.items()}
        batch = spark_run.Batch(self.job, self.files, self._described(claims), children)
        return spark_run.decide(self.connection, batch, self.step)

    def _described(self, path: Path) -> Described:
        try:
            return described(self.connection, path)
        except duckdb.Error as error:
            count_claims(path)  # tells in our words what is no Parquet file at all
            raise PolicyError([_unreadable(path, str(error))]) from None

    # ── claims read by us ───────────────────────────────────────────────────────────────────────
    def _settle(self) -> None:
        """Which outputs a query can give; what it cannot is left out, or the call is refused."""
        if self.job.asked.engine != "python":
            shape = self.runner.shape_of(next(read_portions(self.files.claims, LIMIT_FIRST_ROWS), None))
            self.job.settled(shape.tables(), shape.key)

    def _key(self) -> dict[str, Any]:
        return direct_run.key_of(self.files, self.job.about(), self.job.asked.batch_rows)

    def _in_parts(self, way: str, decide: Callable[[Parts], None]) -> Summary:
        """Decide part by part, and put the parts together."""
        summary = Summary(way)
        parts = Parts(self.files.out, self._key())
        parts.begin(resume=self.files.resume)
        decide(parts)
        clauses = {rule: rule + CLAUSE for rule in self.job.schema.clauses}
        summary.count(self.connection, parts.files(), Columns(STATUS, REASON, clauses))
        parts.assemble(self.connection)
        summary.problems = self.runner.problems
        summary.left_out = self.job.left_out
        return summary

    def _row_by_row(self, parts: Parts) -> None:
        first = 0
        for portion in read_portions(self.files.claims, min(self.job.asked.batch_rows, LIMIT_READ)):
            end = first + len(portion)
            if first not in parts.done:
                _write(parts, first, end, self.runner.decide_portion(portion))
            self.step(len(portion))
            first = end
        if not parts.done:
            _write(parts, 0, 0, self.job.schema.arrow.empty_table())

    def _year_by_year(self, parts: Parts) -> None:
        if 0 not in parts.done:
            parts.finish(0, self._carrier(parts).decide(self.files.claims, parts.path(0), self.step))

    def _carrier(self, parts: Parts) -> Carrier:
        """What decides a person's claims one after another."""
        if self.files.order is None:
            raise PolicyError([_needs_order()])
        return Carrier(self.job, self.runner, self.files.order, parts.folder / "years")

    def _reversed(self) -> Summary:
        """The claims after one that is reversed: what they were, what they are without it, and the difference."""
        parts = Parts(self.files.out, {**self._key(), "reverse": self.files.reverse})
        carrier = self._carrier(parts)
        parts.begin(resume=False)
        before, after = carrier.without(self.files.claims, self.files.reverse)
        _write(parts, 0, len(after), delta_table(deltas(before, after, self.job), self.job.schema))
        parts.assemble(self.connection)
        summary = Summary("years")
        summary.statuses = Counter(row[STATUS] for row in after)
        summary.rows = len(after)
        summary.problems = self.runner.problems
        return summary


def _write(parts: Parts, first: int, end: int, table: pa.Table) -> None:
    """A part without the numbers of its rows: it is in their order."""
    spare = parts.path(first).with_suffix(".tmp")
    parquet.write_table(table.drop_columns([NUMBER]) if NUMBER in table.column_names else table, spare)
    spare.replace(parts.path(first))
    parts.finish(first, end)


def total_of(files: Files) -> int | None:
    """How many claims there are, where that is known without reading them."""
    return count_claims(files.claims)


def explained(job: Job, files: Files, name: str) -> Claim | None:
    """The claim of that id, or the row of that number."""
    return next((claim for claim in read_claims(files.claims) if name == claim.id), None)


def _needs_order() -> Diagnostic:
    message = Text("冲销一笔要写明按谁、按什么次序", "to reverse a claim say whose claims they are and in which order")
    hint = Text("加上 --person 和 --order", "add --person and --order")
    return Diagnostic(code="E0110", message=message, place="--reverse", hint=hint)


def _not_written(out: Path) -> Diagnostic:
    zh, en = f"写不了“{out.suffix}”文件", f"cannot write `{out.suffix}` files"
    return Diagnostic(
        code="E0110",
        message=Text(zh, en),
        place=str(out),
        hint=Text("可用 .parquet、.csv、.jsonl", "use .parquet, .csv or .jsonl"),
    )


def _unreadable(path: Path, words: str) -> Diagnostic:
    first = words.splitlines()[0]
    return Diagnostic(code="E0110", message=Text(f"读不了：{first}", f"cannot be read: {first}"), place=str(path))


def _needs_direct(files: Files) -> Diagnostic:
    return Diagnostic(
        code="E0110",
        message=Text(
            "另有明细文件时，各文件都须是列类型与事实一致的 Parquet",
            "with further files of rows every file must be Parquet typed as the facts are",
        ),
        place=str(files.claims),
        hint=Text(
            "金额用 DECIMAL(12,2)，或把明细写在费用行里", "amounts as DECIMAL(12,2), or the rows inside the claims"
        ),
    )
