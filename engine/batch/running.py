"""Batches of claims through a query or the reference evaluator, part by part."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

import attrs
import duckdb
import pyarrow as pa

from engine.batch.flat import Flattener
from engine.batch.job import Job
from engine.batch.results import ID, NUMBER, error_row, row_of, table_of
from engine.difference.claim_files import Claim
from engine.evaluator import Laws
from engine.facts import Facts, read_facts
from policy.diagnostics import Diagnostic, Text
from policy.types import INSTANT
from policy.values import ValueProblemError, typed


@attrs.frozen(eq=False)
class Read:
    """A claim read: its typed facts, the day stated with it and its place of treatment; or what is wrong with it."""

    claim: Claim
    facts: Facts
    day: Any
    laws: Laws
    problem: tuple[str, str] | None = None


class Runner:
    """Decides portions of claims, one after another."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.flatteners: dict[str, Flattener] = {}
        self.problems: list[Diagnostic] = []
        self.connection = duckdb.connect()
        self.connection.execute("SET memory_limit = ?", [job.asked.memory_limit])

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
        nothing = Facts({})
        if claim.problem is not None:
            return self._told(claim, Diagnostic(code="E0607", message=claim.problem), nothing)
        for name, asked in (("region", job.asked.region), ("question", job.question.id)):
            if claim.about.get(name, asked) != asked:
                problem = Diagnostic(code="E0511", message=_another(name, claim.about[name]), place=name)
                return self._told(claim, problem, nothing)
        treatment = claim.about.get("treatment_region")
        laws = job.laws if treatment is None else job.asked.regions.laws(job.asked.region, treatment)
        accepted = job.inputs if treatment is None else job.inputs_under(laws)
        facts, problems = read_facts(claim.facts, job.laws.insured.policy.vocabulary, accepted)
        if problems:
            return self._told(claim, problems[0], facts, laws)
        try:
            day = typed(claim.about.get("as_of"), INSTANT, job.laws.insured.policy.vocabulary)
        except ValueProblemError as problem:
            return self._told(claim, Diagnostic(code=problem.code, message=problem.message, place="as_of"), facts)
        return Read(claim, facts, day, laws)

    def _told(self, claim: Claim, problem: Diagnostic, facts: Facts, laws: Laws | None = None) -> Read:
        place = f"{claim.id}.{problem.place}" if problem.place else claim.id
        self.problems.append(attrs.evolve(problem, place=place))
        return Read(claim, facts, None, laws or self.job.laws, (problem.code, problem.place or "row"))

    # ── deciding ────────────────────────────────────────────────────────────────────────────────
    def _flattener(self, laws: Laws) -> Flattener:
        key = laws.treatment.region.id
        if key not in self.flatteners:
            self.flatteners[key] = Flattener(self.job.laws.insured.policy.vocabulary)
        return self.flatteners[key]

    def _by_query(self, read: Sequence[Read]) -> pa.Table:
        laws = read[0].laws
        numbers = [one.claim.number for one in read]
        days = [self.job.as_of or one.day for one in read] if self.job.as_of is None else [None] * len(read)
        shape, tables = self._flattener(laws).tables([one.facts.values for one in read], numbers, days)
        query = self.job.query(shape.tables(), shape.key, laws)
        for name, table in tables.items():
            self.connection.register(name, table)
        found = self.connection.sql(query.sql).to_arrow_table()
        names = dict(zip(numbers, (one.claim.id for one in read), strict=True))
        return self._as_result(found, names)

    def _as_result(self, found: pa.Table, names: dict[int, str]) -> pa.Table:
        """The query's rows in the columns of a result: there the number of the row is its id."""
        arrow = self.job.schema.arrow
        columns = {NUMBER: found[ID], ID: pa.array([names[number] for number in found[ID].to_pylist()], pa.string())}
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


def portions(claims: Iterable[Claim], size: int) -> Iterator[list[Claim]]:
    """The claims, so many at a time."""
    iterator = iter(claims)
    while portion := list(islice(iterator, size)):
        yield portion


Step = Callable[[int], None]
"""Told how many more claims are done."""
