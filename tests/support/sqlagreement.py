"""The reference evaluator and SQL side by side: the same cases, and every difference in values, statuses, reasons and clauses."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import attrs
import duckdb

from engine import Regions
from engine.backends.refusals import CompileRefusal
from engine.backends.sql.questions import Query, compile_question
from engine.batch.flat import Flattener
from engine.decision import Decision, Output
from engine.facts import read_facts
from policy.types import INSTANT
from policy.values import typed
from tests.support.sqltables import filled, read_back, tables_of


@attrs.frozen
class Asked:
    """What is asked of many cases."""

    region: str
    question: str
    treatment: str | None = None
    as_of: Any = None


class Embedded:
    """DuckDB, which answers queries where no other engine is given."""

    dialect = "duckdb"

    def __init__(self) -> None:
        self.connection = duckdb.connect()

    def register(self, name: str, table: Any) -> None:
        self.connection.register(name, table)

    def rows(self, query: Query) -> dict[int, dict[str, Any]]:
        """The rows of the result by the numbers of their claims."""
        rows = self.connection.execute(query.sql)
        names = [column[0] for column in rows.description]
        return {row[0]: dict(zip(names, row, strict=True)) for row in rows.fetchall()}


@attrs.define
class Comparison:
    """How the cases came out."""

    rows: int = 0
    differences: list[str] = attrs.field(factory=list)
    refused: dict[str, str] = attrs.field(factory=dict)
    outputs: list[str] = attrs.field(factory=list)
    statuses: dict[str, int] = attrs.field(factory=dict)
    query: Query | None = None


def compared(
    regions: Regions, asked: Asked, cases: Sequence[Mapping[str, Any]], *, engine: Any = None, wide: bool = True
) -> Comparison:
    """Decide the cases by the reference and by one query. Cases whose facts are at fault are passed over.

    `wide` tables have a column for every fact that the question reads, though no case states it.
    """
    laws = regions.laws(asked.region, asked.treatment)
    question = regions._question(laws.insured, asked.question)
    result = Comparison(outputs=list(question.answers))
    accepted = regions._accepted(question, laws)
    flat = Flattener(laws.insured.policy.vocabulary)
    kept = []
    for facts in cases:
        read, problems = read_facts(facts, laws.insured.policy.vocabulary, accepted)
        if not problems and flat.holds(read.values):
            kept.append((facts, read.values))
    vocabulary = laws.insured.policy.vocabulary
    engine = engine or Embedded()
    more = [path for path in accepted if (field := vocabulary.field(path)) and field.type.kind != "list"]
    tables = tables_of(engine, [values for _, values in kept], vocabulary, more if wide else ())
    moment = typed(asked.as_of, INSTANT, vocabulary)
    compile_ = partial(compile_question, laws, question, tables, as_of=moment, dialect=engine.dialect)
    query = _compiled(compile_, result)
    if query is None:
        return result
    result.query = query
    stated = {"as_of": asked.as_of, "treatment_region": asked.treatment, "outputs": result.outputs}
    again = [regions.decide(asked.region, asked.question, facts, **stated) for facts, _ in kept]
    found = engine.rows(query)
    assert len(found) == len(again)
    for number, decision in enumerate(again):
        row = found[number]
        result.rows += 1
        result.statuses[str(decision.status)] = result.statuses.get(str(decision.status), 0) + 1
        result.differences += [f"#{number} {text}" for text in differences(row, decision, query)]
    return result


def _compiled(compile_: Callable[..., Query], result: Comparison) -> Query | None:
    """The query of all answers that can be expressed."""
    kept = result.outputs
    try:
        return compile_(outputs=kept)
    except CompileRefusal:
        result.outputs = []
    for name in kept:
        try:
            compile_(outputs=[name])
            result.outputs.append(name)
        except CompileRefusal as refusal:
            result.refused[name] = str(refusal)
    return compile_(outputs=result.outputs) if result.outputs else None


def differences(row: Mapping[str, Any], decision: Decision, query: Query) -> Iterator[str]:
    """Where a row of the result and a decision disagree."""
    if row["status"] != str(decision.status):
        codes = [item.code + " " + item.message.en for item in decision.diagnostics]
        yield f"status {row['status']} ({row['reason']}), reference {decision.status} {codes} {[n.path for n in decision.needs]}"
        return
    if (row["reason"] is None) != (row["status"] == "determined"):
        yield f"reason {row['reason']} with status {row['status']}"
    if row["reason"] is not None and not row["reason"].startswith("E") and row["reason"] not in set(_reasons(decision)):
        yield f"reason {row['reason']}, reference {sorted(_reasons(decision))}"
    for name, kind in query.outputs.items():
        output = decision.results.get(name)
        value = output.value if output is not None and output.is_known else None
        vocabulary = decision.policies[decision.region].vocabulary
        if read_back(row[query.columns[name]], kind, vocabulary) != filled(value, kind, vocabulary):
            yield f"{name} is {row[name]!r}, reference {value!r} {_formula(output)}"
    for rule, winners in _winners(decision).items():
        if rule in query.clauses:
            said = row[query.clauses[rule]]
            if (said is None) != (not winners) or (winners and said not in winners):
                yield f"clause of {rule} is {said}, reference {winners}"


def _formula(output: Output | None) -> str:
    return "" if output is None or output.is_known else "(not known)"


def _reasons(decision: Decision) -> Iterator[str]:
    for need in decision.needs:
        yield f"missing:{need.path}"
    for need in decision.human:
        yield f"human:{need.id}"
    for item in decision.diagnostics:
        yield f"{item.code}:{item.message.en.partition(':')[0].partition(' ')[0]}"


def _winners(decision: Decision) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for root in decision.reasons:
        for reason in root.walk():
            is_own = reason.region_label == decision.region_label and not reason.element
            if reason.kind == "rule" and is_own and reason.clauses and reason.value is not None:
                found[reason.id] = [clause.id for clause in reason.winners]
    return found
