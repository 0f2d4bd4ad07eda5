"""What counts as covered: what won in some case, version by version, row by row."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from engine import Regions
from engine.case_coverage.account import Account, account_of
from engine.case_coverage.page import coverage_page
from engine.case_coverage.seen import seen_in
from tests.support.rulebooks import write_region

VOCABULARY = """
enums:
  Kind: {label: 种类, values: {plain: {label: 普通}, rare: {label: 罕见}}}
entities:
  visit:
    label: 就医
    fields:
      kind: {label: 种类, type: "enum:Kind"}
      total: {label: 费用, type: money}
  region_parameters:
    label: 本地标准
    fields:
      floor: {label: 起付线, type: money}
"""
SOURCES = """
sources:
  - id: notice
    label: 通知
    title: 通知
    issuer: 局
    issued: 2020-01-01
    from: 2020-01-01
    until: null
    provisions:
      - {id: N-1, clause: 第一条, gist: {zh: 大意, en: gist}, standing: executable}
"""
PARAMETERS = """
parameters:
  floor:
    by: [visit.kind]
    values:
      - {from: 2020-01-01, until: 2020-12-31, cite: N-1, table: [[plain, 100], [rare, 200]]}
      - {from: 2021-01-01, cite: N-1, table: [[plain, 150], [rare, 250]]}
"""
POLICY = """
规则 补助 aid：金额
  依据 通知“第一条”
  一般 0 元 至 2020-12-31 止
  一般 1 元 自 2021-01-01 起
  情形 大额 large 当 就医.费用 超过 参数.起付线 则 10 元
  情形 未定 silent 优先于 大额 当 就医.费用 超过 9000 元 则 无规定
  但书 罕见 rare 对 大额 当 就医.种类 为 罕见 则 20 元

核对 有限 limited 对 补助
  依据 通知“第一条”
  要求 就医.费用 不超过 90000 元
  否则 “太多”
"""
FIRST, LAST = "2020-06-01", "2021-06-01"


@pytest.fixture(scope="module")
def regions(tmp_path_factory: pytest.TempPathFactory) -> Regions:
    folder = tmp_path_factory.mktemp("rules")
    files = {"vocabulary.yaml": VOCABULARY, "sources.yaml": SOURCES, "parameters.yaml": PARAMETERS}
    write_region(folder, "town", {**files, "补助.policy": POLICY}, extends="")
    return Regions(folder)


def account(regions: Regions, *cases: tuple[str, Mapping[str, Any]]) -> Account:
    found = account_of(regions, ["town"])
    for number, (day, visit) in enumerate(cases):
        found.add(f"case-{number}", seen_in(regions.decide("town", "补助", {"visit": visit}, as_of=day)))
    return found


def states(found: Account) -> dict[str, str]:
    """Kind, id, and of rows the year they hold from → what the cases show."""
    years = {item.part.key: item.part.since[:4] if item.part.kind == "row" else "" for item in found.tested.values()}
    return {f"{i.part.kind} {i.part.id} {years[i.part.key]}".strip(): i.state for i in found.tested.values()}


def test_only_what_won_is_covered(regions: Regions) -> None:
    found = states(account(regions, (FIRST, {"total": 500, "kind": "plain"})))
    assert found["case large"] == "won"
    assert found["proviso rare"] == found["general general"] == found["case silent"] == "lost"
    assert found["general general_2"] == "never"


def test_a_version_is_covered_by_a_case_of_its_own_time(regions: Regions) -> None:
    before, after = (states(account(regions, (day, {"total": 1, "kind": "plain"}))) for day in (FIRST, LAST))
    assert (before["general general"], before["general general_2"]) == ("won", "never")
    assert (after["general general"], after["general general_2"]) == ("never", "won")
    assert (before["row 1 2020"], before["row 1 2021"], before["row 2 2020"]) == (
        "won",
        "never",
        "never",
    )
    assert after["row 1 2021"] == "won"


def test_a_clause_that_refuses_the_case_won(regions: Regions) -> None:
    assert states(account(regions, (LAST, {"total": 9001, "kind": "plain"})))["case silent"] == "won"


def test_a_figure_given_with_the_case_covers_no_row(regions: Regions) -> None:
    found = account_of(regions, ["town"])
    facts = {"visit": {"total": 500, "kind": "plain"}, "region_parameters": {"floor": 3}}
    found.add("given", seen_in(regions.decide("town", "补助", facts, as_of=LAST)))
    assert {state for name, state in states(found).items() if name.startswith("row")} == {"never"}


def test_a_check_is_counted_apart_and_wins_where_it_stops_a_case(regions: Regions) -> None:
    kept = account(regions, (LAST, {"total": 1, "kind": "plain"}))
    assert [item.part.id for item in kept.unstopped] == ["limited"]
    assert not any(item.is_guard for item in kept.uncovered)
    assert not account(regions, (LAST, {"total": 90001, "kind": "plain"})).unstopped


def test_a_proviso_is_to_be_seen_on_both_sides(regions: Regions) -> None:
    displacing = (LAST, {"total": 500, "kind": "rare"})
    assert [item.part.id for item in account(regions, displacing).one_sided] == ["rare"]
    assert not account(regions, displacing, (LAST, {"total": 500, "kind": "plain"})).one_sided


def test_the_page_shows_the_rule_text_with_the_cases_beside_it(regions: Regions) -> None:
    page = coverage_page(account(regions, (LAST, {"total": 500, "kind": "rare"})), "zh")
    assert "<li>case-0</li>" in page
    assert '<div class="stretch never">' in page and '<div class="stretch won">' in page
    assert '<span class="k">规则</span> 补助 aid：金额' in page
    assert "http" not in page.replace("http-equiv", "")
    assert Path("rules/town/补助.policy").name in page
