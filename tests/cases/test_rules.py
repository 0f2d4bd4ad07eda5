"""Every case of the shipped rules: a test for each file of them, and what they cover together."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from engine.case_coverage.account import account_of
from engine.cases import Case, CaseResult, case_files, judged, read_cases, run_case
from engine.coverage import Coverage, coverage_of
from engine.readmes import fresh_readmes
from policy.diagnostics import PolicyError
from tests.support.shipped import RULES, shipped_regions

INVARIANTS = {
    "total_by_parts", "in_scope_by_parts", "fund_and_person", "account_and_cash", "self_pay_by_parts", "balances_sum_to_zero",
}  # fmt: skip
"""Checks of sums that the rules themselves see to: no case can break them as long as the rules add up."""


@cache
def _coverage() -> Coverage:
    """The account of all provisions; a case counts in it once it is decided."""
    coverage = coverage_of(shipped_regions())
    for path in case_files([RULES]):
        home = path.parent.parent.name
        coverage.case_counts[home] = coverage.case_counts.get(home, 0) + len(_cases_of(path)[0])
    return coverage


@cache
def _result(case: Case) -> CaseResult:
    """How the case comes out; it is decided once for all that is asserted here."""
    try:
        decision = case.asked.decide(shipped_regions())
    except PolicyError:
        return run_case(case, shipped_regions())
    _coverage().add(case.id, decision)
    return judged(case, decision, shipped_regions())


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
    account = account_of(shipped_regions(), shipped_regions().names())
    for case in _cases():
        result = _result(case)
        account.add(result.id, result.seen)
    assert [item.part.place for item in account.uncovered] == []
    assert [item.part.place for item in account.one_sided] == []
    assert {item.part.id for item in account.unstopped} == INVARIANTS


def _whole_coverage() -> Coverage:
    """The account with every case decided."""
    for case in _cases():
        _result(case)
    return _coverage()


def test_every_executable_provision_is_carried_and_tested_on_both_sides() -> None:
    coverage = _whole_coverage()
    assert [account.provision.id for account in coverage.missing] == []
    assert [rule.id for rule in coverage.without_cases] == []
    assert [account.provision.id for account in coverage.hardly_exercised] == []
    assert [account.provision.id for account in (*coverage.never_won, *coverage.never_lost)] == []


def test_the_readmes_tell_the_present_figures(update: bool) -> None:
    fresh = fresh_readmes(_whole_coverage(), shipped_regions())
    assert len(fresh) == len(shipped_regions().names())
    if update:
        for path, text in fresh.items():
            path.write_text(text, "utf-8")
    stale = [path.parent.name for path, text in fresh.items() if path.read_text("utf-8") != text]
    assert stale == [], "run `tiaoli coverage --write-readmes`"
