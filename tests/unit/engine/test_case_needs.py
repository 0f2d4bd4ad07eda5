"""What a case says is needed: facts that are missing, and who decides what the law leaves to a person."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.cases import run_cases
from tests.support.shipped import shipped_regions

CASE = """
- id: twice/{who}
  region: zhejiang_provincial
  question: refers_double_deductible
  as_of: 2022-02-12
  facts:
    visit:
      type: inpatient
      care_relation: in_province
      admitted_on: 2021-12-15
      split_by_switch: true
      deductibles_paid_count: 2
  status: needs_human
  needs: [{who}]
"""


@pytest.mark.parametrize(("who", "failed"), [("insured_place_agency", 0), ("treatment_place_agency", 1)])
def test_a_case_names_who_decides(who: str, failed: int, tmp_path: Path) -> None:
    (tmp_path / "twice.yaml").write_text(CASE.format(who=who), "utf-8")
    report = run_cases([tmp_path], shipped_regions())
    assert not report.diagnostics
    assert [failure.about for result in report.failed for failure in result.failures] == ["needs"] * failed
