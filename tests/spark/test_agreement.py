"""Spark against the reference evaluator: values, statuses, reasons and winning clauses, row for row."""

from itertools import groupby
from pathlib import Path
from random import Random
from typing import Any

import pytest

from engine import Regions
from tests.support import casefiles
from tests.support.claims import PLACES, claim
from tests.support.onspark import OnSpark
from tests.support.rulesets import DAYS_ASKED, accepted, random_facts, random_ruleset
from tests.support.shipped import shipped_regions as regions
from tests.support.sqlagreement import Asked, Comparison, compared

ROOT = Path(__file__).parents[2]
CLAIMS = 200
RULESETS = 20
EVERY_NTH_QUESTION = 6
REFERENCE = ROOT / "benchmarks"


def told(result: Comparison) -> str:
    return "\n".join(result.differences[:10])


@pytest.mark.parametrize("place", PLACES[::4], ids=str)
def test_settlements_with_items(place: tuple[str, str | None], master: str, tmp_path: Path) -> None:
    random = Random(20240506)
    claims = [claim(random) for _ in range(CLAIMS)]
    asked = Asked(place[0], "benefit.settlement", place[1])
    result = compared(regions(), asked, claims, engine=OnSpark(master, tmp_path))
    assert not result.differences, told(result)
    assert not result.refused
    assert result.statuses["determined"] > len(claims) // 2


def asked_in_cases() -> list[tuple[Asked, list[Any]]]:
    """What the shipped cases ask: of each question of each region the place and day most of them share."""
    found: dict[Asked, list[Any]] = {}
    for case in casefiles.cases_in(ROOT / "rules"):
        day = str(case["as_of"]) if case.get("as_of") else None
        asked = Asked(case["region"], case["question"], case.get("treatment_region"), day)
        found.setdefault(asked, []).append(case["facts"])
    ordered = sorted(found.items(), key=lambda item: (item[0].region, item[0].question, -len(item[1])))
    return [next(group) for _, group in groupby(ordered, key=lambda item: (item[0].region, item[0].question))]


@pytest.mark.parametrize(
    ("asked", "cases"), asked_in_cases()[::EVERY_NTH_QUESTION], ids=lambda item: getattr(item, "question", "")
)
def test_shipped_cases(asked: Asked, cases: list[Any], master: str, tmp_path: Path) -> None:
    result = compared(regions(), asked, cases, engine=OnSpark(master, tmp_path))
    assert not result.differences, told(result)


def test_the_reference_task(master: str, tmp_path: Path) -> None:
    cases = [case["facts"] for case in casefiles.cases_in(REFERENCE)]
    asked = Asked("reference", "reference.benefit", None, "2024-05-06")
    result = compared(Regions(REFERENCE), asked, cases, engine=OnSpark(master, tmp_path))
    assert not result.differences, told(result)
    assert result.rows


@pytest.mark.parametrize("seed", range(RULESETS))
def test_generated_rules(seed: int, master: str, tmp_path: Path) -> None:
    random = Random(seed)
    ruleset = random_ruleset(random, 4)
    own = ruleset.regions(tmp_path)
    for question in ruleset.questions[:1]:
        cases = [accepted(own, question, random_facts(random, ruleset)) for _ in range(20)]
        asked = Asked("trial", question, None, random.choice(DAYS_ASKED))
        result = compared(own, asked, cases, engine=OnSpark(master, tmp_path))
        assert not result.differences, f"{told(result)}\n{ruleset}"
