"""A fact that is taken away is asked for under a clause, or was not needed; it never turns into another amount."""

import os
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.support import casefiles
from tests.support.claims import PLACES, claim
from tests.support.missing_facts import OPTIONAL, one_missing, verdict
from tests.support.settlement import ContradictionError, settle
from tests.support.shipped import shipped_regions as regions

RULES = Path(__file__).parents[2] / "rules"
EXAMPLES = RULES.parent / "examples"
QUESTION = "benefit.settlement"
EVERY_NTH_CASE = 75

few = settings(
    deadline=None,
    max_examples=int(os.environ.get("TIAOLI_CLAIMS", "600")) // 60,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # one example is hundreds of decisions: too many to shrink
    suppress_health_check=list(HealthCheck),
)

DEMO: dict[str, Any] = {
    "claim": {
        "settled_at": "2023-06-20T10:30",
        "use_account": True,
        "other_funds": [{"fund": "610100", "amount": "200.00"}],
        "items": [
            {
                "id": "1",
                "item_type": "drug",
                "treatment_class": "class_a",
                "amount": "20000.00",
                "price_limited": False,
            },
            {
                "id": "2",
                "item_type": "drug",
                "treatment_class": "class_b",
                "amount": "11000.00",
                "price_limited": False,
                "self_pay_first_ratio": "0.10",
            },
            {
                "id": "3",
                "item_type": "consumable",
                "treatment_class": "class_b",
                "amount": "300.00",
                "price_limited": True,
                "payable_limit": "250.00",
                "self_pay_first_ratio": "20%",
            },
            {"id": "4", "item_type": "other", "treatment_class": "own_expense", "amount": "500.00"},
            {
                "id": "5",
                "item_type": "formula_granule",
                "has_national_code": False,
                "amount": "86.67",
                "price_limited": False,
            },
            {
                "id": "6",
                "item_type": "formula_granule",
                "has_national_code": True,
                "amount": "43.30",
                "price_limited": False,
            },
            {
                "id": "7",
                "item_type": "decoction_piece",
                "has_national_code": False,
                "meets_national_standard": False,
                "meets_local_norm": True,
                "amount": "58.00",
                "price_limited": False,
            },
        ],
    },
    "visit": {
        "type": "inpatient",
        "care_relation": "cross_province",
        "travel_kind": "other_temporary",
        "stay_link": "separate",
    },
    "filing": {"state": "filed"},
    "person": {"insurance_type": "employee", "type": "active", "account_balance": "1000.00"},
    "institution": {"tier": "tertiary", "deductible_tier": "tertiary"},
    "accumulator": {
        "deductible_paid": "300.00",
        "standard_in_period": "300.00",
        "year_deductible_paid": "300.00",
        "in_scope_amount": "30000.00",
        "fund_paid": "20000.00",
    },
    "region_parameters": {
        "deductible_accumulation": "per_year_top_up",
        "deductible_merge": "no_merge",
        "band_basis": "year_to_date",
        "cap_basis": "fund_payment",
        "annual_cap": "360000.00",
        "reduction_reading": "self_pay_before_deductible",
        "reduction_other": 20,
    },
}
"""A Hangzhou employee, inpatient outside the province; the ratios and deductibles are those Hangzhou ships."""


@pytest.mark.parametrize(
    ("kind", "state", "treatment"),
    [
        ("other_temporary", "filed", "hangzhou"),
        ("emergency", "none", "hangzhou"),
        ("long_term_resident", "filed", None),
    ],
)
def test_the_demo_claim_without_any_one_fact(kind: str, state: str, treatment: str | None) -> None:
    facts = {
        **DEMO,
        "visit": {**DEMO["visit"], "travel_kind": kind, "place": "filed_place"},
        "filing": {"state": state},
    }
    facts["region_parameters"] = {**DEMO["region_parameters"], "reduction_referral": 10, "reduction_unfiled": "35"}
    if treatment is None:
        items = [item for item in DEMO["claim"]["items"] if "treatment_class" in item]
        facts["claim"] = {**DEMO["claim"], "items": items}
    program = regions().program("hangzhou")
    before = regions().decide("hangzhou", QUESTION, facts, treatment_region=treatment)
    assert str(before.status) == "determined", before.diagnostics
    for path, rest in one_missing(facts, program):
        after = regions().decide("hangzhou", QUESTION, rest, treatment_region=treatment)
        assert not verdict(path, before, after, program), path


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_shipped_example_without_any_one_fact(path: Path) -> None:
    case = casefiles.read_yaml(path)
    program = regions().program(case["region"])
    before = casefiles.decide(regions(), case)
    assert str(before.status) == "determined", before.diagnostics
    for missing, rest in one_missing(case["facts"], program):
        assert not verdict(missing, before, casefiles.decide(regions(), case, facts=rest), program), missing


@few
@given(st.sampled_from(PLACES), st.randoms(use_true_random=False))
def test_any_claim_without_any_one_fact(place: tuple[str, str | None], random: Random) -> None:
    facts, program = claim(random), regions().program(place[0])
    before = regions().decide(place[0], QUESTION, facts, treatment_region=place[1])
    if str(before.status) != "determined":
        return
    for path, rest in one_missing(facts, program):
        after = regions().decide(place[0], QUESTION, rest, treatment_region=place[1])
        if path in OPTIONAL and str(after.status) != "undetermined":
            assert_as_by_hand(place, rest, after.outputs, str(after.status))
        else:
            assert not verdict(path, before, after, program), path


def assert_as_by_hand(
    place: tuple[str, str | None], facts: dict[str, Any], outputs: dict[str, Any], status: str
) -> None:
    """What the contract says of a claim that leaves an optional fact out."""
    try:
        assert settle(*place, facts) == outputs
    except ContradictionError:
        assert status == "error"


def carried_cases() -> list[dict[str, Any]]:
    """Some cases of every question, determined ones only; a rule asked by itself may stand on no provision."""
    cases = [
        case
        for case in casefiles.cases_in(RULES)
        if case.get("status", "determined") == "determined"
        and case["question"] in regions().program(case["region"]).questions
    ]
    return sorted(cases, key=lambda case: case["id"])[::EVERY_NTH_CASE]


def test_cases_of_every_question_without_any_one_fact() -> None:
    wrong = []
    for case in carried_cases():
        program = regions().program(case["region"])
        before = casefiles.decide(regions(), case)
        for path, rest in one_missing(case["facts"], program) if str(before.status) == "determined" else ():
            after = casefiles.decide(regions(), case, facts=rest)
            if path not in OPTIONAL and (found := verdict(path, before, after, program)):
                wrong.append(f"{case['id']} without {path}: {found}")
    assert not wrong, "\n".join(wrong)
