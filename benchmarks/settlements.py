"""`make agreement`: generated claims at the shipped settlement question through every backend, and by hand.

Every claim is decided by compiled Python (with reasons) and by the query in DuckDB (values, status, reason, winning
clauses), and by the settlement written by hand in `tests/support` where its facts are complete. The reference evaluator
decides every twentieth claim, and all that compiled Python leaves to it: a missing fact, an error. Every twentieth claim lacks
facts. What has been compared is kept, so that a long run can go on.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import attrs
import duckdb

from engine.backends.python.compiled import Compiled
from engine.backends.python.outcome import Outcome
from engine.backends.sql.questions import Query, compile_question
from engine.batch.flat import Flattener
from engine.decision import Decision
from engine.facts import read_facts
from engine.regions import Regions
from policy.vocabulary import Vocabulary
from tests.support import compiledagreement, sqlagreement, sqltables
from tests.support.claims import PLACES, claim
from tests.support.settlement import ContradictionError, settle

ROOT = Path(__file__).parents[1]
QUESTION = "benefit.settlement"
PORTION = 20_000
REFERENCE_EVERY = 20
LACKING_EVERY = 20
TOLD = 20
"""How many differences are told in words."""

Place = tuple[str, str | None]


def main(count: int, kept: Path) -> int:
    """Compare so many claims, those kept from before included; say how they came out."""
    done = _read(kept)
    left = [first for first in range(0, count, PORTION) if first not in done]
    begun = time.monotonic()
    with ProcessPoolExecutor(os.cpu_count(), max_tasks_per_child=50) as pool, kept.open("a", encoding="utf-8") as file:
        for future in as_completed([pool.submit(portion, first, min(PORTION, count - first)) for first in left]):
            found = future.result()
            done[found["first"]] = found
            file.write(json.dumps(found, ensure_ascii=False) + "\n")
            file.flush()
            print(f"\r{len(done) * PORTION:,} / {count:,}  {time.monotonic() - begun:.0f} s", end="", file=sys.stderr)
    counted: Counter[str] = Counter()
    for found in done.values():
        counted.update(found["counted"])
    print("\n" + json.dumps(counted, ensure_ascii=False, indent=1))
    told = [text for found in done.values() for text in found["differences"]]
    print("\n".join(told[:TOLD]))
    return 1 if told else 0


def _read(kept: Path) -> dict[int, dict[str, Any]]:
    if not kept.is_file():
        return {}
    found = map(json.loads, kept.read_text("utf-8").splitlines())
    return {one["first"]: one for one in found}


# ── one portion ─────────────────────────────────────────────────────────────────────────────────────


@attrs.frozen(eq=False)
class Settled:
    """A claim that has been decided: by compiled Python, and by the reference evaluator or not."""

    seed: int
    place: Place
    facts: Mapping[str, Any]
    outcome: Outcome
    decision: Decision | None


def portion(first: int, count: int) -> dict[str, Any]:
    """The claims of some seeds, decided in every way: how many of each kind there were, and every difference."""
    counted: Counter[str] = Counter(claims=count)
    told: list[str] = []
    by_place: dict[Place, list[Settled]] = {}
    gc.freeze()
    gc.disable()
    for seed in range(first, first + count):
        random = Random(seed)
        place, facts = random.choice(PLACES), claim(random)
        is_lacking = seed % LACKING_EVERY == 0
        if is_lacking:
            _leave_out(random, facts)
        settled = _settled(seed, place, facts)
        counted.update(_kinds(settled, is_lacking))
        told += [] if is_lacking else [f"seed {seed} {place}: {text}" for text in _by_hand_otherwise(settled)]
        told += [f"seed {seed} {place}: {text}" for text in _compiled_otherwise(settled)]
        by_place.setdefault(place, []).append(settled)
    for place, those in by_place.items():
        told += _queried_otherwise(place, those, counted)
    gc.enable()
    gc.collect()
    return {"first": first, "counted": counted, "differences": told}


def _settled(seed: int, place: Place, facts: dict[str, Any]) -> Settled:
    made = _compiled(place)
    left: list[Decision] = []

    def by_reference(facts: Mapping[str, Any], as_of: Any) -> Decision:
        left.append(regions().decide(place[0], QUESTION, facts, treatment_region=place[1]))
        return left[-1]

    made.decided_by_reference = by_reference
    outcome = made(facts)
    if not left and seed % REFERENCE_EVERY == 0:
        by_reference(facts, None)
    return Settled(seed, place, facts, outcome, left[0] if left else None)


def _kinds(settled: Settled, is_lacking: bool) -> Iterator[str]:
    yield f"status {settled.outcome.status}"
    yield "compiled" if settled.outcome.is_compiled else "compiled code left it to the reference"
    if settled.decision is not None:
        yield "by the reference"
    if not is_lacking:
        yield "by hand"


@cache
def regions() -> Regions:
    """The shipped rules."""
    return Regions(ROOT / "rules")


def _leave_out(random: Random, facts: dict[str, Any]) -> None:
    """Take away one to three facts, of the claim, of one of its items or of a band."""
    for _ in range(random.randint(1, 3)):
        lists = (facts["claim"].get("items", ()), facts["region_parameters"].get("pay_bands", ()))
        fields = random.choice([*facts.values(), *(row for rows in lists for row in rows)])
        if fields:
            del fields[random.choice(sorted(fields))]


@cache
def _compiled(place: Place) -> Compiled:
    return regions().compiled(place[0], QUESTION, place[1], "reasons")


def _compiled_otherwise(settled: Settled) -> Iterator[str]:
    if settled.decision is not None:
        for text in compiledagreement.differences(_compiled(settled.place), settled.outcome, settled.decision):
            yield f"compiled: {text}"


def _by_hand_otherwise(settled: Settled) -> Iterator[str]:
    status, outputs = str(settled.outcome.status), settled.outcome.outputs
    try:
        wanted = settle(*settled.place, settled.facts)
    except ContradictionError:
        if status != "error":
            yield f"by hand: an error, not {status}"
        return
    for name, value in wanted.items():
        if outputs.get(name) != value:
            yield f"by hand: {name} is {value}, not {outputs.get(name)} ({status})"


# ── the query ───────────────────────────────────────────────────────────────────────────────────────


@attrs.define
class Asker:
    """One place's query; it is compiled anew only for columns not met before."""

    place: Place
    flat: Flattener
    key: Any = None
    query: Query | None = None

    def rows(self, cases: Sequence[Mapping[str, Any]]) -> dict[int, dict[str, Any]]:
        """The result's rows, by the number of the case."""
        shape, tables = self.flat.tables(cases, range(len(cases)), [None] * len(cases))
        if self.query is None or self.key != shape.key:
            laws = regions().laws(*self.place)
            self.key, self.query = shape.key, compile_question(laws, laws.insured.questions[QUESTION], shape.tables())
        connection = duckdb.connect()
        connection.execute("set threads = 1")
        for name, table in tables.items():
            connection.register(name, table)
        result = connection.execute(self.query.sql)
        names = [column[0] for column in result.description]
        return {row[0]: dict(zip(names, row, strict=True)) for row in result.fetchall()}


