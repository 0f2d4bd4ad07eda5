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
from engine.batch.results import NUMBER, Schema, sql_type
from engine.decision import Decision
from engine.evaluator import Laws
from engine.inputs import inputs_of
from engine.regions import Regions
from policy.diagnostics import Diagnostic, PolicyError, Text
from policy.types import INSTANT
from policy.values import ValueProblemError, typed

LIMIT_PORTION = 1_000_000
"""How many rows are decided at a time, where nothing else is said."""

COLUMNS = ("list", "record", "checklist")
"""Types that no plain column holds."""


@attrs.frozen(kw_only=True, eq=False)
class Asked:
    """A question about many claims. `engine` is duckdb, or python for the reference evaluator."""

    regions: Regions
    region: str
    question: str
    treatment_region: str | None = None
    as_of: str | None = None
    outputs: Sequence[str] | None = None
    with_clauses: bool = False
    engine: str = "duckdb"
    batch_rows: int = LIMIT_PORTION
    memory_limit: str = "2GB"


class Job:
    """A question made ready for many claims. Raises PolicyError where the call is at fault."""

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self.laws = asked.regions.laws(asked.region, asked.treatment_region)
        self.question = asked.regions._question(self.laws.insured, asked.question)
        self.as_of = self._day(asked.as_of)
        wanted = asked.regions._outputs(self.question, asked.outputs)
        self.left_out: dict[str, Text] = {}
        if asked.engine != "python":
            wanted = [name for name in wanted if not self._is_no_column(name)]
        self.wanted = wanted
        self._queries: dict[Any, Query] = {}

    def _is_no_column(self, name: str) -> bool:
        kind = self.question.answers[name].value.type
        if kind.kind in COLUMNS and self.asked.outputs is None:
            self.left_out[name] = Text("列表不成一列", "a list is no column")
            return True
        return False

    def _day(self, written: str | None) -> datetime | None:
        if written is None:
            return None
        try:
            found = typed(written, INSTANT, self.laws.insured.policy.vocabulary)
        except ValueProblemError as problem:
            raise PolicyError([Diagnostic(code=problem.code, message=problem.message, place="as_of")]) from None
        assert isinstance(found, datetime)
        return found

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
        return Schema(kinds, tuple(self.rules) if self.asked.with_clauses else ())

    @cached_property
    def rules(self) -> list[str]:
        """The rules of the place of insurance, made of clauses, that the outputs go back to."""
        return sorted(name for name in _rules_behind(self.laws.insured, self._values()))

    def _values(self) -> list[p.Expression]:
        return [self.question.answers[name].value for name in self.wanted]

    @property
    def revision(self) -> str:
        return "-".join(dict.fromkeys((self.laws.insured.policy.revision, self.laws.treatment.policy.revision)))

    def query(self, tables: Tables, key: Any, laws: Laws | None = None) -> Query:
        """The query for tables of a shape, compiled once. Raises CompileRefusal."""
        laws = laws or self.laws
        full = (key, laws.treatment.region.id)
        if full not in self._queries:
            kinds = {name: sql_type(kind) for name, kind in self.schema.outputs.items()}
            keep = (NUMBER,) if NUMBER in tables.claims.columns else ()
            self._queries[full] = compile_question(
                laws, self.question, tables, as_of=self.as_of, outputs=self.wanted, with_clauses=self.schema.clauses or False,
                types=kinds, keep=keep,
            )  # fmt: skip
        return self._queries[full]

    def keep_what_compiles(self, tables: Tables, key: Any) -> None:
        """Leave out the outputs that no query can give, unless they were asked for by name. Raises CompileRefusal."""
        try:
            self.query(tables, key)
            return
        except CompileRefusal:
            if self.asked.outputs is not None:
                raise
        for name in list(self.wanted):
            try:
                compile_question(self.laws, self.question, tables, as_of=self.as_of, outputs=[name])
            except CompileRefusal as refusal:
                self.left_out[name] = Text(
                    f"{refusal.name}：{refusal.construct.zh}", f"{refusal.name}: {refusal.construct.en}"
                )
                self.wanted.remove(name)
        self._forget()
        if not self.wanted:
            name, why = next(iter(self.left_out.items()))
            raise CompileRefusal(name, why)

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
