"""Suggested cases: each passes, shows what its note says when it is decided anew, and no two are alike."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from engine.cases import run_cases
from engine.deciding import decide
from engine.suggestions import suggesting
from engine.suggestions.shown import Recogniser, Tried
from engine.suggestions.suggesting import Suggestions, suggestions
from engine.suggestions.wanted import Wanted, wanted_of
from engine.suggestions.writing import case_file
from tests.support.shipped import shipped_regions

RULES = Path(__file__).parents[2] / "rules"

SHIPPED = [
    ("zhejiang", "last_valid_day"),
    ("zhejiang", "filing_level"),
    ("panzhihua", "reason_for_act"),
    ("zhejiang_provincial", "is_out_in_stop"),
]


@cache
def _found(region: str, rule: str) -> Suggestions:
    return suggestions(shipped_regions(), region, shipped_regions().program(region).rules[rule], with_existing=False)


def _shown(found: Suggestions, data: Mapping[str, Any]) -> set[Wanted]:
    regions = shipped_regions()
    laws, stated = regions.stated(
        data["region"], data["question"], data["facts"], data["as_of"], data.get("treatment_region")
    )
    wanted = wanted_of(found.rule, regions.program(found.region))
    return Recogniser(found.rule, wanted).shown(Tried(laws, stated, decide(laws, stated)))


def _without_each_fact(data: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for entity, fields in data["facts"].items():
        for name in fields:
            others = {key: value for key, value in fields.items() if key != name}
            yield {**data, "facts": {**data["facts"], entity: others}}


@pytest.mark.parametrize(("region", "rule"), SHIPPED)
def test_every_suggested_case_passes_and_shows_what_its_note_says(region: str, rule: str, tmp_path: Path) -> None:
    found = _found(region, rule)
    path = tmp_path / "suggested.yaml"
    path.write_text(case_file(found), "utf-8")
    report = run_cases([path], shipped_regions())
    assert not report.diagnostics and not report.failed
    assert len(report.results) == len(found.cases) > 0
    for one in found.cases:
        assert {one.purpose, *one.shows} <= _shown(found, one.data), one.note.zh


@pytest.mark.parametrize(("region", "rule"), SHIPPED)
def test_everything_is_shown_or_told_to_be_out_of_reach(region: str, rule: str) -> None:
    found = _found(region, rule)
    shown = {item for one in found.cases for item in one.shows}
    missed = {item.wanted for item in found.unreached}
    assert shown | missed == set(wanted_of(found.rule, shipped_regions().program(region)))
    assert not shown & missed


@pytest.mark.parametrize(("region", "rule"), SHIPPED)
def test_no_two_cases_are_alike_and_no_fact_is_idle(region: str, rule: str) -> None:
    found = _found(region, rule)
    stated = [json.dumps([one.data["as_of"], one.data["facts"]], sort_keys=True) for one in found.cases]
    assert len(set(stated)) == len(stated)
    for one in found.cases:
        for fewer in _without_each_fact(one.data):
            regions = shipped_regions()
            again = regions.decide(region, rule, fewer["facts"], as_of=fewer["as_of"])
            is_same = again.status is one.decision.status and one.purpose in _shown(found, fewer)
            assert not is_same, (one.data, fewer["facts"])


def test_without_a_solver_values_are_tried_and_nothing_is_called_proven(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suggesting, "available", lambda: False)
    regions = shipped_regions()
    found = suggestions(regions, "zhejiang", regions.program("zhejiang").rules["filing_level"], with_existing=False)
    assert len(found.cases) >= 3
    assert not any(item.is_proven for item in found.unreached)
    assert all(item.reason == suggesting.NO_SOLVER for item in found.unreached)
