"""Rows of text read many at a time say what they say when they are read one by one, to the last code."""

import csv
import json
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import Regions
from engine.batch import csv_cells
from engine.batch.bulk import MISSING, Typist
from engine.batch.flat import Flattener, arrow_of, column_type
from engine.batch.job import Asked, Job
from engine.batch.portions import read_portions
from engine.batch.running import Runner
from engine.difference.claim_files import cell_value, read_claims
from policy.diagnostics import PolicyError
from policy.types import Type, list_of
from policy.values import ValueProblemError, typed

ROOT = Path(__file__).parents[2]

NASTY = (
    "", " ", "　", "\t", "null", "空", " null ", "NULL", "None", "０", "１２．５", "１２", "12", " 12 ", "\xa012", "+1", "01", "-0", "-1",
    "-0.00", "1e3", "1E3", "1,000.00", "12.345", "12.340", "100.0000", "0.1", ".5", "5.", "1.2.3", "١٢", "3%", "3.5%", "300 %", "10.0",
    "9999999999.99", "10000000000", "123456789012345678", "1234567890123456789", "0.1234567890123", "inf", "NaN", "0x10", "1_000",
    "true", "True", "TRUE", "是", "否", "fälse", "[]", "[1]", "{}", "{", "[", '["a"]', '[{"amount": "1.00"}]', '"a"', 'a"b', "a\nb", "a\r\nb",
    "2024-05-06", "2024-02-30", "2024-5-6", "20240506", "2024-05-06T08:00", "2024-05-06 08:00:00", "2024-05-06T24:00:00",
    "2024-05-06T08:00:00+09:00", "2024-05-06T08:00:60", "0000-01-01", "2024-05", "2024-13", "\ufeff1", "\x1f1", "a\x85", "1\x00",
    "employee", "职工", " employee ", "Employee", "级", "local", "异地转诊", "level_1", "三级", "文字", "a b", "}", "]x", "~",
)  # fmt: skip

WRITTEN = st.one_of(
    st.sampled_from(NASTY),
    st.decimals(0, 10**10, places=2).map(str),
    st.decimals(-10, 10, places=4).map(str),
    st.text("0123456789.-+e%[]{}\" ,\n\r空null'　", max_size=6),
)
KINDS = [
    Type(name)
    for name in ("money", "ratio", "points", "number", "integer", "year", "boolean", "date", "instant", "month", "text")
]


@pytest.fixture(scope="module")
def job() -> Job:
    asked = Asked(
        regions=Regions(ROOT / "benchmarks"), region="reference", question="reference.benefit", with_clauses=True
    )
    return Job(asked)


def one_by_one(value: Any, kind: Type, flattener: Flattener) -> Any:
    """The value that the column has, None for 空 and for nothing, or `bad`."""
    if value is MISSING:
        return None
    try:
        found = typed(value, kind, flattener.vocabulary)
    except ValueProblemError:
        return "bad"
    return arrow_of([found], str(column_type(kind)), 1).to_pylist()[0] if flattener.fits(found, kind) else "bad"


def kinds_of(job: Job) -> list[Type]:
    enums = [Type("enum", name) for name in job.laws.insured.policy.vocabulary.enums]
    return [*KINDS, *enums, list_of(Type("text"))]


@settings(max_examples=60)
@given(data=st.data())
def test_a_column_of_cells_is_typed_as_each_cell_is(job: Job, data: st.DataObject) -> None:
    flattener = Flattener(job.laws.insured.policy.vocabulary)
    kind = data.draw(st.sampled_from(kinds_of(job)))
    texts = data.draw(st.lists(WRITTEN, min_size=1, max_size=40))
    bulk = Typist(flattener.vocabulary, flattener.fits, lambda path: True).of_cells(pa.array(texts, pa.string()), kind)
    cells = [cell_value(text) if text.strip() else MISSING for text in texts]
    compare(bulk, cells, kind, flattener)


PLAIN = st.one_of(
    WRITTEN,
    st.none(),
    st.booleans(),
    st.decimals(-(10**6), 10**6, places=2),
    st.sampled_from(
        [Decimal("1E+3"), Decimal("-0"), Decimal("1.0"), Decimal("1.00"), 0.5, 3, "\ud800", [], {}, ["a"], [None]]
    ),
    st.just(MISSING),
)


