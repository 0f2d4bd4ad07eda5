"""A batch from file to file: both ways of reading, both engines, parts that are taken up again."""

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from pyarrow import parquet

from engine import PolicyError, Regions
from engine.backends.refusals import CompileRefusal
from engine.batch.job import Asked, Job
from engine.batch.session import Files, Session, Summary
from tests.support.shipped import shipped_regions

BENCHMARKS = Path(__file__).parents[3] / "benchmarks"
QUESTION = "reference.benefit"


@pytest.fixture(scope="module")
def regions() -> Regions:
    return Regions(BENCHMARKS)


def job(regions: Regions, **options: Any) -> Job:
    asked = {"as_of": "2024-05-06", "with_clauses": True, **options}
    return Job(Asked(regions=regions, region="reference", question=QUESTION, **asked))


def claims(count: int, seed: int = 1) -> Iterator[dict[str, Any]]:
    random = Random(seed)
    for number in range(count):
        yield {
            "id": f"c{number}",
            "person.insurance": random.choice(("employee", "resident")),
            "institution.level": random.choice(("level_1", "level_2", "level_3")),
            "visit.category": random.choice(("local", "long_term", "referral", "emergency", "other", None)),
            "visit.is_filed": random.choice((True, False, None)),
            "claim.total": Decimal(random.randint(2_000_000, 18_000_000)).scaleb(-2),
            "claim.own_expense": Decimal(random.randint(0, 500_000)).scaleb(-2),
            "claim.class_b_self_pay": Decimal(random.randint(0, 300_000)).scaleb(-2),
            "claim.granule_amount": Decimal(random.randint(0, 200_000)).scaleb(-2),
            "accumulator.deductible_paid": Decimal(random.randint(0, 120_000)).scaleb(-2),
            "accumulator.fund_paid": Decimal(random.randint(0, 42_000_000)).scaleb(-2),
        }


def write(rows: list[dict[str, Any]], path: Path, money: str = "decimal") -> Path:
    kinds = {name: pa.string() for name in rows[0]} | {"visit.is_filed": pa.bool_()}
    amounts = [name for name in rows[0] if name.startswith(("claim.", "accumulator."))]
    kinds |= {name: pa.decimal128(12, 2) if money == "decimal" else pa.float64() for name in amounts}
    values = {name: [row[name] for row in rows] for name in rows[0]}
    if money == "float":
        values |= {name: [float(value) for value in values[name]] for name in amounts}
    parquet.write_table(pa.table({name: pa.array(values[name], kinds[name]) for name in kinds}), path)
    return path


def run(own: Job, source: Path, out: Path, **options: Any) -> tuple[Summary, list[dict[str, Any]]]:
    summary = Session(own, Files(claims=source, out=out, **options)).run()
    found = duckdb.sql(f"SELECT * FROM '{out}'").to_arrow_table().to_pylist()
    return summary, found


def plain(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: str(value) for name, value in row.items() if value is not None} for row in rows]


def test_a_typed_file_read_by_the_query_agrees_with_the_reference(regions: Regions, tmp_path: Path) -> None:
    source = write(list(claims(400)), tmp_path / "claims.parquet")
    direct, fast = run(job(regions), source, tmp_path / "fast.parquet")
    slow, by_reference = run(job(regions, engine="python"), source, tmp_path / "slow.parquet")
    assert (direct.way, slow.way) == ("direct", "rows")
    assert plain(fast) == plain(by_reference)
    assert set(direct.statuses) == {"determined", "undetermined"}
    assert direct.statuses == slow.statuses
    assert direct.clauses == slow.clauses


def test_words_and_amounts_that_the_query_cannot_read_are_read_one_by_one(regions: Regions, tmp_path: Path) -> None:
    rows = list(claims(20))
    rows[3]["person.insurance"] = "职工"
    rows[4]["visit.category"] = "旅游"
    rows[5]["claim.total"] = Decimal("-1.00")
    source = write(rows, tmp_path / "claims.parquet")
    summary, found = run(job(regions), source, tmp_path / "out.parquet")
    assert summary.way == "direct"
    assert found[3]["status"] == "determined"
    assert found[4]["reason"] == "E0606:visit.category"
    assert found[5]["reason"] == "E0604:claim.total"
    assert sorted(item.code for item in summary.problems) == ["E0604", "E0606"]
    assert [item.place for item in summary.problems] == ["c4.visit.category", "c5.claim.total"]


