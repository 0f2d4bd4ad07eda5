"""SQL against the reference evaluator: values, statuses, reasons and winning clauses, row for row."""

import os
from pathlib import Path
from random import Random
from typing import Any

import pytest

from benchmarks import packs
from engine import Regions
from engine.backends.sql.questions import compile_question
from engine.batch.flat import Flattener
from tests.support.casefiles import read_yaml
from tests.support.claims import PLACES, claim
from tests.support.rulesets import DAYS_ASKED, accepted, random_facts, random_ruleset
from tests.support.shipped import shipped_regions as regions
from tests.support.sqlagreement import Asked, Comparison, compared, differences

ROOT = Path(__file__).parents[2]
MANY = int(os.environ.get("TIAOLI_SQL", "1"))
"""How many times as many cases are compared; set TIAOLI_SQL for more."""

ANSWERED = (
    ("hangzhou", "coding.mapping"),
    ("zhejiang", "filing.validity"),
    ("hangzhou", "checklist.missing"),
    ("hangzhou", "duties.of_actor"),
    ("zhejiang", "clearing.net_position"),
    ("zhejiang", "prepayment.quota"),
    ("jiaxing", "drg.special_review"),
    ("panzhihua", "calendar.panzhihua_discharge"),
)
"""Questions whose shipped cases are decided once more in SQL: values, checklists, duties, lists within lists, schedules."""

CHECKLIST = {"check": {"checklist": "zj_inspections", "items": ["flying_inspection"]}}

COMPILED = ("hangzhou", "jiaxing", "national", "panzhihua", "zhejiang", "zhejiang_provincial")


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
        assert result.rows


@pytest.mark.parametrize("region", COMPILED if MANY > 1 else ["panzhihua"])
def test_every_question_compiles_whole(region: str) -> None:
    laws = regions().laws(region, None)
    vocabulary = laws.insured.policy.vocabulary
    for question in laws.insured.questions.values():
        shape, _ = Flattener(vocabulary, regions()._accepted(question, laws)).tables([], [], [])
        query = compile_question(laws, question, shape.tables())
        assert list(query.outputs) == list(question.answers)


@pytest.mark.parametrize("place", PLACES[:MANY], ids=str)
def test_settlements_with_items_come_out_the_same(place: tuple[str, str | None]) -> None:
    random = Random(20240506)
    claims = [claim(random) for _ in range(25 * MANY)]
    asked = Asked(place[0], "benefit.settlement", place[1])
    result = compared(regions(), asked, claims)
    assert not result.differences, told(result)
    assert not result.refused
    assert result.statuses["determined"] > len(claims) // 2


BAD_BANDS = {
    "a gap, and no items": ([("0", "100"), ("200", None)], ("claim", "items"), "error"),
    "a gap, and no accumulator": ([("0", "100"), ("200", None)], ("accumulator", "fund_paid"), "error"),
    "a bottom that is not given": ([("0", "100"), (None, None)], None, "undetermined"),
    "that, and no items": ([("0", "100"), (None, None)], ("claim", "items"), "undetermined"),
}


@pytest.mark.parametrize("name", BAD_BANDS)
def test_bands_out_of_order_are_told_whatever_else_is_missing(name: str) -> None:
    edges, missing, status = BAD_BANDS[name]
    facts = claim(Random(3))
    facts["region_parameters"]["pay_bands"] = [
        {"ratio": "0.5", "up_to": top} | ({} if bottom is None else {"above": bottom}) for bottom, top in edges
    ]
    if missing is not None:
        del facts[missing[0]][missing[1]]
    result = compared(regions(), Asked("hangzhou", "benefit.settlement", "hangzhou"), [facts])
    assert not result.differences, told(result)
    assert result.statuses == {status: 1}


def test_numbered_columns_hold_no_band_whose_top_is_not_given() -> None:
    """空 is no limit, and an empty cell of a numbered column is 空: what is not given is asked for by the reference."""
    vocabulary = regions().laws("hangzhou", None).insured.policy.vocabulary
    flat = Flattener(vocabulary)
    band = {"above": 0, "ratio": 1}
    assert flat.holds({"region_parameters.pay_bands": (band | {"up_to": None},)})
    assert not flat.holds({"region_parameters.pay_bands": (band,)})


@pytest.mark.parametrize(("start", "may_list"), [(0, False), (1000, False), (2000, True), (3000, True)])
def test_generated_rules_come_out_the_same(start: int, may_list: bool, tmp_path: Path) -> None:
    determined = 0
    for seed in range(start, start + (4 if may_list else 6) * MANY):
        random = Random(seed)
        ruleset = random_ruleset(random, 4, may_list=may_list)
        own = ruleset.regions(tmp_path)
        for question in ruleset.questions[:1]:
            cases = [accepted(own, question, random_facts(random, ruleset)) for _ in range(10)]
            result = compared(own, Asked("trial", question, None, random.choice(DAYS_ASKED)), cases)
            assert not result.differences, f"seed {seed}\n{told(result)}\n{ruleset}"
            determined += result.statuses.get("determined", 0)
    assert determined


def test_a_list_that_differs_is_told() -> None:
    """The comparison itself: a list with another element, or in another order, is a difference."""
    result = compared(regions(), Asked("hangzhou", "checklist.missing", None, "2023-05-01"), [CHECKLIST])
    assert not result.differences and result.query is not None
    decision = regions().decide("hangzhou", "checklist.missing", CHECKLIST, as_of="2023-05-01")
    right = decision.outputs["missing"]
    assert len(right) > 1
    row = {"status": "determined", "reason": None, **dict.fromkeys(result.query.clauses.values())}
    row |= {result.query.columns[name]: decision.outputs[name] for name in result.query.outputs}
    for wrong in (right[1:], right[::-1]):
        told_of = list(differences(row | {result.query.columns["missing"]: list(wrong)}, decision, result.query))
        assert any("missing" in text for text in told_of)


def test_items_without_what_is_summed_come_out_the_same(tmp_path: Path) -> None:
    own = Regions(packs.items(tmp_path))
    cases = [{"claim": {"items": [{"class": "own"}]}}, {"claim": {"items": []}}, {"claim": {}}]
    result = compared(own, Asked("growth", "growth.pay", None, "2024-05-06"), cases, wide=False)
    assert not result.differences, told(result)
    assert result.statuses == {"undetermined": 2, "determined": 1}
