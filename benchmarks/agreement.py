"""Everything that is timed first has to be right: answers and winning clauses against the Decimal twin, claim by claim."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache, partial
from typing import Any

from benchmarks import tiaoli_
from benchmarks.claims import PATHS, Claim, chunk, chunks, claims, facts, table
from benchmarks.twins import decimal_, fen
from benchmarks.twins.fen import Result
from engine.regions import Regions

ANSWERS = ("eligible", "deductible", "reduction", "fund", "personal")


def expected(claim: Claim) -> Result:
    """What the Decimal twin says, in whole fen. Raises where it says a fraction of a fen."""
    found = decimal_.decide(facts(claim))
    amounts = [fen.to_fen(value) for value in found[:5]]
    amounts[2] = int(found.reduction)
    return (*amounts, found.reduction_clause, found.fund_clause)  # type: ignore[return-value]


def differing(wanted: Iterable[Result], found: Iterable[Result | None]) -> int:
    """How many claims came out otherwise."""
    return sum(one != other for one, other in zip(wanted, found, strict=True))


def wrong(count: int) -> dict[str, int]:
    """How many of so many claims each implementation decides wrongly."""
    found: Counter[str] = Counter()
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for part in pool.map(partial(_wrong_of_chunk, count), chunks(count)):
            found.update(part)
    return dict(found)


def _wrong_of_chunk(count: int, number: int) -> dict[str, int]:
    given = chunk(number, count)
    wanted = [expected(claim) for claim in given]
    found = {
        "fen": differing(wanted, map(fen.decide, given)),
        "fen_reasons": differing(wanted, (fen.decide_with_reasons(claim)[0] for claim in given)),
        "fen_facts": differing(wanted, (fen.decide_facts(facts(claim)) for claim in given)),
        "compiled": differing(wanted, compiled_results(given, "clauses")),
        "compiled_reasons": differing(wanted, compiled_results(given, "reasons")),
    }
    for name, results in table_results(given).items():
        found[name] = differing(wanted, results)
    return found


@cache
def _compiled(level: str) -> Any:
    return tiaoli_.compiled(level)


def compiled_results(given: Sequence[Claim], level: str) -> Iterable[Result | None]:
    """Compiled Python, from facts with Decimal amounts; None where it leaves the claim to the reference evaluator."""
    made = _compiled(level)
    for claim in given:
        found = made.decide_row(made.row(facts(claim)), tiaoli_.AS_OF)
        yield None if found is None else tiaoli_.result_of_row(made, found)


def table_results(given: Sequence[Claim]) -> dict[str, list[Result]]:
    """The SQL backend with and without unknown columns, and the twins in SQL and Polars."""
    import duckdb

    from benchmarks.twins import duckdb_sql, polars_

    rows = table(list(given))
    connection = duckdb.connect()
    connection.execute("set threads = 1")
    connection.execute(duckdb_sql.TYPES)
    connection.register("given", rows)
    connection.execute(f"create table claims as select {duckdb_sql.COLUMNS} from given")
    ours = f"{', '.join(ANSWERS)}, reduction__clause, fund__clause"
    twins = f"{', '.join(ANSWERS)}, reduction_clause, fund_clause"
    queries = {
        "sql": (ours, tiaoli_.sql(), "where status = 'determined'"),
        "sql_nullable": (ours, tiaoli_.sql(is_complete=False), "where status = 'determined' and reason is null"),
        "duckdb_twin": (twins, duckdb_sql.QUERY, ""),
    }
    found = {
        name: [_in_fen(row) for row in connection.execute(f"select {columns} from ({query}) {where} order by id").fetchall()]
        for name, (columns, query, where) in queries.items()
    }  # fmt: skip
    found["polars_twin"] = [row[1:] for row in polars_.decide(fen_frame(given)).sort("id").collect().rows()]  # type: ignore[misc]
    return found


def _in_fen(row: tuple[Any, ...]) -> Result:
    eligible, deductible, reduction, fund, personal, *clauses = row
    amounts = (eligible, deductible, fund, personal)
    first, second, third, fourth = (int(value.scaleb(2)) for value in amounts)
    return (first, second, int(reduction), third, fourth, *clauses)  # type: ignore[return-value]


def fen_frame(given: Sequence[Claim]) -> Any:
    """Claims as Polars reads them, amounts in whole fen."""
    import polars as pl

    columns = {path: list(values) for path, values in zip(PATHS, zip(*given, strict=True), strict=True)}
    return pl.LazyFrame({"id": list(range(len(given))), **columns})


def reference_wrong(count: int) -> int:
    """How many of so many claims the reference evaluator decides otherwise, or the lazily made decision of compiled code."""
    regions = Regions(tiaoli_.RULES)
    given = claims(count)
    found = (
        tiaoli_.result_of_decision(regions.decide(tiaoli_.REGION, tiaoli_.QUESTION, facts(claim), as_of=tiaoli_.AS_OF))
        for claim in given
    )
    return differing(map(expected, given), found)


def peers_wrong(count: int) -> dict[str, int]:
    """How many of so many claims each peer decides otherwise; OpenFisca tells no clauses and is asked for none."""
    from benchmarks.peers import datalogic_, openfisca_, zen_

    given = claims(count)
    wanted = [expected(claim) for claim in given]
    zen, logic = zen_.Zen(), datalogic_.DataLogic()
    amounts = [(*result[:5], "", "") for result in wanted]
    answers = openfisca_.decide(openfisca_.system(), openfisca_.columns(given))
    return {
        "zen-engine": differing(wanted, (zen_.result(zen.decide(zen_.given(claim))) for claim in given)),
        "datalogic-py": differing(
            wanted, (datalogic_.result(logic.decide(datalogic_.given(claim))) for claim in given)
        ),
        "openfisca-core": differing(amounts, openfisca_.results(answers)),
    }