def test_amounts_in_binary_floats_are_not_taken_by_the_query(regions: Regions, tmp_path: Path) -> None:
    rows = list(claims(5))
    rows[0]["claim.total"] = Decimal("0.1")
    source = write(rows, tmp_path / "claims.parquet", money="float")
    summary, found = run(job(regions), source, tmp_path / "out.parquet")
    assert summary.way == "rows"  # read as the decimals they print as, and refused where they are not exact
    assert found[0]["personal"] == Decimal("0.10") or found[0]["status"] != "determined"


def test_parts_are_taken_up_again_only_by_the_same_run(regions: Regions, tmp_path: Path) -> None:
    rows = list(claims(90))
    source, out = write(rows, tmp_path / "claims.parquet"), tmp_path / "out.parquet"
    _, whole = run(job(regions), source, tmp_path / "whole.parquet")

    class StoppedError(Exception):
        pass

    done: list[int] = []

    def stop_after_two(count: int) -> None:
        done.append(count)
        if len(done) == 2:
            raise StoppedError

    with pytest.raises(StoppedError):
        Session(job(regions, batch_rows=30), Files(claims=source, out=out), stop_after_two).run()
    assert not out.exists()
    manifest = json.loads((tmp_path / "out.parquet.parts" / "manifest.json").read_text("utf-8"))
    assert sorted(manifest["done"]) == ["0", "30"]
    with pytest.raises(PolicyError) as refused:
        run(job(regions, batch_rows=30, as_of="2024-05-07"), source, out, resume=True)
    assert [item.code for item in refused.value.diagnostics] == ["E0610"]
    part = tmp_path / "out.parquet.parts" / "part-000000000000.parquet"
    before = part.stat().st_mtime_ns
    touched: list[int] = []
    session = Session(job(regions, batch_rows=30), Files(claims=source, out=out, resume=True), touched.append)
    assert part.stat().st_mtime_ns == before
    session.run()
    assert plain(duckdb.sql(f"SELECT * FROM '{out}'").to_arrow_table().to_pylist()) == plain(whole)
    assert not (tmp_path / "out.parquet.parts").exists()


@pytest.mark.parametrize("suffix", [".csv", ".jsonl"])
def test_text_files_say_the_same_as_parquet(suffix: str, regions: Regions, tmp_path: Path) -> None:
    rows = list(claims(60))
    source = write(rows, tmp_path / "claims.parquet")
    text = tmp_path / f"claims{suffix}"
    if suffix == ".csv":
        header = ",".join(rows[0])
        lines = [",".join("" if value is None else str(value) for value in row.values()) for row in rows]
        text.write_text("\n".join([header, *lines]), "utf-8")
    else:
        given = (
            {name: str(v) if isinstance(v, Decimal) else v for name, v in row.items() if v is not None} for row in rows
        )
        text.write_text("\n".join(map(json.dumps, given)), "utf-8")
    _, typed = run(job(regions), source, tmp_path / "typed.parquet")
    _, untyped = run(job(regions), text, tmp_path / "untyped.parquet")
    assert plain(typed) == plain(untyped)


