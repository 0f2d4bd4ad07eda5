"""Decisions that explanations are tried on."""

from __future__ import annotations

import copy
import re
from functools import cache
from typing import Any

from engine import Decision
from tests.support.shipped import shipped_regions as regions

LANGUAGES = ("zh", "en")
READERS = ("patient", "clerk", "auditor")
FORMATS = ("text", "markdown", "html", "json")

CLAIM: dict[str, Any] = {
    "claim": {
        "settled_at": "2023-06-20T10:30",
        "use_account": True,
        "other_funds": [{"fund": "610100", "amount": "300.00"}],
        "items": [
            {
                "id": "甲1",
                "item_type": "drug",
                "treatment_class": "class_a",
                "amount": "50000.00",
                "price_limited": False,
            },
            {
                "id": "乙1",
                "item_type": "drug",
                "treatment_class": "class_b",
                "amount": "11000.00",
                "price_limited": False,
                "self_pay_first_ratio": "0.10",
            },
            {
                "id": "材1",
                "item_type": "consumable",
                "treatment_class": "class_b",
                "amount": "300.00",
                "price_limited": True,
                "payable_limit": "250.00",
                "self_pay_first_ratio": "0.20",
            },
            {"id": "自1", "item_type": "other", "treatment_class": "own_expense", "amount": "500.00"},
            {
                "id": "颗1",
                "item_type": "formula_granule",
                "treatment_class": "class_b",
                "has_national_code": False,
                "amount": "1200.00",
                "price_limited": False,
                "self_pay_first_ratio": "0.03",
            },
        ],
    },
    "visit": {
        "type": "inpatient",
        "care_relation": "cross_province",
        "travel_kind": "other_temporary",
        "stay_link": "separate",
    },
    "filing": {"state": "none"},
    "person": {"insurance_type": "employee", "type": "active", "account_balance": "1000.00"},
    "institution": {"tier": "tertiary", "deductible_tier": "tertiary"},
    "accumulator": {
        "deductible_paid": "0.00",
        "standard_in_period": "0.00",
        "year_deductible_paid": "0.00",
        "in_scope_amount": "0.00",
        "fund_paid": "0.00",
    },
    "region_parameters": {
        "deductible_accumulation": "per_admission",
        "deductible_merge": "no_merge",
        "band_basis": "per_claim",
        "cap_basis": "no_cap",
        "reduction_reading": "self_pay_before_deductible",
        "reduction_other": 10,
        "reduction_unfiled": 20,
    },
}


def claim_with(**changes: dict[str, Any]) -> dict[str, Any]:
    """The claim with some fields changed; a field that becomes ... is left out."""
    facts = copy.deepcopy(CLAIM)
    for entity, fields in changes.items():
        facts[entity] = {k: v for k, v in {**facts.get(entity, {}), **fields}.items() if v is not ...}
    return facts


def settle(facts: dict[str, Any], **options: Any) -> Decision:
    options = {"treatment_region": "panzhihua", **options}
    return regions().decide("hangzhou", "benefit.settlement", facts, **options)


@cache
def settlement() -> Decision:
    """An unfiled stay outside the province."""
    return settle(CLAIM, with_what_if=True)


@cache
def undetermined() -> Decision:
    return settle(claim_with(filing={"state": ...}))


@cache
def mistaken() -> Decision:
    """A city's figure above the province's bound."""
    return settle(claim_with(filing={"state": "filed"}, region_parameters={"reduction_other": 25}))


@cache
def collaboration() -> Decision:
    facts = {
        "collaboration": {
            "type": "filing",
            "received_on": "2023-09-28",
            "replied_on": None,
            "type_tagged": True,
            "person_specific": False,
            "channel": "module",
        },
        "query": {"date": "2023-10-10"},
    }
    return regions().decide("zhejiang", "collaboration.reply", facts, with_what_if=True)


@cache
def validity() -> Decision:
    facts = {
        "filing": {"category": "temporary", "state": "filed", "effective_on": "2023-03-01"},
        "visit": {
            "type": "inpatient",
            "admitted_on": "2024-02-20",
            "discharged_on": "2024-03-05",
            "place": "filed_place",
        },
    }
    return regions().decide("zhejiang", "filing.validity", facts, with_what_if=True)


DECISIONS = {
    "settlement": settlement,
    "undetermined": undetermined,
    "mistaken": mistaken,
    "collaboration": collaboration,
    "validity": validity,
}


def every_way() -> list[tuple[str, str, str]]:
    """Decision, language, reader."""
    return [(name, lang, reader) for name in DECISIONS for lang in LANGUAGES for reader in READERS]


def without_revisions(text: str) -> str:
    """The text without what changes whenever any rule file is edited: hashes, and where things stand in files."""
    text = re.sub(r"\b[0-9a-f]{16}(-[0-9a-f]{16})?\b", "<hash>", text)
    return re.sub(r":\d+:\d+", "", text)