@cache
def _asker(place: Place) -> Asker:
    laws = regions().laws(*place)
    vocabulary = laws.insured.policy.vocabulary
    accepted = regions()._accepted(laws.insured.questions[QUESTION], laws)
    plain = [path for path in accepted if (field := vocabulary.field(path)) and field.type.kind != "list"]
    return Asker(place, Flattener(vocabulary, plain))


def _queried_otherwise(place: Place, settled: Sequence[Settled], counted: Counter[str]) -> Iterator[str]:
    laws = regions().laws(*place)
    accepted = regions()._accepted(laws.insured.questions[QUESTION], laws)
    asker, vocabulary = _asker(place), laws.insured.policy.vocabulary
    read = [(one, read_facts(one.facts, vocabulary, accepted)[0].values) for one in settled]
    held = [(one, values) for one, values in read if asker.flat.holds(values)]
    counted["queried"] += len(held)
    rows = asker.rows([values for _, values in held])
    if len(rows) != len(held):
        yield f"{place}: {len(rows)} rows of {len(held)}"
    assert asker.query is not None
    for number, (one, _) in enumerate(held):
        if one.decision is None:
            found = [*_row_otherwise(rows[number], one.outcome, asker.query, vocabulary)]
        else:
            found = [*sqlagreement.differences(rows[number], one.decision, asker.query)]
        yield from (f"seed {one.seed} {place}: sql: {text}" for text in found)


def _row_otherwise(row: Mapping[str, Any], outcome: Outcome, query: Query, vocabulary: Vocabulary) -> Iterator[str]:
    """Where a row of the result and a claim determined by compiled Python disagree."""
    if row["status"] != "determined" or row["reason"] is not None:
        yield f"status {row['status']} ({row['reason']}), compiled determined"
        return
    outputs = outcome.outputs
    for name, kind in query.outputs.items():
        wanted = sqltables.filled(outputs[name], kind, vocabulary)
        found = sqltables.read_back(row[query.columns[name]], kind, vocabulary)
        if found != wanted:
            yield f"{name} is {found!r}, compiled {wanted!r}"
    winners: dict[str, set[str]] = {}
    for winner in outcome.winners:
        if winner.law == 0 and winner.value is not None:
            winners.setdefault(winner.rule, set()).update(winner.clauses)
    for rule in winners.keys() & query.clauses.keys():
        said = row[query.clauses[rule]]
        if winners[rule] and said not in winners[rule]:
            yield f"clause of {rule} is {said}, compiled {winners[rule]}"


if __name__ == "__main__":
    raise SystemExit(main(int(sys.argv[1]), Path(sys.argv[2])))