def test_rows_of_a_list_come_from_a_file_of_their_own(tmp_path: Path) -> None:
    regions = shipped_regions()
    outputs = ["total_fee", "own_expense", "over_limit_self_pay"]
    asked = Asked(regions=regions, region="hangzhou", question="benefit.settlement", outputs=outputs)
    own = Job(asked)
    settled = pa.array(["2024-05-06 08:00:00"] * 2).cast(pa.timestamp("us"))
    relation = pa.array(["local", "local"])
    parquet.write_table(
        pa.table({"id": pa.array([1, 2]), "claim.settled_at": settled, "visit.care_relation": relation}),
        tmp_path / "claims.parquet",
    )
    amounts = pa.array([Decimal("100.10"), Decimal("50.05"), Decimal("9.99")], pa.decimal128(12, 2))
    items = {
        "claim_id": pa.array([1, 1, 2]),
        "amount": amounts,
        "treatment_class": pa.array(["own_expense", "class_a", "class_a"]),
        "item_type": pa.array(["drug"] * 3),
        "price_limited": pa.array([False] * 3),
        "has_national_code": pa.array([True] * 3),
    }
    parquet.write_table(pa.table(items), tmp_path / "items.parquet")
    _, found = run(
        own, tmp_path / "claims.parquet", tmp_path / "out.parquet", rows={"claim.items": tmp_path / "items.parquet"}
    )
    fees = {row["id"]: (row["total_fee"], row["own_expense"]) for row in found}
    assert fees == {1: (Decimal("150.15"), Decimal("100.10")), 2: (Decimal("9.99"), Decimal("0.00"))}


def test_list_answers_are_nested_columns_in_the_order_of_the_rows(tmp_path: Path) -> None:
    """A file of rows says their order by their place in it, wherever the rows of another claim stand between."""
    asked = Asked(regions=shipped_regions(), region="hangzhou", question="benefit.settlement", outputs=["items"])
    settled = pa.array(["2024-05-06 08:00:00"] * 3).cast(pa.timestamp("us"))
    claims = {"id": pa.array([1, 2, 3]), "claim.settled_at": settled, "visit.care_relation": pa.array(["local"] * 3)}
    parquet.write_table(pa.table(claims), tmp_path / "claims.parquet")
    amounts = pa.array([Decimal("3.00"), Decimal("9.99"), Decimal("1.00"), Decimal("2.00")], pa.decimal128(12, 2))
    items = {
        "claim_id": pa.array([1, 2, 1, 1]),
        "id": pa.array(["c", "x", "a", "b"]),
        "amount": amounts,
        "treatment_class": pa.array(["own_expense", "class_a", "class_a", "class_a"]),
        "item_type": pa.array(["drug"] * 4),
        "price_limited": pa.array([False] * 4),
        "has_national_code": pa.array([True] * 4),
    }
    parquet.write_table(pa.table(items), tmp_path / "items.parquet")
    rows = {"claim.items": tmp_path / "items.parquet"}
    _, found = run(Job(asked), tmp_path / "claims.parquet", tmp_path / "out.parquet", rows=rows)
    told = {
        row["id"]: [(item["id"], item["own_expense"] + item["in_scope_amount"]) for item in row["items"]]
        for row in found
    }
    assert told == {
        1: [("c", Decimal("3.00")), ("a", Decimal("1.00")), ("b", Decimal("2.00"))],
        2: [("x", Decimal("9.99"))],
        3: [],
    }


