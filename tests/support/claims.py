"""Generated claims: complete facts for a settlement, of every kind the contract knows."""

from __future__ import annotations

from decimal import Decimal
from random import Random
from typing import Any

PLACES = (
    ("hangzhou", None),
    ("hangzhou", "zhejiang"),
    ("hangzhou", "hangzhou"),
    ("jiaxing", "hangzhou"),
    ("jiaxing", None),
    ("zhejiang_provincial", "hangzhou"),
    ("panzhihua", "hangzhou"),
    ("panzhihua", None),
    ("national", "hangzhou"),
    ("national", None),
    ("zhejiang", "jiaxing"),
)
"""Place of insurance and place of treatment."""

READINGS = ("ratio_points", "self_pay_before_deductible", "self_pay_after_deductible", "ratio_scaled")
KINDS = ("settled_retiree", "long_term_resident", "stationed_worker", "referral", "emergency", "other_temporary")
ITEM_TYPES = ("drug", "decoction_piece", "formula_granule", "service", "consumable", "other")


def claim(random: Random) -> dict[str, Any]:
    """The facts of one claim; about one in fifteen contradicts itself."""
    return {
        "claim": {
            "settled_at": _settled_at(random),
            "use_account": random.random() < 0.5,
            "other_funds": _other_funds(random),
            "items": [_item(random, place) for place in range(random.randint(1, 4))],
        },
        "visit": _visit(random),
        "filing": {
            "state": _often(random, "filed", ("none", "pending", "cancelled")),
            "category": random.choice(("long_term", "temporary", "none")),
        },
        "person": {"account_balance": _amount(random, 5_000)},
        "accumulator": _accumulator(random),
        "region_parameters": _figures(random),
    }


def _settled_at(random: Random) -> str:
    year = _often(random, random.choice((2023, 2024, 2025)), (2022, 2021))
    return f"{year}-{random.randint(1, 12):02d}-{random.randint(1, 28):02d}T{random.randint(0, 23):02d}:00"


def _other_funds(random: Random) -> list[dict[str, str]]:
    return [
        {"fund": code, "amount": _amount(random, 300)} for code in ("610100", "320100")[: random.choice((0, 0, 1, 2))]
    ]


def _item(random: Random, place: int) -> dict[str, Any]:
    amount = _amount(random, random.choice((300, 5_000, 60_000)))
    kind = random.choice(("class_a", "class_b", "class_b", "own_expense"))
    item: dict[str, Any] = {
        "id": str(place),
        "item_type": random.choice(ITEM_TYPES),
        "has_national_code": random.random() < 0.5,
        "meets_national_standard": random.random() < 0.5,
        "meets_local_norm": random.random() < 0.5,
        "treatment_class": kind,
        "amount": amount,
        "price_limited": random.random() < 0.4,
        "payable_limit": _amount(random, 5_000),
    }
    if kind == "class_b":
        item["self_pay_first_ratio"] = _ratio(random)
    elif kind == "class_a" and random.random() < 0.3:
        item["self_pay_first_ratio"] = _often(random, "0", ("0.05",))
    else:
        item["self_pay_first_ratio"] = None
    return _without_contradiction(random, item)


def _without_contradiction(random: Random, item: dict[str, Any]) -> dict[str, Any]:
    """An uncoded piece is class A in some places, where a ratio would contradict that: mostly leave it at 0."""
    if item["item_type"] == "decoction_piece" and not item["has_national_code"] and random.random() < 0.95:
        item["self_pay_first_ratio"] = "0" if item["treatment_class"] != "own_expense" else None
    return item


def _visit(random: Random) -> dict[str, Any]:
    relation = random.choice(("local", "in_province", "cross_province", "cross_province"))
    kind = random.choice(KINDS)
    place = "filed_place" if kind in KINDS[:3] else _often(random, "filed_place", ("third_place",))
    return {
        "type": random.choice(("inpatient", "inpatient", "outpatient", "chronic")),
        "care_relation": relation,
        "travel_kind": _often(random, kind, ("none",), 0.99),
        "place": _often(random, place, ("third_place", "insured_place"), 0.98),
        "treatment_pool": random.choice(("上海市", "苏州市")),
        "stay_link": random.choice(("separate", "midway", "transfer")),
    }


def _accumulator(random: Random) -> dict[str, str]:
    standard = random.choice(("0", "300", "800", "1200.50"))
    return {
        "deductible_paid": "0" if standard == "0" else _amount(random, 900),
        "standard_in_period": standard,
        "year_deductible_paid": _amount(random, 2_000),
        "in_scope_amount": _amount(random, 120_000),
        "fund_paid": _amount(random, 100_000),
    }


def _figures(random: Random) -> dict[str, Any]:
    figures: dict[str, Any] = {
        "deductible_standard": random.choice(("0", "300", "500", "800", "1000.55")),
        "deductible_accumulation": random.choice(
            (
                "per_admission",
                "per_admission",
                "per_year",
                "per_quarter",
                "per_month",
                "per_hospital_year",
                "per_year_top_up",
            )
        ),
        "deductible_merge": random.choice(("no_merge", "midway", "transfer", "both")),
        "pay_bands": _bands(random),
        "band_basis": random.choice(("per_claim", "year_to_date")),
        "cap_basis": random.choice(("no_cap", "fund_payment", "in_scope_amount")),
        "annual_cap": _amount(random, 200_000),
        "reduction_reading": random.choice(READINGS),
        "reduction_referral": _points(random, 10),
        "reduction_other": _points(random, 21),
        "reduction_other_in_province": _points(random, 21),
        "reduction_return_home": _points(random, 5),
        "reduction_unfiled": _points(random, 60),
        "filing_free_places": random.choice(([], [], ["上海市"])),
    }
    if random.random() < 0.3:
        figures["deductible_annual_limit"] = _amount(random, 3_000)
    if random.random() < 0.5:
        figures["override_reason"] = "会议纪要"
    return figures


def _bands(random: Random) -> list[dict[str, Any]]:
    edges = sorted({_amount(random, 90_000) for _ in range(random.randint(0, 3))}, key=Decimal)
    edges = [edge for edge in edges if Decimal(edge) > 0]
    bottoms = ["0", *edges]
    tops: list[str | None] = [*edges, None if random.random() < 0.6 else "150000"]
    if random.random() < 0.01:
        bottoms[-1] = "0.01"
    return [{"above": a, "up_to": b, "ratio": _ratio(random)} for a, b in zip(bottoms, tops, strict=True)]


def _often(random: Random, usual: Any, others: tuple[Any, ...], share: float = 0.9) -> Any:
    return usual if random.random() < share else random.choice(others)


def _amount(random: Random, most: int) -> str:
    """Whole yuan, or fen; sometimes nothing at all."""
    shape = random.random()
    if shape < 0.05:
        return "0"
    if shape < 0.4:
        return str(random.randint(1, most))
    return f"{random.randint(1, most - 1)}.{random.randint(0, 99):02d}"


def _ratio(random: Random) -> str:
    return random.choice((f"0.{random.randint(0, 99):02d}", f"0.{random.randint(0, 9999):04d}", "1"))


def _points(random: Random, most: int) -> str:
    return random.choice(("0", str(random.randint(0, most)), f"{random.randint(0, most - 1)}.5"))
