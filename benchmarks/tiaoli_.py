"""Tiaoli on the reference task: compiled Python and SQL, made ready the way a caller does."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.claims import ENUMS, PATHS, Claim
from benchmarks.twins.fen import Result
from engine.regions import Regions

if TYPE_CHECKING:
    from engine.backends.python import Compiled
    from engine.decision import Decision

RULES = Path(__file__).parent
REGION, QUESTION = "reference", "reference.benefit"
OUTPUTS = ("eligible", "deductible", "reduction", "fund", "personal")
AS_OF = datetime(2024, 5, 6)


def compiled(level: str, regions: Regions | None = None) -> Compiled:
    """The question, compiled at a level."""
    return (regions or Regions(RULES)).compiled(REGION, QUESTION, level=level)


def row(made: Compiled, claim: Claim) -> tuple[Any, ...]:
    """A claim as compiled code takes it: whole fen, in the order of its slots."""
    values = dict(zip(PATHS, claim, strict=True))
    return tuple(values[path] for path in made.slots)


def result_of_row(made: Compiled, found: tuple[Any, ...]) -> Result:
    """What compiled code returns at the level of clauses, as the twin gives it."""
    timed = made.at(AS_OF)
    values, masks = found[0], found[1]
    won = {}
    for decided, mask in zip(timed.kernel.decided, masks, strict=True):
        if decided.rule in ("reduction", "fund"):
            (won[decided.rule],) = made.winner(decided, mask).clauses
    return (*values, won["reduction"], won["fund"])  # type: ignore[return-value]


def result_of_decision(decision: Decision) -> Result:
    """What the reference evaluator gives, as the twin gives it."""
    values = decision.outputs
    amounts = [int(values[name].scaleb(0 if name == "reduction" else 2)) for name in OUTPUTS]
    won = {reason.id: reason.winners for root in decision.reasons for reason in root.walk() if reason.kind == "rule"}
    return (*amounts, won["reduction"][0].id, won["fund"][0].id)  # type: ignore[return-value]


def sql(*, is_complete: bool = True, with_clauses: bool = True) -> str:
    """The question as one query over the table `claims`; columns that are not complete may hold unknown facts."""
    from engine.backends.sql.questions import compile_question
    from engine.backends.sql.tables import Column, Table, Tables

    columns: dict[str, Column] = {"id": Column("BIGINT", True)}
    for path in PATHS:
        columns[path] = Column(_sql_type(path, ENUMS), is_complete)
    regions = Regions(RULES)
    laws = regions.laws(REGION, None)
    question = laws.insured.questions[QUESTION]
    tables = Tables(Table("claims", columns))
    return compile_question(laws, question, tables, as_of=AS_OF, with_clauses=with_clauses).sql


def sql_with_columns_of_the_twin() -> str:
    """The same query, asked for the columns that the twin gives and no others."""
    return f"select id, {', '.join(OUTPUTS)}, reduction__clause, fund__clause from ({sql()})"


def _sql_type(path: str, enums: Mapping[str, Mapping[str, int]]) -> str:
    if path in enums:
        return f"ENUM({', '.join(repr(word) for word in enums[path])})"
    return "BOOLEAN" if path == "visit.is_filed" else "DECIMAL(12,2)"