def test_rows_read_one_by_one_keep_the_rows_of_their_lists(tmp_path: Path) -> None:
    """A label where the query reads ids, in the claim or in a row of its list, sends the claim to be read by itself."""
    vocabulary = {
        "visit": "{label: 就医, fields: {kind: {label: 类别, type: 'enum:Kind'}, items: {label: 明细, type: 'list[entity:item]'}}}",
        "item": "{label: 明细行, record: true, fields: {kind: {label: 类别, type: 'enum:Kind'}, amount: {label: 金额, type: money}}}",
    }
    entities = "".join(f"  {name}: {written}\n" for name, written in vocabulary.items())
    enums = "enums:\n  Kind: {label: 类名, values: {local: {label: 本地}, away: {label: 异地}}}\n"
    (tmp_path / "town").mkdir()
    (tmp_path / "town" / "region.yaml").write_text("id: town\nlabel: 镇\n", "utf-8")
    (tmp_path / "town" / "vocabulary.yaml").write_text(f"{enums}entities:\n{entities}", "utf-8")
    (tmp_path / "town" / "rules.policy").write_text(OWN_KIND, "utf-8")
    kinds = pa.array(["local", "异地", "away", "nowhere"])
    parquet.write_table(pa.table({"id": pa.array([1, 2, 3, 4]), "visit.kind": kinds}), tmp_path / "claims.parquet")
    items = {
        "claim_id": pa.array([2, 1, 3, 2, 3]),
        "kind": pa.array(["away", "local", "异地", "local", "elsewhere"]),
        "amount": pa.array(
            [Decimal("1.00"), Decimal("2.00"), Decimal("3.00"), Decimal("4.00"), None], pa.decimal128(12, 2)
        ),
    }
    parquet.write_table(
        pa.table({name: column.slice(0, 4) for name, column in items.items()}), tmp_path / "items.parquet"
    )
    asked = Asked(regions=Regions(tmp_path), region="town", question="visit.own", as_of="2024-05-06")
    rows = {"visit.items": tmp_path / "items.parquet"}
    _, found = run(Job(asked), tmp_path / "claims.parquet", tmp_path / "out.parquet", rows=rows)
    assert [(row["total"], row["own"], row["reason"]) for row in found] == [
        (Decimal("2.00"), [{"kind": "local", "amount": Decimal("2.00")}], None),
        (Decimal("5.00"), [{"kind": "away", "amount": Decimal("1.00")}], None),
        (Decimal("3.00"), [{"kind": "away", "amount": Decimal("3.00")}], None),
        (None, None, "E0606:visit.kind"),
    ]
    parquet.write_table(pa.table(items), tmp_path / "items.parquet")
    _, found = run(Job(asked), tmp_path / "claims.parquet", tmp_path / "out.parquet", rows=rows)
    assert [row["status"] for row in found] == ["determined", "determined", "error", "error"]


OWN_KIND = """\
规则 合计额 total：金额
  一般 合计（明细行.金额 逐 就医.明细）

规则 同类明细 own：列表 明细行
  一般 筛选（逐 就医.明细 当 明细行.类别 为 就医.类别）

问题 同类 visit.own
  依时 决定日
  答复 合计额 total = 合计额
  答复 同类明细 own = 同类明细
"""


NO_QUERY = """\
规则 三分之一 third：金额
  一般 就医.费用 ×（就医.费用 ÷ 就医.全年费用 ÷ 3）四舍五入到 分

问题 支付 visit.pay
  依时 决定日
  答复 三分之一 third = 三分之一
"""


def test_an_output_that_no_query_gives_is_refused_by_name(tmp_path: Path) -> None:
    town = tmp_path / "town"
    town.mkdir()
    (town / "region.yaml").write_text("id: town\nlabel: 镇\n", "utf-8")
    fields = "{total: {label: 费用, type: money}, whole: {label: 全年费用, type: money}}"
    (town / "vocabulary.yaml").write_text(f"entities: {{visit: {{label: 就医, fields: {fields}}}}}\n", "utf-8")
    (town / "rules.policy").write_text(NO_QUERY, "utf-8")
    own = Job(Asked(regions=Regions(tmp_path), region="town", question="visit.pay", outputs=["third"]))
    (tmp_path / "claims.csv").write_text("id\na\n", "utf-8")
    with pytest.raises(CompileRefusal, match="third"):
        Session(own, Files(claims=tmp_path / "claims.csv", out=tmp_path / "out.csv")).run()


def test_facts_that_cannot_occur_together_have_one_reason_in_every_engine(tmp_path: Path) -> None:
    (tmp_path / "claims.csv").write_text("id,visit.admitted_on,visit.discharged_on\na,2022-01-20,2022-01-19\n", "utf-8")
    reasons = set()
    for engine in ("duckdb", "python"):
        asked = Asked(
            regions=shipped_regions(), region="hangzhou", question="shutdown.inpatient_steps",
            engine=engine,
        )  # fmt: skip
        _, found = run(Job(asked), tmp_path / "claims.csv", tmp_path / f"{engine}.parquet")
        reasons.add(found[0]["reason"])
    assert reasons == {"E0609:discharged_before_admitted"}
