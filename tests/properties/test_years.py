"""A person's year in a file is what deciding claim after claim gives, with what is used up reckoned by hand."""

import csv
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from engine import Regions
from engine.batch import carrying, years
from engine.batch.carrying import Carrier, deltas
from engine.batch.files import Order
from engine.batch.job import Asked, Job
from engine.batch.running import Runner

RULES = Path(__file__).parents[2] / "benchmarks"
OUTPUTS = ["fund", "deductible", "personal"]
TITLES = ["id", "as_of", "person.id", "person.insurance", "institution.level", "visit.category", "claim.total", "claim.own_expense",
          "claim.class_b_self_pay", "claim.granule_amount", "accumulator.fund_paid"]  # fmt: skip

AMOUNTS = st.integers(0, 30_000_000).map(lambda fen: str(Decimal(fen).scaleb(-2)))
CLAIM = st.fixed_dictionaries(
    {
        "as_of": st.dates(date(2023, 11, 1), date(2024, 2, 29)).map(str) | st.sampled_from(["", "2024-1-1"]),
        "person.id": st.sampled_from(["p1", "p2", "p3", "p3", " p3", ""]),
        "person.insurance": st.sampled_from(["employee", "employee", "职工", "resident", "nobody"]),
        "institution.level": st.sampled_from(["level_1", "level_3"]),
        "visit.category": st.sampled_from(["local", "local", "local", "other", ""]),
        "claim.total": AMOUNTS,
        "claim.own_expense": st.sampled_from(["0", "0.00", "100.5"]),
        "claim.class_b_self_pay": st.just("0"),
        "claim.granule_amount": st.just("0"),
        "accumulator.fund_paid": st.sampled_from(["", "", "", "100000.00", "空", "400000"]),
    }
)


@pytest.fixture(scope="module")
def regions() -> Regions:
    return Regions(RULES)


@pytest.fixture(scope="module")
def runners(regions: Regions) -> dict[str, Runner]:
    found = {}
    for engine in ("duckdb", "python"):
        asked = Asked(regions=regions, region="reference", question="reference.benefit", outputs=OUTPUTS, engine=engine)
        found[engine] = Runner(Job(asked), ("person.id", "as_of"))
    return found


def by_hand(regions: Regions, claims: Sequence[tuple[int, Mapping[str, str]]]) -> dict[int, dict[str, Any]]:
    """Every claim after those of its person in its year."""
    rows: dict[int, dict[str, Any]] = {}
    used: dict[tuple[str, str], dict[str, Any]] = {}
    for number, claim in sorted(claims, key=lambda one: (one[1]["as_of"], one[0])):
        person, day = claim["person.id"].strip(), claim["as_of"]
        facts: dict[str, dict[str, Any]] = {}
        for path, text in claim.items():
            entity, _, field = path.partition(".")
            if field and path != "person.id" and text:
                facts.setdefault(entity, {})[field] = None if text == "空" else text
        if not person or len(day) < 10:
            rows[number] = {"status": "error"}
            continue
        kept = used.get((person, day[:4]))
        accumulator = facts.setdefault("accumulator", {})
        for name in ("fund_paid", "deductible_paid"):
            if kept is None:
                accumulator.setdefault(name, Decimal(0))
            elif kept[name] is None:
                accumulator.pop(name, None)
            else:
                accumulator[name] = format(kept[name], "f")
        decision = regions.decide("reference", "reference.benefit", facts, as_of=day, outputs=OUTPUTS)
        values = {name: answer.value if answer.is_known else None for name, answer in decision.results.items()}
        left = {}
        for name, output in (("fund_paid", "fund"), ("deductible_paid", "deductible")):
            before, now = accumulator.get(name), values.get(output)
            left[name] = None if before is None or now is None else Decimal(before) + now
        used[person, day[:4]] = left
        rows[number] = {"status": str(decision.status), **{n: v for n, v in values.items() if v is not None}}
    return rows


def shown(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("status", *OUTPUTS) if row.get(name) is not None}


def write(path: Path, claims: Sequence[Mapping[str, str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, TITLES)
        writer.writeheader()
        writer.writerows({"id": f"c{number}", **claim} for number, claim in enumerate(claims, 1))
    return path


@settings(max_examples=7, deadline=timedelta(seconds=30))
@given(
    claims=st.lists(CLAIM, min_size=1, max_size=16),
    heap=st.sampled_from([300, 1 << 20]),
    size=st.sampled_from([3, 1000]),
)
def test_a_year_is_what_deciding_one_after_another_gives(
    regions: Regions, runners: dict[str, Runner], claims: list[dict[str, str]], heap: int, size: int,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:  # fmt: skip
    folder = tmp_path_factory.mktemp("years")
    source = write(folder / "claims.csv", claims)
    wanted = by_hand(regions, list(enumerate(claims, 1)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(years, "_HEAP_BYTES", heap)
        patch.setattr(years, "LIMIT_READ", size)
        patch.setattr(carrying, "LIMIT_READ", size)
        for runner in runners.values():
            carrier = Carrier(runner.job, runner, Order("person.id", "as_of"), folder / "work")
            count = carrier.decide(source, folder / "out.parquet")
            rows = parquet.read_table(folder / "out.parquet").to_pylist()
            assert count == len(claims)
            assert [row["id"] for row in rows] == [f"c{number}" for number in range(1, len(claims) + 1)]
            assert {number: shown(row) for number, row in enumerate(rows, 1)} == wanted


@settings(max_examples=7, deadline=timedelta(seconds=30))
@given(claims=st.lists(CLAIM, min_size=2, max_size=12), data=st.data())
def test_a_reversed_claim_changes_the_year_after_it(
    regions: Regions, runners: dict[str, Runner], claims: list[dict[str, str]], data: st.DataObject,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:  # fmt: skip
    placed = [n for n, claim in enumerate(claims, 1) if claim["person.id"].strip() and len(claim["as_of"]) == 10]
    if not placed:
        return
    number = data.draw(st.sampled_from(placed))
    own = claims[number - 1]
    folder = tmp_path_factory.mktemp("years")
    source = write(folder / "claims.csv", claims)
    numbered = list(enumerate(claims, 1))
    before = by_hand(regions, numbered)
    after = by_hand(regions, [(n, claim) for n, claim in numbered if n != number])
    later = [
        n for n, claim in numbered
        if claim["person.id"].strip() == own["person.id"].strip() and len(claim["as_of"]) == 10
        and claim["as_of"][:4] == own["as_of"][:4] and (claim["as_of"], n) > (own["as_of"], number)
    ]  # fmt: skip
    for runner in runners.values():
        carrier = Carrier(runner.job, runner, Order("person.id", "as_of"), folder / "work")
        lines = deltas(*carrier.without(source, f"c{number}"), runner.job)
        assert sorted(line["id"] for line in lines) == sorted(f"c{n}" for n in later)
        for line in lines:
            n = int(line["id"][1:])
            assert (line["status_before"], line["status_after"]) == (before[n]["status"], after[n]["status"])
            funds = before[n].get("fund"), after[n].get("fund")
            assert (line["fund__before"], line["fund__after"]) == funds
            assert line["fund__delta"] == (None if None in funds else funds[1] - funds[0])
