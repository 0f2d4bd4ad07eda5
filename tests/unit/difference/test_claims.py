"""Claims from every kind of file, by one process and by two, against totals reckoned here by hand."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Iterable, Iterator
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest

from engine.difference import compiled_claims
from engine.difference.claim_decisions import Defaults, Verdict, decide_many
from engine.difference.claim_files import Claim, read_claims
from engine.difference.compiled_claims import CompiledClaims, Outcomes
from engine.difference.tallies import Tally
from engine.difference.versions import Asked
from policy.diagnostics import PolicyError

RULES = Path(__file__).parents[2] / "cli" / "rules"
TURN = "2023-07-01"
NEW_FIGURES = """\
parameters:
  base_ratio:
    values:
      - {from: 2023-01-01, cite: CTY-1, value: 80%}
  referral_reduction:
    values:
      - {from: 2023-01-01, until: 2023-06-30, cite: CTY-1, value: 8}
      - {from: 2023-07-01, cite: CTY-1, value: 5}
"""
DEFAULTS = Defaults(region="city", question="visit.pay", outputs=("pay",))


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    new = tmp_path / "new"
    shutil.copytree(RULES, new)
    (new / "city" / "parameters.yaml").write_text(NEW_FIGURES, "utf-8")
    return RULES, new


def rows(count: int) -> Iterator[dict[str, str]]:
    random = Random(11)
    for number in range(count):
        yield {
            "id": f"C{number:04d}",
            "as_of": f"2023-{random.randint(1, 12):02d}-{random.randint(1, 28):02d}",
            "visit.travel": random.choice(("local", "referral", "other")),
            "visit.total": f"{random.randint(0, 90_000)}.{random.randint(0, 99):02d}",
        }


def by_hand(row: dict[str, str]) -> tuple[Decimal, Decimal]:
    """What the city pays under the old and under the new figures."""
    is_referral = row["visit.travel"] == "referral"
    old = Decimal("0.72") if is_referral else Decimal("0.80")
    new = Decimal("0.75") if is_referral and row["as_of"] >= TURN else old
    total = Decimal(row["visit.total"])
    return tuple((total * ratio).quantize(Decimal("0.01"), ROUND_HALF_UP) for ratio in (old, new))  # type: ignore[return-value]


def write(path: Path, given: list[dict[str, str]]) -> Path:
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8", newline="") as lines:
            writer = csv.DictWriter(lines, list(given[0]))
            writer.writeheader()
            writer.writerows(given)
    elif path.suffix == ".jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in given), "utf-8")
    else:
        pyarrow = pytest.importorskip("pyarrow")
        from pyarrow import parquet

        columns: dict[str, Any] = {name: [row[name] for row in given] for name in given[0]}
        columns["visit.total"] = pyarrow.array(map(Decimal, columns["visit.total"]), pyarrow.decimal128(18, 2))
        parquet.write_table(pyarrow.table(columns), path, row_group_size=50)
    return path


def tallied(verdicts: Iterable[Verdict]) -> Tally:
    tally = Tally()
    for verdict in verdicts:
        tally.add(verdict)
    return tally


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_totals_are_those_reckoned_by_hand(kind: str, folders: tuple[Path, Path], tmp_path: Path) -> None:
    given = list(rows(60))
    path = write(tmp_path / f"claims.{kind}", given)
    tally = tallied(decide_many(read_claims(path), folders, DEFAULTS))
    wanted = [by_hand(row) for row in given]
    pay = tally.amounts["pay"]
    assert (tally.claims, tally.unusable, pay.decided) == (len(given), 0, len(given))
    assert tally.changed == sum(old != new for old, new in wanted) > 0
    assert (pay.old_total, pay.new_total) == (sum(old for old, _ in wanted), sum(new for _, new in wanted))
    assert sorted(pay.differences.elements()) == sorted(new - old for old, new in wanted if old != new)
    most = max(range(len(given)), key=lambda place: wanted[place][1] - wanted[place][0])
    assert tally.movers[0].id == given[most]["id"]
    (cause,) = (cause for item in tally.by_cause for cause in item.causes)
    assert (cause.kind, cause.id, cause.new.name) == ("parameter", "referral_reduction", TURN)


def test_two_processes_say_what_one_says_in_the_same_order(folders: tuple[Path, Path], tmp_path: Path) -> None:
    path = write(tmp_path / "claims.csv", list(rows(150)))
    alone, together = (list(decide_many(read_claims(path), folders, DEFAULTS, jobs)) for jobs in (1, 2))
    assert together == alone


def test_compiled_code_finds_what_the_reference_finds(
    folders: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = [
        {"id": "no total", "as_of": "2023-08-01", "visit.travel": "local", "visit.total": ""},
        {"id": "no such day", "as_of": "2023-02-30", "visit.travel": "local", "visit.total": "1.00"},
        {"id": "no law yet", "as_of": "2022-12-31", "visit.travel": "local", "visit.total": "1.00"},
        {"id": "below a fen", "as_of": "2023-08-01", "visit.travel": "referral", "visit.total": "1.005"},
    ]
    path = write(tmp_path / "claims.csv", [*odd, *rows(80)])
    by_reference = list(decide_many(read_claims(path), folders, DEFAULTS))
    alike: list[bool] = []
    found = CompiledClaims.outcomes

    def watched(self: CompiledClaims, asked: Asked) -> Outcomes | None:
        outcomes = found(self, asked)
        alike.append(outcomes is not None and outcomes.are_alike)
        return outcomes

    monkeypatch.setattr(compiled_claims, "FEW", 0)
    monkeypatch.setattr(CompiledClaims, "outcomes", watched)
    assert list(decide_many(read_claims(path), folders, DEFAULTS)) == by_reference
    assert sum(alike) == sum(not item.is_changed and item.new_status == "determined" for item in by_reference) > 40


def test_claims_are_read_as_they_are_needed(folders: tuple[Path, Path]) -> None:
    taken = []

    def endless() -> Iterator[Claim]:
        for number in range(1, 10**9):
            taken.append(number)
            yield Claim(number, {"as_of": "2023-05-01"}, {"visit": {"travel": "local", "total": "1.00"}})

    verdicts = decide_many(endless(), folders, DEFAULTS)
    assert next(verdicts).number == 1
    assert len(taken) < 1000


def test_a_nested_line_and_a_flat_one_are_the_same_claim(tmp_path: Path) -> None:
    path = tmp_path / "claims.jsonl"
    path.write_text(
        '{"id": 1, "facts": {"visit": {"travel": "local"}}, "visit.total": 0.10}\n\n'
        '{"id": "1", "visit.travel": "local", "visit.total": 0.10}\n',
        "utf-8",
    )
    one, other = read_claims(path)
    assert one.facts == other.facts == {"visit": {"travel": "local", "total": Decimal("0.10")}}
    assert (one.id, other.id) == ("1", "1")


def test_an_empty_cell_is_unknown_and_null_is_nothing(tmp_path: Path) -> None:
    path = tmp_path / "claims.csv"
    path.write_text("id,visit.travel,visit.total,visit.items\n1,,null,[]\n2,空,1.00\n", "utf-8")
    one, other = read_claims(path)
    assert one.facts == {"visit": {"total": None, "items": []}}
    assert other.problem is not None


@pytest.mark.parametrize("name", ["claims.xlsx", "claims.parquet"])
def test_what_is_no_file_of_claims_is_refused(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text("not claims", "utf-8")
    with pytest.raises(PolicyError):
        list(read_claims(path))


def test_a_fact_that_only_one_version_reads_does_not_make_claims_fail(tmp_path: Path) -> None:
    new = tmp_path / "new"
    shutil.copytree(RULES, new)
    rules = new / "province" / "降幅.policy"
    rules.write_text(rules.read_text("utf-8").replace("参数.支付比例 - 降幅", "参数.支付比例"), "utf-8")
    facts = {"visit": {"travel": "referral", "total": "100.00"}}
    claim = Claim(1, {"as_of": "2023-05-01"}, facts)
    (verdict,) = decide_many([claim], (RULES, new), DEFAULTS)
    assert (verdict.old_status, verdict.new_status) == ("determined", "determined")
    assert [(item.old, item.new) for item in verdict.amounts] == [(Decimal("72.00"), Decimal("80.00"))]


def test_lines_are_counted_for_the_progress_without_the_empty_ones(tmp_path: Path) -> None:
    from engine.difference.claim_files import count_claims

    path = tmp_path / "claims.jsonl"
    path.write_text("{}\n\n{}\n", "utf-8")
    assert count_claims(path) == 2
