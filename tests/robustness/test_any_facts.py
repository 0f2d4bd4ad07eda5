"""Any data as facts: a decision that says what is wrong and where, never a traceback."""

import os
from copy import deepcopy
from datetime import UTC, date, datetime
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine import Decision, PolicyError
from tests.support.claims import claim
from tests.support.shipped import shipped_regions as regions
from tests.support.told import assert_well_told, within

QUESTION = "benefit.settlement"
EXAMPLES = int(os.environ.get("TIAOLI_EXAMPLES", "25"))
quick = settings(deadline=None, max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))

JUNK: list[Any] = [
    None, True, False, "", " ", 0, -1, 10**30, 10**6000, -(10**6000), 1.1, 0.1 + 0.2, 1e300, float("nan"), float("inf"), "NaN", "Infinity",
    "1e999999999", "１２３", "٣", "1_000", "0x10", "1,000.00", "1.005", "-0.01", "12.5%", "%", "--", "长" * 100_000, "\u202e文字\u202c", "\x00",
    "\ud800", "2023-02-30", "2023-02-28T25:00", "0000-01-01", "9999-12-31", "2023-01-01T00:00+08:00", date(2023, 1, 1), datetime(1, 1, 1),
    datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC), Decimal("NaN"), Decimal("1E+999999"), b"bytes",
    [], {}, [[]], [{}], [None], {"": None}, {1: 2}, {"id": {"id": []}}, set(), object(), [1] * 1000, complex(1), range(3),
]  # fmt: skip
"""What programs and people hand in by mistake or on purpose."""


def decide(facts: Any, **options: Any) -> Decision:
    """Decide, and hold the decision to its word."""
    decision = regions().decide("hangzhou", QUESTION, facts, treatment_region="hangzhou", **options)
    assert_well_told(decision.diagnostics)
    if str(decision.status) == "error":
        assert decision.diagnostics
    if str(decision.status) == "undetermined":
        assert decision.needs
    return decision


@pytest.mark.parametrize("junk", JUNK, ids=lambda junk: f"{type(junk).__name__}-{JUNK.index(junk)}")
def test_junk_in_every_place_of_a_claim(junk: Any) -> None:
    base = claim(Random(7))
    with within(20):
        decide({**base, "结算": junk})
        for entity, fields in base.items():
            decide({**base, entity: junk})
            for name in fields:
                decide({**base, entity: {**fields, name: junk}})
        for key in base["claim"]["items"][0]:
            facts = deepcopy(base)
            facts["claim"]["items"][0][key] = junk
            decide(facts)
        decide(junk)
        decide(base, as_of=junk)


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.sampled_from(JUNK[15:30])),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=6), inner, max_size=3)),
    max_leaves=10,
)
ENTITIES = ("claim", "visit", "filing", "person", "institution", "accumulator", "region_parameters", "结算", "就诊")


@quick
@given(st.one_of(JSON, st.dictionaries(st.sampled_from(ENTITIES), JSON, max_size=4)))
def test_any_data_as_facts(facts: Any) -> None:
    decide(facts)


@quick
@given(
    st.randoms(use_true_random=False),
    st.lists(st.tuples(st.integers(0, 10**6), st.sampled_from(JUNK)), min_size=1, max_size=3),
)
def test_a_real_claim_with_some_values_replaced(random: Random, changes: list[tuple[int, Any]]) -> None:
    facts = claim(random)
    for choice, junk in changes:
        places = [(facts, entity) for entity in facts]
        places += [(fields, name) for fields in facts.values() if isinstance(fields, dict) for name in fields]
        items = facts["claim"].get("items") if isinstance(facts["claim"], dict) else None
        places += (
            [(item, key) for item in items if isinstance(item, dict) for key in item] if isinstance(items, list) else []
        )
        holder, key = places[choice % len(places)]
        holder[key] = junk
    decide(facts)


def nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize("depth", [200, 20_000, 1_000_000])
def test_facts_nested_however_deep(depth: int) -> None:
    base = claim(Random(7))
    deep = nested(depth)
    with within(30):
        for facts in (
            {"claim": deep},
            {**base, "visit": {**base["visit"], "type": deep}},
            {**base, "person": {"account_balance": deep}},
            {**base, "claim": {**base["claim"], "items": deep}},
        ):
            assert str(decide(facts).status) == "error"


def test_a_hundred_thousand_items_are_refused_with_the_limit_named() -> None:
    facts = claim(Random(7))
    item = {"id": "1", "treatment_class": "class_a", "amount": "1.00", "price_limited": False, "item_type": "drug"}
    facts["claim"]["items"] = [{**item, "id": str(n)} for n in range(100_000)]
    with within(20):
        decision = decide(facts)
    assert [item.code for item in decision.diagnostics] == ["E0608"]
    assert any(char.isdigit() for char in decision.diagnostics[0].message.en)


def test_a_thousand_items_are_settled() -> None:
    facts = claim(Random(7))
    facts["visit"]["care_relation"] = "cross_province"
    facts["claim"]["items"] = [
        {"id": str(n), "treatment_class": "class_a", "amount": "1.01", "price_limited": False, "item_type": "drug"}
        for n in range(1000)
    ]
    with within(20):
        assert decide(facts).outputs["total_fee"] == Decimal("1010.00")


def test_a_fact_given_under_its_id_and_its_label_is_given_twice() -> None:
    facts = claim(Random(7))
    facts["结算"] = {"结算时刻": facts["claim"]["settled_at"]}
    assert "E0607" in {item.code for item in decide(facts).diagnostics}


def test_a_list_that_holds_itself() -> None:
    facts = claim(Random(7))
    facts["claim"]["items"].append(facts["claim"]["items"])
    with within(10):
        assert str(decide(facts).status) == "error"


@pytest.mark.parametrize("name", ["", "no.such", "长" * 10_000, "\x00", "benefit.settlement\n", "‮"])
def test_an_unknown_question_region_or_output_is_told(name: str) -> None:
    for arguments in (("hangzhou", name, {}), (name, QUESTION, {})):
        with pytest.raises(PolicyError) as caught:
            regions().decide(*arguments)
        assert_well_told(caught.value.diagnostics)
        assert caught.value.diagnostics
    with pytest.raises(PolicyError) as caught:
        regions().decide("hangzhou", QUESTION, {}, outputs=[name])
    assert_well_told(caught.value.diagnostics)
    with pytest.raises(PolicyError) as caught:
        regions().decide("hangzhou", QUESTION, {}, treatment_region=name or "x")
    assert_well_told(caught.value.diagnostics)
