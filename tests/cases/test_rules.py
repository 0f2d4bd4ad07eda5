"""Every case of the shipped rules, one test each; a file's cases are decided together."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from engine import Regions
from engine.case_coverage.account import account_of
from engine.cases import CaseResult, case_files, read_cases, run_case

INVARIANTS = {
    "total_by_parts", "in_scope_by_parts", "fund_and_person", "account_and_cash", "self_pay_by_parts", "balances_sum_to_zero",
}  # fmt: skip
"""Checks of sums that the rules themselves see to: no case can break them as long as the rules add up."""

RULES = Path(__file__).parent.parent.parent / "rules"


@cache
def _regions() -> Regions:
    return Regions(RULES)


@cache
def _result(case: object) -> CaseResult:
    return run_case(case, _regions())  # type: ignore[arg-type]


@cache
def _cases() -> list[Any]:
    found = []
    for path in case_files([RULES]):
        region = path.parent.parent.name
        found += [pytest.param(case, id=f"{region}/{case.id}") for case in read_cases(path, [])]
    return found


@pytest.mark.parametrize("case", _cases())
def test_case(case: object) -> None:
    result = _result(case)
    assert not result.failures, "\n".join(f"{item.about}: {item.message.en}" for item in result.failures)


def test_every_case_file_can_be_read() -> None:
    problems: list[object] = []
    for path in case_files([RULES]):
        read_cases(path, problems)  # type: ignore[arg-type]
    assert problems == []


def test_case_ids_are_unique() -> None:
    names = [case.id for path in case_files([RULES]) for case in read_cases(path, [])]
    assert len(names) == len(set(names))


def test_every_clause_and_figure_wins_in_a_case_and_every_proviso_is_seen_on_both_sides() -> None:
    account = account_of(_regions(), _regions().names())
    for case in _cases():
        result = _result(case.values[0])
        account.add(result.id, result.seen)
    assert [item.part.place for item in account.uncovered] == []
    assert [item.part.place for item in account.one_sided] == []
    assert {item.part.id for item in account.unstopped} == INVARIANTS
