"""How cost grows: with the rules of a region, with the items of a claim, with the number of claims."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any

import duckdb

from benchmarks import packs, tiaoli_
from benchmarks.claims import claims, write_parquet
from benchmarks.figures import Figure, micro
from benchmarks.timing import Race, Run, Spread, race
from benchmarks.twins import duckdb_sql
from engine.regions import Regions

RULES = (10, 100, 1000)
ITEMS = (1, 10, 100, 1000, 10_000)
CLAIMS, PASSES = 500, 20
QUESTION = "growth.pay"
LINEAR = 1.5
"""So much more may a unit cost where there are a thousand times as many; what is not linear costs a thousand times as much."""


def measured(folder: Path, counts: Sequence[int], rounds: int) -> list[Figure]:
    """The figures of growth."""
    return [*_by_rules(folder, rounds), *_by_items(folder, rounds), *_by_claims(folder, counts, rounds)]


def _by_rules(folder: Path, rounds: int) -> Iterator[Figure]:
    contenders, ready = {}, {}
    for count in RULES:
        regions = Regions(packs.rules(folder / f"rules-{count}", count))
        begun = time.perf_counter()
        contenders[str(count)] = _decided(regions, [_visit(number, count) for number in range(CLAIMS)] * PASSES)
        ready[count] = time.perf_counter() - begun
    found = race(contenders, rounds, CLAIMS * PASSES, time.process_time)
    few, most = str(RULES[0]), str(RULES[-1])
    yield Figure(
        subject=f"规则 {few} → {most} 条，一笔用到十条 rules, a claim touches ten",
        measured=found.ratio(most, few),
        times=" → ".join(micro(found.median(str(count))) for count in RULES),
        bar=1.5,
        limit=LIMITS["rules"].format(ready=micro(ready[RULES[-1]])),
    )


def _visit(number: int, rules: int) -> dict[str, Any]:
    random = Random(number)
    return {
        "visit": {"kind": f"k{random.randrange(rules // packs.GROUP) + 1}"},
        "claim": {"total": f"{random.randrange(100_000, 10_000_000)}.25"},
    }


def _by_items(folder: Path, rounds: int) -> Iterator[Figure]:
    regions = Regions(packs.items(folder / "items"))
    most = ITEMS[-1]
    units = {str(count): max(most, count) for count in ITEMS}
    contenders = {str(count): _decided(regions, [_bill(count)] * (most // count)) for count in ITEMS}
    found = race(contenders, rounds, units, time.process_time)
    yield from _linear(found, ITEMS[1:], "每笔明细 items per claim", "每项 an item", LIMITS["items"])


def _bill(count: int) -> dict[str, Any]:
    random = Random(count)
    kinds = ("a", "b", "own")
    rows = [
        {"amount": f"{random.randrange(1000)}.{random.randrange(10, 100)}", "class": kinds[random.randrange(3)], "ratio": "0.10"}
        for _ in range(count)
    ]  # fmt: skip
    return {"claim": {"items": rows}}


def _decided(regions: Regions, given: list[dict[str, Any]]) -> Run:
    """Decides claims from facts at the level of clauses. Raises AssertionError where compiled code does not."""
    made = regions.compiled("growth", QUESTION, level="clauses")
    for facts in given[:20]:
        outcome = made(facts, tiaoli_.AS_OF)
        assert outcome.is_compiled and outcome.outputs == outcome.decision.outputs

    def run() -> None:
        for facts in given:
            made(facts, tiaoli_.AS_OF)

    return run


def _by_claims(folder: Path, counts: Sequence[int], rounds: int) -> Iterator[Figure]:
    made = tiaoli_.compiled("clauses")
    units = {str(count): count for count in counts}
    rows = [tiaoli_.row(made, claim) for claim in claims(min(max(counts), 1_000_000))]
    python = {str(count): _many(made.decide_row, rows, count) for count in counts}
    few = max(3, rounds // 3)
    yield from _linear(
        race(python, few, units, time.process_time), counts, "笔数，Python claims", "每笔 a claim", LIMITS["python"]
    )
    connection = duckdb.connect()
    connection.execute(duckdb_sql.TYPES)
    query = tiaoli_.sql().replace('FROM "claims"', 'FROM "claims_{}"')
    for count in counts:
        source = write_parquet(folder / f"claims-{count}.parquet", count)
        connection.read_parquet(str(source)).create_view("given", replace=True)
        connection.execute(f"create table claims_{count} as select {duckdb_sql.COLUMNS} from given")
    assert "claims_{}" in query
    sql = {str(count): _query(connection, query.replace("claims_{}", f"claims_{count}")) for count in counts}
    yield from _linear(race(sql, few, units), counts, "笔数，DuckDB claims", "每笔 a claim", LIMITS["sql"])


def _many(decide: Any, rows: list[Any], count: int) -> Run:
    def run() -> None:
        day = tiaoli_.AS_OF
        for turn in range(0, count, len(rows)):
            for row in rows[: count - turn]:
                decide(row, day)

    return run


def _query(connection: duckdb.DuckDBPyConnection, query: str) -> Run:
    return lambda: connection.execute(f"create or replace table decided as {query}")


def _linear(found: Race, counts: Sequence[int], subject: str, each: str, limit: str) -> Iterator[Figure]:
    """Linear: a unit of the largest costs about what a unit of the smallest does."""
    few, most = str(counts[0]), str(counts[-1])
    ratio: Spread = found.ratio(most, few)
    yield Figure(
        subject=f"{subject} {counts[0]:,} → {counts[-1]:,}，{each}",
        measured=ratio,
        times=" → ".join(micro(found.median(str(count))) for count in counts),
        bar=LINEAR,
        limit=limit,
    )


LIMITS = {
    "rules": "长串的“为”编成查找和对半分；多出的是处理器缓存：一千条规则的代码约 110 KB。第一次编译 {ready}，之后在缓存里。 "
    "A long row of tests for words is looked up and halved; what remains is the processor's cache, for the code of a thousand "
    "rules is 110 KB. Compiled in {ready} the first time, from the cache afterwards.",
    "items": "每项的换算和判定不变；上万项时列表超出处理器缓存。 An item costs the same; ten thousand of them exceed the processor's cache.",
    "python": "每笔互不相关。 Claims are independent of each other.",
    "sql": "一万笔时多是启动查询的固定代价，所以越多越便宜。 At ten thousand most is the fixed cost of a query, so more are cheaper.",
}
