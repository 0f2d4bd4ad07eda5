"""SQL against the reference evaluator: values, statuses, reasons and winning clauses, row for row."""

import os
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pytest

from engine import Regions
from tests.support.casefiles import read_yaml
from tests.support.claims import PLACES, claim
from tests.support.rulesets import DAYS_ASKED, accepted, random_facts, random_ruleset
from tests.support.sqlagreement import Asked, Comparison, compared

ROOT = Path(__file__).parents[2]
MANY = int(os.environ.get("TIAOLI_SQL", "1"))
"""How many times as many cases are compared; set TIAOLI_SQL for more."""

ANSWERED = (
    ("hangzhou", "coding.billing"),
    ("hangzhou", "coding.mapping"),
    ("hangzhou", "coding.upload"),
    ("zhejiang", "filing.validity"),
)
"""Questions that must compile whole, and whose shipped cases are decided once more in SQL."""


@cache
def regions() -> Regions:
    return Regions(ROOT / "rules")


def told(result: Comparison) -> str:
    return "\n".join(result.differences[:10])


@pytest.mark.parametrize(("region", "question"), ANSWERED)
def test_shipped_cases_come_out_the_same(region: str, question: str) -> None:
    groups: dict[tuple[Any, Any], list[Any]] = {}
    for case in read_yaml(ROOT / "rules" / region / "cases" / f"{question}.yaml"):
        if case["region"] == region:
            stated = case.get("treatment_region"), str(case["as_of"]) if case.get("as_of") else None
            groups.setdefault(stated, []).append(case["facts"])
    biggest = sorted(groups.items(), key=lambda item: -len(item[1]))[:MANY]
    for (treatment, as_of), facts in biggest:
        result = compared(regions(), Asked(region, question, treatment, as_of), facts)
        assert not result.refused
        assert not result.differences, told(result)


@pytest.mark.parametrize("place", PLACES[:MANY], ids=str)
def test_settlements_with_items_come_out_the_same(place: tuple[str, str | None]) -> None:
    random = Random(20240506)
    claims = [claim(random) for _ in range(25 * MANY)]
    asked = Asked(place[0], "benefit.settlement", place[1])
    result = compared(regions(), asked, claims, refused=("bands", "items"))
    assert not result.differences, told(result)
    assert set(result.refused) == {"bands", "items"}
    assert result.statuses["determined"] > len(claims) // 2


@pytest.mark.parametrize("start", range(2))
def test_generated_rules_come_out_the_same(start: int, tmp_path: Path) -> None:
    determined = 0
    for seed in range(start * 1000, start * 1000 + 6 * MANY):
        random = Random(seed)
        ruleset = random_ruleset(random, 4)
        own = ruleset.regions(tmp_path)
        for question in ruleset.questions[:1]:
            cases = [accepted(own, question, random_facts(random, ruleset)) for _ in range(10)]
            result = compared(own, Asked("trial", question, None, random.choice(DAYS_ASKED)), cases)
            assert not result.differences, f"seed {seed}\n{told(result)}\n{ruleset}"
            determined += result.statuses.get("determined", 0)
    assert determined
