"""Every case of the shipped rules: a test for each file of them, and what they cover together."""

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
def _cases_of(path: Path) -> tuple[list[Any], list[object]]:
    """The cases of a file, and what is wrong with the file."""
    problems: list[Any] = []
    return read_cases(path, problems), problems


def _cases() -> list[Any]:
    return [case for path in case_files([RULES]) for case in _cases_of(path)[0]]


@pytest.mark.parametrize("path", case_files([RULES]), ids=lambda path: f"{path.parent.parent.name}/{path.stem}")
def test_cases(path: Path) -> None:
    cases, problems = _cases_of(path)
    assert cases and problems == []
    wrong = [f"{case.id}: {item.about}: {item.message.en}" for case in cases for item in _result(case).failures]
    assert not wrong, "\n".join(wrong)


def test_case_ids_are_unique() -> None:
    names = [case.id for case in _cases()]
    assert len(names) == len(set(names))


def test_every_clause_and_figure_wins_in_a_case_and_every_proviso_is_seen_on_both_sides() -> None:
    account = account_of(_regions(), _regions().names())
    for case in _cases():
        result = _result(case)
        account.add(result.id, result.seen)
    assert [item.part.place for item in account.uncovered] == []
    assert [item.part.place for item in account.one_sided] == []
    assert {item.part.id for item in account.unstopped} == INVARIANTS
