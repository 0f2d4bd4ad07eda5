"""Batches of claims through a query or the reference evaluator, part by part."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import Any, Protocol

import attrs
import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from engine.backends.sql.questions import Query
from engine.batch.flat import CLAIMS, ROW, Flattener, Shape
from engine.batch.job import Job
from engine.batch.placing import unplaced
from engine.batch.portions import Portion
from engine.batch.reading import AmendsColumns, ColumnReader, Ready
from engine.batch.results import ID, NUMBER, error_row, row_of, table_of
from engine.difference.claim_files import Claim
from engine.evaluator import Laws
from engine.facts import Facts, read_facts
from policy.diagnostics import Diagnostic, Text
from policy.types import INSTANT
from policy.values import ValueProblemError, typed

LIMIT_SINGLY = 10_000
"""How many rows that are read one by one are in memory at a time."""


@attrs.frozen(eq=False)
class Read:
    """A claim read: its typed facts, the day stated with it and its place of treatment; or what is wrong with it."""

    claim: Claim
    facts: Facts
    day: Any
    laws: Laws
    problem: tuple[str, str] | None = None


class Amends(AmendsColumns, Protocol):
    """What is known of claims from elsewhere, for rows that are decided together and for others."""

    def one(self, read: Read, place: int) -> Read:
        """A claim with what is known beside it; `place` is that of its row in the portion."""


class Prepared:
    """A query made ready once, for tables of one shape: planning it can take longer than deciding many claims."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, query: Query, tables: Mapping[str, pa.Table]) -> None:
        self.connection = connection.cursor()
        self.feeds = {name: _Feed(table) for name, table in tables.items()}
        for name, feed in self.feeds.items():
            self.connection.register(name, feed)
        self.connection.execute(f"PREPARE asked AS {query.sql}")

    def __call__(self, tables: Mapping[str, pa.Table]) -> pa.Table:
        """The query's rows for some tables."""
        for name, feed in self.feeds.items():
            feed.table = tables[name]
        found = self.connection.sql("EXECUTE asked").to_arrow_table()
        for feed in self.feeds.values():
            feed.table = feed.table.slice(0, 0)
        return found


@attrs.define(eq=False)
class _Feed:
    """A table whose rows change from one run of a query to the next."""

    table: pa.Table

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.table.__arrow_c_stream__(requested_schema)


