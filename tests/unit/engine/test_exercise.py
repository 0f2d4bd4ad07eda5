"""What a decided case says about the provisions it turned on."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import Regions
from engine.coverage import Coverage, count_cases, coverage_of
from engine.exercise import Side, exercised
from engine.readmes import fresh_readmes

RULES = Path(__file__).parent.parent.parent.parent / "rules"
SMALL = Path(__file__).parent.parent.parent / "cli" / "rules"

Counted = tuple[Coverage, Regions]


@pytest.fixture(scope="module")
def counted() -> Counted:
    regions = Regions(RULES)
    coverage = coverage_of(regions)
    count_cases(coverage, regions)
    return coverage, regions


def test_every_executable_provision_is_carried_and_tested_on_both_sides(counted: Counted) -> None:
    coverage, _ = counted
    assert [account.provision.id for account in coverage.missing] == []
    assert [rule.id for rule in coverage.without_cases] == []
    assert [account.provision.id for account in coverage.hardly_exercised] == []
    assert [account.provision.id for account in (*coverage.never_won, *coverage.never_lost)] == []


def test_the_readmes_tell_the_present_figures(counted: Counted, update: bool) -> None:
    fresh = fresh_readmes(*counted)
    assert len(fresh) == len(counted[1].names())
    if update:
        for path, text in fresh.items():
            path.write_text(text, "utf-8")
    stale = [path.parent.name for path, text in fresh.items() if path.read_text("utf-8") != text]
    assert stale == [], "run `tiaoli coverage --write-readmes`"


def _sides(facts: dict[str, object], as_of: str = "2023-05-01") -> dict[str, set[Side]]:
    decision = Regions(SMALL).decide("city", "visit.pay", facts, as_of=as_of, outputs=["reduction"])
    found: dict[str, set[Side]] = {}
    for name, side in exercised(decision):
        found.setdefault(name, set()).add(side)
    return found


def test_a_special_clause_wins_and_the_general_one_loses() -> None:
    assert Side.LOST not in _sides({"visit": {"travel": "referral"}})["PRV-1"]
    assert _sides({"visit": {"travel": "local"}})["PRV-1"] == {Side.LOST}


def test_a_figure_wins_where_it_is_used() -> None:
    assert _sides({"visit": {"travel": "referral"}})["CTY-1"] == {Side.WON}


def test_a_fact_that_is_missing_decides_nothing() -> None:
    assert _sides({"visit": {}})["PRV-1"] == {Side.ASKED}


def test_a_day_outside_the_period_loses() -> None:
    assert _sides({"visit": {"travel": "local"}}, as_of="2022-12-31")["PRV-1"] == {Side.LOST}