@settings(max_examples=60)
@given(data=st.data())
def test_a_column_of_values_is_typed_as_each_value_is(job: Job, data: st.DataObject) -> None:
    flattener = Flattener(job.laws.insured.policy.vocabulary)
    kind = data.draw(st.sampled_from(kinds_of(job)))
    values = data.draw(st.lists(PLAIN, min_size=1, max_size=40))
    bulk = Typist(flattener.vocabulary, flattener.fits, lambda path: True).of_values(values, kind)
    compare(bulk, values, kind, flattener)


def compare(bulk: Any, values: Sequence[Any], kind: Type, flattener: Flattener) -> None:
    size = len(values)
    found = arrow_of(bulk.given.values, str(column_type(kind)), size).to_pylist()
    bad = [False] * size if bulk.bad is None else [bool(flag) for flag in bulk.bad.to_pylist()]
    empty = [False] * size if bulk.given.is_empty is None else [bool(flag) for flag in bulk.given.is_empty.to_pylist()]
    assert ["bad" if b else value for b, value in zip(bad, found, strict=True)] == [
        one_by_one(value, kind, flattener) for value in values
    ]
    assert empty == [value is None for value in values]


# ── whole files ─────────────────────────────────────────────────────────────────────────────────────

TITLES = ("id", "as_of", "person.insurance", "人员.险种", "visit.category", "visit.is_filed", "claim.total", "claim.own_expense",
          "accumulator.fund_paid", "region", "stranger", "claim.bogus", "institution.level")  # fmt: skip
USUAL = {
    "id": ["a", "b", ""],
    "as_of": ["2024-05-06", "2024-05-06T08:00:00", "2019-01-01"],
    "person.insurance": ["employee", "职工"],
    "人员.险种": [""],
    "visit.category": ["local", "referral", "异地转诊"],
    "visit.is_filed": ["true", "", "是"],
    "region": [""],
    "stranger": [""],
    "claim.bogus": [""],
    "institution.level": ["level_1", "三级"],
}


def cells_of(title: str) -> st.SearchStrategy[str]:
    usual = st.sampled_from(USUAL[title]) if title in USUAL else st.decimals(0, 10**5, places=2).map(str)
    return st.integers(0, 9).flatmap(lambda chance: WRITTEN if chance == 0 else usual)


@st.composite
def files_of_cells(draw: st.DrawFn) -> bytes:
    titles = draw(st.lists(st.sampled_from(TITLES), min_size=1, max_size=9, unique=True))
    rows = draw(st.lists(st.tuples(*map(cells_of, titles)), max_size=12))
    end = draw(st.sampled_from(["\n", "\n", "\r\n", "\r"]))
    quoted = draw(st.sampled_from(["needed", "needed", "all", "never"]))

    def cell(text: str) -> str:
        if quoted == "all" or (quoted == "needed" and any(mark in text for mark in '",\r\n')):
            return '"' + text.replace('"', '""') + '"'
        return text

    lines = [",".join(map(cell, row)) for row in [titles, *rows]]
    lines += draw(st.lists(st.sampled_from(["", " ", "a", ",,,,,,,,,,,,,,", '"', '"a"b']), max_size=1))
    body = end.join(lines) + draw(st.sampled_from([end, ""]))
    broken = draw(st.sampled_from([b"", b"", b"", b"\xff"]))
    return draw(st.sampled_from([b"", b"\xef\xbb\xbf"])) + body.encode() + broken


@st.composite
def files_of_lines(draw: st.DrawFn) -> bytes:
    def value(text: str) -> Any:
        return draw(st.sampled_from([text, text, json.dumps(text), None])) if text else text

    lines = []
    for _ in range(draw(st.integers(0, 8))):
        titles = draw(st.lists(st.sampled_from(TITLES), min_size=1, max_size=9, unique=True))
        row: dict[str, Any] = {title: value(draw(cells_of(title))) for title in titles}
        if draw(st.booleans()):
            row["facts"] = draw(
                st.sampled_from(
                    [{"claim": {"total": "1.00"}}, {"claim": None}, {"claim": {}}, {"claim": 1}, None, "{}"]
                )
            )
        line = json.dumps(row, ensure_ascii=draw(st.booleans()))
        lines.append(
            draw(
                st.sampled_from(
                    [
                        line,
                        line,
                        line,
                        line.replace('"', ""),
                        "[1]",
                        "",
                        "{",
                        '{"claim.total": 1e2, "claim.total": 10.50}',
                    ]
                )
            )
        )
    return "\n".join(lines).encode() + draw(st.sampled_from([b"", b"\n", b"\xff"]))


