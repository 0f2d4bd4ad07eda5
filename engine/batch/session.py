"""A batch from its file to its result: portions decided one after another, kept as parts, put together at the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import attrs
import duckdb
import pyarrow as pa
from pyarrow import parquet
from sqlglot import exp

from engine.backends.sql import builders as b
from engine.backends.sql.questions import CLAUSE, REASON, STATUS
from engine.batch.carrying import Carrier, Order, deltas
from engine.batch.direct import Source, child_view, source_of
from engine.batch.flat import Flattener
from engine.batch.job import Job
from engine.batch.parts import Parts, fingerprint, ranges
from engine.batch.results import ID, delta_table
from engine.batch.running import Runner, portions
from engine.difference.claim_files import Claim, count_claims, read_claims
from policy.diagnostics import Diagnostic, PolicyError, Text

_UNREAD = "E0603:row"
DIRECT = "direct"
"""The key of the query that reads a file itself."""

WRITTEN = (".parquet", ".csv", ".jsonl", ".ndjson")


@attrs.define
class Summary:
    """How a batch came out."""

    rows: int = 0
    statuses: Counter[str] = attrs.field(factory=Counter)
    reasons: Counter[str] = attrs.field(factory=Counter)
    clauses: dict[str, Counter[str]] = attrs.field(factory=dict)
    problems: list[Diagnostic] = attrs.field(factory=list)
    left_out: dict[str, Text] = attrs.field(factory=dict)
    way: str = ""

    @property
    def is_all_determined(self) -> bool:
        return set(self.statuses) <= {"determined"}


@attrs.frozen(kw_only=True)
class Files:
    """What is read and written. `rows` are further files for lists of records, by the fact.

    With an `order` a person's claims are decided one after another within a year; with `reverse` only the year of that
    claim is, as it was and without the claim.
    """

    claims: Path
    out: Path
    rows: Mapping[str, Path] = attrs.field(factory=dict)
    resume: bool = False
    order: Order | None = None
    reverse: str = ""


class Session:
    """Runs one batch."""

    def __init__(self, job: Job, files: Files, step: Callable[[int], None] = lambda _: None) -> None:
        self.job = job
        self.files = files
        self.step = step
        self.runner = Runner(job)
        self.connection = self.runner.connection
        self.summary = Summary()

    def run(self) -> Summary:
        """Decide all claims and write the result. Raises PolicyError where the files or the call are at fault."""
        if self.files.out.suffix.lower() not in WRITTEN:
            raise PolicyError([_not_written(self.files.out)])
        self.connection.execute("SET threads = 2")
        source = None if self.files.order else self._source()
        self._settle_outputs(source)
        if self.files.reverse:
            return self._reversed()
        parts = Parts(self.files.out, self._key())
        self.files.out.parent.mkdir(parents=True, exist_ok=True)
        parts.begin(resume=self.files.resume)
        if self.files.order is not None:
            self._year_by_year(parts, self.files.order)
        elif source is not None:
            self._direct(source, parts)
        else:
            self._row_by_row(parts)
        self._count(parts)
        parts.assemble(self.connection)
        self.summary.problems = self.runner.problems
        self.summary.left_out = self.job.left_out
        return self.summary

    def _key(self) -> dict[str, Any]:
        """Everything that the parts depend on."""
        asked = self.job.asked
        return {
            "claims": fingerprint(self.files.claims),
            "rows": {path: fingerprint(file) for path, file in sorted(self.files.rows.items())},
            "revision": self.job.revision,
            "region": asked.region,
            "treatment_region": asked.treatment_region,
            "question": self.job.question.id,
            "as_of": asked.as_of,
            "outputs": list(self.job.wanted),
            "clauses": list(self.job.schema.clauses),
            "engine": asked.engine,
            "batch_rows": asked.batch_rows,
        }

    def _source(self) -> Source | None:
        """The file as the query reads it, if it can."""
        is_parquet = self.files.claims.suffix.lower() == ".parquet"
        if self.job.asked.engine != "python" and is_parquet:
            try:
                found = source_of(self.job, self.files.claims, self.files.rows, self.connection)
            except duckdb.Error as error:
                raise PolicyError([_unreadable(self.files.claims, str(error))]) from None
            if found is not None:
                return found
        if self.files.rows:
            raise PolicyError([_needs_direct(self.files)])
        return None

    def _settle_outputs(self, source: Source | None) -> None:
        """Which outputs a query can give; what it cannot is left out, or the call is refused."""
        if self.job.asked.engine == "python":
            return
        if source is not None:
            self.job.keep_what_compiles(source.tables, DIRECT)
            return
        flat = Flattener(self.job.laws.insured.policy.vocabulary, self.job.inputs)
        shape = flat.tables([], [], [])[0]
        self.job.keep_what_compiles(shape.tables(), shape.key)

    # ── the file read by the query ──────────────────────────────────────────────────────────────
    def _direct(self, source: Source, parts: Parts) -> None:
        self.summary.way = "direct"
        total = int(parquet.ParquetFile(self.files.claims).metadata.num_rows)
        size = self.job.asked.batch_rows
        everything = list(ranges(total, size)) or [(0, 0)]
        query = self.job.query(source.tables, DIRECT)
        for first, end in everything:
            if first in parts.done:
                self.step(end - first)
                continue
            self._view("claims", source.view(first, end, is_whole=len(everything) == 1))
            for path, (file, columns) in source.children.items():
                self._view(path, child_view(file, columns, "claims"))
            self._copy(query.sql, parts.path(first))
            self._reread(parts.path(first), first)
            parts.finish(first, end)
            self.step(end - first)

    def _view(self, name: str, select: exp.Select) -> None:
        table = exp.Table(this=exp.to_identifier(name, quoted=True))
        view = exp.Create(this=table, kind="VIEW", expression=select, replace=True)
        self.connection.execute(view.sql(dialect="duckdb"))

    def _copy(self, query: str, into: Path) -> None:
        spare = into.with_suffix(".tmp")
        relation = self.connection.sql(query)
        relation.write_parquet(str(spare))
        spare.replace(into)

    def _reread(self, part: Path, first: int) -> None:
        """Rows that the query could not read are read one by one: labels, codes, amounts beyond its columns."""
        query = "SELECT count(*) FROM read_parquet(?) WHERE reason = ?"
        ((count,),) = self.connection.execute(query, [str(part), _UNREAD]).fetchall()
        if not count:
            return
        whole = parquet.read_table(part)
        is_bad = [reason == _UNREAD for reason in whole[REASON].to_pylist()]
        wanted = {str(name) for name, bad in zip(whole[ID].to_pylist(), is_bad, strict=True) if bad}
        claims = [claim for claim in read_claims(self.files.claims) if claim.id in wanted]
        again = {row[ID]: row for row in self.runner.decide(claims).to_pylist()}
        rows = [
            again.get(str(row[ID]), row) if bad else row for row, bad in zip(whole.to_pylist(), is_bad, strict=True)
        ]
        arrow = whole.schema
        columns = {
            name: pa.array([_same(row.get(name), arrow.field(name)) for row in rows], arrow.field(name).type)
            for name in arrow.names
        }
        parquet.write_table(pa.table(columns), part)

    # ── the file read row by row ────────────────────────────────────────────────────────────────
    def _row_by_row(self, parts: Parts) -> None:
        self.summary.way = "rows"
        first = 0
        for portion in portions(read_claims(self.files.claims), self.job.asked.batch_rows):
            end = first + len(portion)
            if first not in parts.done:
                table = self.runner.decide(portion)
                spare = parts.path(first).with_suffix(".tmp")
                parquet.write_table(table, spare)
                spare.replace(parts.path(first))
                parts.finish(first, end)
            self.step(len(portion))
            first = end
        if not parts.done:
            parquet.write_table(self.job.schema.arrow.empty_table(), parts.path(0))
            parts.finish(0, 0)

    # ── year by year ────────────────────────────────────────────────────────────────────────────
    def _year_by_year(self, parts: Parts, order: Order) -> None:
        self.summary.way = "years"
        if 0 in parts.done:
            return
        carrier = Carrier(self.job, self.runner, order)
        table = carrier.decide(read_claims(self.files.claims), self.step)
        parquet.write_table(table, parts.path(0))
        parts.finish(0, len(table))

    def _reversed(self) -> Summary:
        """The claims after one that is reversed: what they were, what they are without it, and the difference."""
        if self.files.order is None:
            raise PolicyError([_needs_order()])
        carrier = Carrier(self.job, self.runner, self.files.order)
        before, after = carrier.without(read_claims(self.files.claims), self.files.reverse)
        parts = Parts(self.files.out, {**self._key(), "reverse": self.files.reverse})
        self.files.out.parent.mkdir(parents=True, exist_ok=True)
        parts.begin(resume=False)
        parquet.write_table(delta_table(deltas(before, after, self.job), self.job.schema), parts.path(0))
        parts.finish(0, len(after))
        parts.assemble(self.connection)
        self.summary.statuses = Counter(row[STATUS] for row in after)
        self.summary.rows = len(after)
        self.summary.problems = self.runner.problems
        return self.summary

    # ── what came out ───────────────────────────────────────────────────────────────────────────
    def _count(self, parts: Parts) -> None:
        files = parts.files()
        self.summary.statuses = self._counted(STATUS, files)
        self.summary.reasons = self._counted(REASON, files)
        self.summary.rows = sum(self.summary.statuses.values())
        for rule in self.job.schema.clauses:
            self.summary.clauses[rule] = self._counted(rule + CLAUSE, files)

    def _counted(self, name: str, files: list[str]) -> Counter[str]:
        column = b.cast(b.column(name), "VARCHAR")
        scan = exp.Anonymous(this="read_parquet", expressions=[exp.Array(expressions=[b.text(file) for file in files])])
        select = exp.Select(expressions=[column, exp.Count(this=exp.Star())]).from_(exp.Table(this=scan))
        select = select.where(b.is_known(b.column(name))).group_by(b.column(name))
        found = self.connection.execute(select.sql(dialect="duckdb")).fetchall()
        return Counter(dict(sorted(found, key=lambda pair: (-pair[1], pair[0]))))


def _same(value: Any, field: pa.Field) -> Any:
    """A value in the type of a column that the query wrote: an id may be a number there."""
    if value is not None and pa.types.is_integer(field.type) and isinstance(value, str):
        return int(value)
    return value


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
