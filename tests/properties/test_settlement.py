"""Generated claims at the settlement question: identities, sanity, and agreement with a settlement written by hand."""

import os
from collections import Counter
from copy import deepcopy
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine import Decision
from tests.support.claims import PLACES, READINGS, claim
from tests.support.settlement import ContradictionError, settle
from tests.support.shipped import shipped_regions as regions

QUESTION = "benefit.settlement"
MANY = int(os.environ.get("TIAOLI_CLAIMS", "500"))
"""How many seeded claims are settled twice; set TIAOLI_CLAIMS for more."""

quick = settings(deadline=None, max_examples=max(40, MANY // 30), suppress_health_check=list(HealthCheck))
randoms = st.randoms(use_true_random=False)


def decide(place: tuple[str, str | None], facts: dict[str, Any]) -> Decision:
    return regions().decide(place[0], QUESTION, facts, treatment_region=place[1])


def by_hand(place: tuple[str, str | None], facts: dict[str, Any]) -> dict[str, Any] | None:
    try:
        return settle(*place, facts)
    except ContradictionError:
        return None


def differing(place: tuple[str, str | None], facts: dict[str, Any], decision: Decision) -> dict[str, Any]:
    """Where rules and hand disagree."""
    wanted = by_hand(place, facts)
    if wanted is None:
        return {} if str(decision.status) == "error" else {"status": decision.status}
    if str(decision.status) != "determined":
        return {"status": decision.status, "problems": decision.diagnostics, "needs": decision.needs}
    return {name: (value, decision.outputs[name]) for name, value in wanted.items() if value != decision.outputs[name]}


def assert_balanced(got: dict[str, Any]) -> None:
    """The accounting identities, from the outputs alone."""
    assert got["total_fee"] == (
        got["own_expense"] + got["over_limit_self_pay"] + got["self_pay_first"] + got["in_scope_amount"]
    )
    assert got["in_scope_amount"] == (
        got["deductible_paid"] + got["basic_fund_pay"] + got["band_self_pay"] + got["over_cap_amount"]
    )
    assert got["total_fee"] == got["fund_pay_total"] + got["personal_total"]
    assert got["fund_pay_total"] == got["basic_fund_pay"] + got["other_fund_pay"]
    assert got["personal_total"] == got["account_pay"] + got["cash_pay"]
    assert got["self_pay_first"] == got["item_self_pay_first"] + got["travel_self_pay_first"]
    assert got["band_self_pay"] == sum(band["amount"] - band["fund_pay"] for band in got["bands"])
    for column in ("own_expense", "over_limit_self_pay"):
        assert got[column] == sum(line[column] for line in got["items"])
    assert got["item_self_pay_first"] == sum(line["self_pay_first"] for line in got["items"])


def assert_to_the_fen(got: dict[str, Any]) -> None:
    """No amount is negative or finer than a fen."""
    ratios = {"pool_pay_ratio", "reduction"}
    amounts = {name: value for name, value in got.items() if isinstance(value, Decimal) and name not in ratios}
    amounts |= {f"band {n}": band["fund_pay"] for n, band in enumerate(got["bands"])}
    for name, amount in amounts.items():
        assert amount >= 0, name
        assert amount == round(amount, 2), name
    assert 0 <= got["pool_pay_ratio"] <= 1


@pytest.mark.parametrize("share", range(4))
def test_thousands_of_claims_agree_with_the_settlement_by_hand(share: int) -> None:
    met: Counter[str] = Counter()
    for seed in range(share, MANY, 4):
        random = Random(seed)
        place, facts = random.choice(PLACES), claim(random)
        decision = decide(place, facts)
        assert not differing(place, facts, decision), (seed, place)
        met[str(decision.status)] += 1
        if str(decision.status) == "determined":
            assert_balanced(decision.outputs)
            assert_to_the_fen(decision.outputs)
    assert met["determined"] > met.total() / 2
    assert met["error"] > 0


@quick
@given(st.sampled_from(PLACES), randoms)
def test_any_claim_agrees_with_the_settlement_by_hand(place: tuple[str, str | None], random: Random) -> None:
    facts = claim(random)
    assert not differing(place, facts, decide(place, facts))


@quick
@given(st.sampled_from(PLACES), randoms)
def test_the_same_claim_gives_the_same_decision(place: tuple[str, str | None], random: Random) -> None:
    facts = claim(random)
    first, second = decide(place, facts), decide(place, deepcopy(facts))
    assert first.outputs == second.outputs
    assert (first.facts_hash, first.revision, first.status) == (second.facts_hash, second.revision, second.status)
    assert [item.message for item in first.diagnostics] == [item.message for item in second.diagnostics]


@quick
@given(st.sampled_from(PLACES), randoms, st.integers(1, 5_000_000))
def test_more_cost_in_scope_never_lowers_what_the_fund_pays(
    place: tuple[str, str | None], random: Random, fen: int
) -> None:
    facts = claim(random)
    facts["region_parameters"]["cap_basis"] = "no_cap"
    more = deepcopy(facts)
    more["claim"]["items"].append(
        {
            "id": "more",
            "item_type": "drug",
            "treatment_class": "class_a",
            "price_limited": False,
            "amount": str(Decimal(fen).scaleb(-2)),
        }
    )
    first, second = decide(place, facts).outputs, decide(place, more).outputs
    if "basic_fund_pay" in first and "basic_fund_pay" in second:
        assert second["in_scope_amount"] >= first["in_scope_amount"]
        assert second["basic_fund_pay"] >= first["basic_fund_pay"]


@quick
@given(st.sampled_from(PLACES), randoms, st.sampled_from(READINGS), st.integers(0, 20), st.integers(0, 20))
def test_a_higher_reduction_never_raises_what_the_fund_pays(
    place: tuple[str, str | None], random: Random, reading: str, one: int, other: int
) -> None:
    facts = claim(random)
    facts["visit"] |= {"care_relation": "cross_province", "travel_kind": "other_temporary", "place": "filed_place"}
    facts["filing"]["state"] = "filed"
    facts["region_parameters"] |= {"cap_basis": "no_cap", "reduction_reading": reading}
    pays = []
    for points in sorted((one, other)):
        facts["region_parameters"]["reduction_other"] = points
        pays.append(decide(place, facts).outputs.get("basic_fund_pay"))
    if None not in pays:
        assert pays[0] >= pays[1]


@quick
@given(st.sampled_from(PLACES), randoms, randoms)
def test_the_order_of_the_items_changes_no_amount(
    place: tuple[str, str | None], random: Random, shuffler: Random
) -> None:
    facts = claim(random)
    shuffled = deepcopy(facts)
    shuffler.shuffle(shuffled["claim"]["items"])
    first, second = decide(place, facts).outputs, decide(place, shuffled).outputs
    assert {**first, "items": None} == {**second, "items": None}