@pytest.fixture(scope="module")
def runners(job: Job) -> dict[str, Runner]:
    return {"together": Runner(job), "singly": Runner(job)}


def both_ways(runners: dict[str, Runner], path: Path) -> tuple[Any, Any]:
    told = []
    for way, runner in runners.items():
        runner.problems = []
        try:
            if way == "singly":
                rows = runner.decide(list(read_claims(path))).to_pylist()
            else:
                rows = [row for portion in read_portions(path, 5) for row in runner.decide_portion(portion).to_pylist()]
        except PolicyError as error:
            told.append([(item.code, item.place) for item in error.diagnostics])
        else:
            told.append((rows, [item.to_json() for item in runner.problems]))
    return told[0], told[1]


@settings(max_examples=30, deadline=timedelta(seconds=20))
@given(content=files_of_cells(), block=st.sampled_from([1, 7, 64, 1 << 20]))
def test_csv_read_in_blocks_is_decided_as_row_by_row(
    runners: dict[str, Runner], content: bytes, block: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("csv") / "claims.csv"
    path.write_bytes(content)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_cells, "BLOCK", block)
        together, singly = both_ways(runners, path)
    assert together == singly


@settings(max_examples=20, deadline=timedelta(seconds=20))
@given(content=files_of_lines())
def test_json_lines_read_together_are_decided_as_line_by_line(
    runners: dict[str, Runner], content: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("jsonl") / "claims.jsonl"
    path.write_bytes(content)
    together, singly = both_ways(runners, path)
    assert together == singly


# ── lists ───────────────────────────────────────────────────────────────────────────────────────────

ITEM = st.fixed_dictionaries(
    {},
    optional={
        "amount": st.sampled_from(["1.00", 2, 2.5, "1e3", None, -1, "１"]),
        "treatment_class": st.sampled_from(["class_a", "甲类", "zzz", None]),
        "price_limited": st.sampled_from([True, "是", "x"]),
        "bogus": st.just(1),
    },
)
BAND = st.fixed_dictionaries(
    {"above": st.just("0.00"), "up_to": st.sampled_from([None, "40000"]), "ratio": st.sampled_from(["0.8", "80%"])}
)
LISTS = {
    "claim.items": st.lists(ITEM, max_size=3).map(json.dumps) | st.sampled_from(["", "[]", "[null]", "[[]]", "{}", "空", "x"]),
    "region_parameters.pay_bands": st.lists(BAND, max_size=2).map(json.dumps) | st.just(""),
    "region_parameters.filing_free_places": st.sampled_from(["", "[]", '["a"]', '["a", 1, null]', "a", "空"]),
    "visit.type": st.sampled_from(["inpatient", "住院", ""]),
}  # fmt: skip


@pytest.fixture(scope="module")
def settlement() -> Runner:
    return Runner(Job(Asked(regions=Regions(ROOT / "rules"), region="hangzhou", question="benefit.settlement")))


@settings(max_examples=15, deadline=timedelta(seconds=20))
@given(rows=st.lists(st.fixed_dictionaries(LISTS), min_size=1, max_size=8), lines=st.booleans())
def test_lists_make_the_same_tables(
    settlement: Runner, rows: list[dict[str, str]], lines: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("lists") / ("claims.jsonl" if lines else "claims.csv")
    with path.open("w", encoding="utf-8", newline="") as file:
        if lines:
            stated = ({title: cell_value(text) for title, text in row.items() if text} for row in rows)
            file.writelines(json.dumps(row, default=float) + "\n" for row in stated)
        else:
            writer = csv.DictWriter(file, list(LISTS))
            writer.writeheader()
            writer.writerows(rows)
    (portion,) = read_portions(path, 100)
    ready, rest = settlement.reader.read(portion)
    settlement.problems = []
    read = [settlement.read(claim) for claim in read_claims(path)]
    flattener = settlement._flattener(settlement.job.laws)
    is_fine = [one.problem is None and flattener.holds(one.facts.values) for one in read]
    assert sorted(rest.to_pylist()) == [place for place, fine in enumerate(is_fine) if not fine]
    fine = [one for one, is_so in zip(read, is_fine, strict=True) if is_so]
    for together in ready:
        always = Flattener(flattener.vocabulary, flattener.seen)
        shape, tables = always.tables_of(together.numbers, together.given, together.days)
        facts, numbers = [one.facts.values for one in fine], [one.claim.number for one in fine]
        other_shape, other = always.tables(facts, numbers, [None] * len(fine))
        assert (shape.key, tables) == (other_shape.key, other)
