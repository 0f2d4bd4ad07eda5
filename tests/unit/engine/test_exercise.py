"""What a decided case says about the provisions it turned on."""

from __future__ import annotations

from pathlib import Path

from engine import Regions
from engine.exercise import Side, exercised

SMALL = Path(__file__).parent.parent.parent / "cli" / "rules"


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
