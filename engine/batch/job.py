"""What a batch is asked to do, and what is needed again and again while it is done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any

import attrs

from engine import program as p
from engine.backends.refusals import CompileRefusal
from engine.backends.sql.questions import Query, compile_question
from engine.backends.sql.tables import Tables
from engine.batch.names import NUMBER
from engine.batch.results import Schema, sql_type
from engine.batch.sizes import LIMIT_AT_ONCE
from engine.decision import Decision
from engine.evaluator import Laws
from engine.inputs import inputs_of
from engine.regions import Regions
from policy.diagnostics import Diagnostic, PolicyError, Text
from policy.types import INSTANT
from policy.values import ValueProblemError, typed


@attrs.frozen(kw_only=True, eq=False)
class Asked:
    """A question about many claims.

    `engine` is duckdb, spark for the cluster of that `master`, or python for the reference evaluator;
    `threads` are how many DuckDB takes, all there are where nothing is said.
    """

    regions: Regions
    region: str
    question: str
    treatment_region: str | None = None
    as_of: str | None = None
    outputs: Sequence[str] | None = None
    with_clauses: bool = False
    engine: str = "duckdb"
    batch_rows: int = LIMIT_AT_ONCE
    memory_limit: str = "2GB"
    threads: int | None = None
    master: str = "local[2]"


class Job:
    """A question made ready for many claims. Raises PolicyError where the call is at fault."""

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self.laws = asked.regions.laws(asked.region, asked.treatment_region)
        self.question = asked.regions._question(self.laws.insured, asked.question)
        self.as_of = self._day(asked.as_of)
        self.wanted = asked.regions._outputs(self.question, asked.outputs)
        self.left_out: dict[str, Text] = {}
        self._queries: dict[Any, Query] = {}

    def _day(self, written: str | None) -> datetime | None:
        if written is None:
            return None
        try:
            found = typed(written, INSTANT, self.laws.insured.policy.vocabulary)
        except ValueProblemError as problem:
            raise PolicyError([Diagnostic(code=problem.code, message=problem.message, place="as_of")]) from None
        assert isinstance(found, datetime)
        return found

    @property
    def dialect(self) -> str:
        """Whose SQL the query is in."""
        return "spark" if self.asked.engine == "spark" else "duckdb"

    @cached_property
    def inputs(self) -> frozenset[str]:
        """The facts that the question reads."""
        return self.inputs_under(self.laws)

    def inputs_under(self, laws: Laws) -> frozenset[str]:
        return inputs_of(self.question, (laws.insured, laws.treatment))

    @cached_property
    def schema(self) -> Schema:
        """The columns of the result."""
        kinds = {name: self.question.answers[name].value.type for name in self.wanted}
        return Schema(kinds, tuple(self.rules) if self.asked.with_clauses else (), self.laws.insured.policy.vocabulary)

    @cached_property
    def rules(self) -> list[str]:
        """The rules of the place of insurance, made of clauses, that the outputs go back to."""
        return sorted(name for name in _rules_behind(self.laws.insured, self._values()))

    def _values(self) -> list[p.Expression]:
        return [self.question.answers[name].value for name in self.wanted]

    @property
    def revision(self) -> str:
        return "-".join(dict.fromkeys((self.laws.insured.policy.revision, self.laws.treatment.policy.revision)))

    def about(self) -> dict[str, Any]:
        """What is asked, and under which rules: what every result depends on beside its files."""
        return {
            "revision": self.revision,
            "region": self.asked.region,
            "treatment_region": self.asked.treatment_region,
            "question": self.question.id,
            "as_of": self.asked.as_of,
            "outputs": list(self.wanted),
            "clauses": list(self.schema.clauses),
            "engine": self.asked.engine,
        }

    def query(self, tables: Tables, key: Any, laws: Laws | None = None) -> Query:
        """The query for tables of a shape, compiled once. Raises CompileRefusal."""
        laws = laws or self.laws
        full = (key, laws.treatment.region.id)
        if full not in self._queries:
            vocabulary = self.laws.insured.policy.vocabulary
            kinds = {name: sql_type(kind, vocabulary) for name, kind in self.schema.outputs.items()}
            keep = (NUMBER,) if NUMBER in tables.claims.columns else ()
            self._queries[full] = compile_question(
                laws, self.question, tables, as_of=self.as_of, outputs=self.wanted, with_clauses=self.schema.clauses or False,
                types=kinds, keep=keep, dialect=self.dialect,
            )  # fmt: skip
        return self._queries[full]

    def settled(self, tables: Tables, key: Any) -> Query:
        """The query, without the outputs that none can give unless they were asked for by name. Raises CompileRefusal."""
        try:
            return self.query(tables, key)
        except CompileRefusal:
            if self.asked.outputs is not None:
                raise
        for name in sorted(self.wanted, key=self._is_plain):
            try:
                self._alone(name, tables)
            except CompileRefusal as refusal:
                self.left_out[name] = Text(
                    f"{refusal.name}：{refusal.construct.zh}", f"{refusal.name}: {refusal.construct.en}"
                )
                self.wanted.remove(name)
                self._forget()
                if not self.wanted:
                    break
                try:
                    return self.query(tables, key)
                except CompileRefusal:
                    continue
        self._forget()
        if not self.wanted:
            name, why = next(iter(self.left_out.items()))
            raise CompileRefusal(name, why)
        return self.query(tables, key)

    def _is_plain(self, name: str) -> bool:
        """Whether an output is no list: lists are looked at first, as queries that cannot give one give the others."""
        return self.question.answers[name].value.type.kind not in ("list", "record", "checklist")

    def _alone(self, name: str, tables: Tables) -> None:
        """Compile the query for one output. Raises CompileRefusal."""
        kinds = {name: sql_type(self.question.answers[name].value.type, self.schema.vocabulary)}
        compile_question(
            self.laws, self.question, tables, as_of=self.as_of, outputs=[name], types=kinds, dialect=self.dialect
        )  # fmt: skip

    def want(self, outputs: Iterable[str]) -> None:
        """Ask for further outputs."""
        self.wanted += outputs
        self._forget()

    def _forget(self) -> None:
        """What was made for other outputs is made anew."""
        self.__dict__.pop("schema", None)
        self.__dict__.pop("rules", None)
        self._queries.clear()

    def decide(self, facts: Mapping[str, Any], as_of: Any, treatment: str | None) -> Decision:
        """One claim by the reference evaluator."""
        return self.asked.regions.decide(
            self.asked.region, self.asked.question, facts, as_of=as_of or self.as_of,
            treatment_region=treatment or self.asked.treatment_region, outputs=self.wanted,
        )  # fmt: skip


def _rules_behind(program: p.Program, expressions: Sequence[p.Expression]) -> set[str]:
    found: set[str] = set()
    todo = [item for one in expressions for item in (one, *p.walk(one))]
    while todo:
        item = todo.pop()
        if isinstance(item, p.RuleValue) and item.id not in found and item.id in program.rules:
            rule = program.rules[item.id]
            found.add(item.id)
            todo += p.walk(rule)
    kept = {name for name in found if program.rules[name].clauses and not program.rules[name].element}
    return {name for name in kept if program.rules[name].kind in ("rule", "deadline", "duty")}
