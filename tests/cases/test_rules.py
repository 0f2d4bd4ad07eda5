"""Every case of the shipped rules, one test each; a file's cases are decided together."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from engine import Regions
from engine.cases import CaseResult, case_files, read_cases, run_case

RULES = Path(__file__).parent.parent.parent / "rules"


@cache
def _regions() -> Regions:
    return Regions(RULES)


def _cases() -> list[object]:
    found = []
    for path in case_files([RULES]):
        region = path.parent.parent.name
        found += [pytest.param(case, id=f"{region}/{case.id}") for case in read_cases(path, [])]
    return found


@pytest.mark.parametrize("case", _cases())
def test_case(case: object) -> None:
    result: CaseResult = run_case(case, _regions())  # type: ignore[arg-type]
    assert not result.failures, "\n".join(f"{item.about}: {item.message.en}" for item in result.failures)


def test_every_case_file_can_be_read() -> None:
    problems: list[object] = []
    for path in case_files([RULES]):
        read_cases(path, problems)  # type: ignore[arg-type]
    assert problems == []


def test_case_ids_are_unique() -> None:
    names = [case.id for path in case_files([RULES]) for case in read_cases(path, [])]
    assert len(names) == len(set(names))