class Runner:
    """Decides portions of claims, one after another. `placing` are columns that are no facts."""

    def __init__(self, job: Job, placing: Sequence[str] = ()) -> None:
        self.job = job
        self.flatteners: dict[str, Flattener] = {}
        self._told_of: list[tuple[int, Diagnostic]] = []
        self._prepared: dict[Any, Prepared] = {}
        self._accepted: dict[str, frozenset[str]] = {}
        self.connection = duckdb.connect()
        self.connection.execute("SET memory_limit = ?", [job.asked.memory_limit])
        self.connection.execute("SET enable_progress_bar = false")
        self.reader = ColumnReader(job, self._flattener, self._inputs, placing)

    @property
    def problems(self) -> list[Diagnostic]:
        """What is wrong with claims, in their order."""
        return [problem for _, problem in sorted(self._told_of, key=itemgetter(0))]

    @problems.setter
    def problems(self, told: Sequence[Diagnostic]) -> None:
        self._told_of = list(enumerate(told))

    def shape_of(self, portion: Portion | None) -> Shape:
        """Which columns tables have: one for each fact of the question, and lists as some rows have them."""
        flat = self._flattener(self.job.laws)
        shape, _ = flat.tables([], [], [])
        for ready in self.reader.read(portion)[0] if portion is not None else ():
            shape, _ = flat.tables_of(ready.numbers, ready.given, ready.days)
        return shape

    def decide_portion(self, portion: Portion, amends: Amends | None = None) -> pa.Table:
        """A row for every row of a portion: most are decided together, the others one by one."""
        if self.job.asked.engine == "python":
            return self._singly(portion, pa.array(range(len(portion)), pa.int64()), amends)
        together, rest = self.reader.read(portion, amends)
        tables = [self._together(ready) for ready in together]
        if len(rest) or not tables:
            tables.append(self._singly(portion, rest, amends))
        return pa.concat_tables(tables).sort_by(NUMBER)

    def _singly(self, portion: Portion, places: pa.Array, amends: Amends | None) -> pa.Table:
        """The rows at some places, each read by itself."""
        tables = [table_of([], self.job.schema)]
        for first in range(0, len(places), LIMIT_SINGLY):
            some = places[first : first + LIMIT_SINGLY]
            read = [self.read(claim) for claim in portion.take(some).claims()]
            if amends is not None:
                read = [amends.one(one, place) for one, place in zip(read, some.to_pylist(), strict=True)]
            tables.append(self.decide_read(read))
        return pa.concat_tables(tables)

    def decide(self, claims: Sequence[Claim]) -> pa.Table:
        """A row for every claim, in their order."""
        return self.decide_read([self.read(claim) for claim in claims])

    def decide_read(self, read: Sequence[Read]) -> pa.Table:
        """A row for every claim read."""
        rows: list[dict[str, Any]] = []
        tables: list[pa.Table] = []
        by_law: dict[str, list[Read]] = {}
        for one in read:
            if one.problem is not None:
                rows.append(error_row(*one.problem, one.claim.number, one.claim.id))
            elif self.job.asked.engine == "python" or not self._flattener(one.laws).holds(one.facts.values):
                rows.append(self._by_reference(one))
            else:
                by_law.setdefault(one.laws.treatment.region.id, []).append(one)
        for those in by_law.values():
            tables.append(self._by_query(those))
        if rows:
            tables.append(table_of(rows, self.job.schema))
        table = pa.concat_tables(tables) if tables else table_of([], self.job.schema)
        return table.sort_by(NUMBER)

    # ── reading ─────────────────────────────────────────────────────────────────────────────────
    def read(self, claim: Claim) -> Read:
        """The typed facts of a claim; what is wrong with it is kept among the problems."""
        job = self.job
        claim = unplaced(claim, self.reader.placing) if self.reader.placing else claim
        nothing = Facts({})
        if claim.problem is not None:
            return self._told(claim, Diagnostic(code="E0607", message=claim.problem), nothing)
        for name, asked in (("region", job.asked.region), ("question", job.question.id)):
            if claim.about.get(name, asked) != asked:
                problem = Diagnostic(code="E0511", message=_another(name, claim.about[name]), place=name)
                return self._told(claim, problem, nothing)
        treatment = claim.about.get("treatment_region")
        laws = job.laws if treatment is None else job.asked.regions.laws(job.asked.region, treatment)
        facts, problems = read_facts(claim.facts, job.laws.insured.policy.vocabulary, self._inputs(laws))
        if problems:
            return self._told(claim, problems[0], facts, laws)
        try:
            day = typed(claim.about.get("as_of"), INSTANT, job.laws.insured.policy.vocabulary)
        except ValueProblemError as problem:
            return self._told(claim, Diagnostic(code=problem.code, message=problem.message, place="as_of"), facts)
        return Read(claim, facts, day, laws)

    def _told(self, claim: Claim, problem: Diagnostic, facts: Facts, laws: Laws | None = None) -> Read:
        place = f"{claim.id}.{problem.place}" if problem.place else claim.id
        self._told_of.append((claim.number, attrs.evolve(problem, place=place)))
        return Read(claim, facts, None, laws or self.job.laws, (problem.code, problem.place or "row"))

    # ── deciding ────────────────────────────────────────────────────────────────────────────────
    def _inputs(self, laws: Laws) -> frozenset[str]:
        """The facts that the question reads under the laws of a claim."""
        if laws is self.job.laws:
            return self.job.inputs
        key = laws.treatment.region.id
        if key not in self._accepted:
            self._accepted[key] = self.job.inputs_under(laws)
        return self._accepted[key]

    def _flattener(self, laws: Laws) -> Flattener:
        key = laws.treatment.region.id
        if key not in self.flatteners:
            vocabulary = self.job.laws.insured.policy.vocabulary
            self.flatteners[key] = Flattener(
                vocabulary, (path for path in self._inputs(laws) if vocabulary.field(path))
            )
        return self.flatteners[key]

    def _by_query(self, read: Sequence[Read]) -> pa.Table:
        laws = read[0].laws
        numbers = [one.claim.number for one in read]
        days = [self.job.as_of or one.day for one in read] if self.job.as_of is None else [None] * len(read)
        shape, tables = self._flattener(laws).tables([one.facts.values for one in read], numbers, days)
        ids = pa.array([one.claim.id for one in read], pa.string())
        return self._asked(laws, shape, tables, ids)

    def _together(self, ready: Ready) -> pa.Table:
        shape, tables = self._flattener(ready.laws).tables_of(ready.numbers, ready.given, ready.days)
        return self._asked(ready.laws, shape, tables, ready.ids)

    def _asked(self, laws: Laws, shape: Shape, tables: Mapping[str, pa.Table], ids: pa.Array) -> pa.Table:
        """The query's rows in the columns of a result: there the number of the row is its id."""
        key = shape.key, laws.treatment.region.id
        if key not in self._prepared:
            query = self.job.query(shape.tables(), shape.key, laws)
            self._prepared[key] = Prepared(self.connection, query, tables)
        found = self._prepared[key](tables)
        arrow = self.job.schema.arrow
        names = ids.take(pc.index_in(found[ID].combine_chunks(), tables[CLAIMS][ROW].combine_chunks()))
        columns = {NUMBER: found[ID], ID: names}
        for name in arrow.names:
            if name not in columns:
                column = found[name] if name in found.column_names else pa.nulls(len(found), pa.string())
                columns[name] = column.cast(arrow.field(name).type)
        return pa.table({name: columns[name] for name in arrow.names})

    def _by_reference(self, one: Read) -> dict[str, Any]:
        decision = self.job.decide(one.claim.facts, one.day, one.claim.about.get("treatment_region"))
        return row_of(decision, self.job.schema, one.claim.number, one.claim.id)


def _another(name: str, written: str) -> Text:
    return Text(
        f"这一行的 {name} 是“{written}”，不是所问的", f"this row is about the {name} `{written}`, not the one asked"
    )


Step = Callable[[int], None]
"""Told how many more claims are done."""
