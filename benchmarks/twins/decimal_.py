"""The reference task by hand with Decimal: what everything else is compared with."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

FEN = Decimal("0.01")
GRANULE_RATIO = Decimal("0.03")
BAND_EDGE = Decimal(40_000)
ANNUAL_CAP = Decimal(400_000)
DEDUCTIBLE = {
    ("employee", "level_1"): Decimal(300),
    ("employee", "level_2"): Decimal(600),
    ("employee", "level_3"): Decimal(800),
    ("resident", "level_1"): Decimal(300),
    ("resident", "level_2"): Decimal(600),
    ("resident", "level_3"): Decimal(1000),
}
RATIOS = {
    ("employee", "level_1"): (Decimal("0.88"), Decimal("0.92")),
    ("employee", "level_2"): (Decimal("0.84"), Decimal("0.90")),
    ("employee", "level_3"): (Decimal("0.82"), Decimal("0.88")),
    ("resident", "level_1"): (Decimal("0.80"), Decimal("0.85")),
    ("resident", "level_2"): (Decimal("0.75"), Decimal("0.80")),
    ("resident", "level_3"): (Decimal("0.70"), Decimal("0.75")),
}
Facts = Mapping[str, Mapping[str, Any]]
Reason = tuple[str, str, tuple[str, ...], Decimal]


class Result(NamedTuple):
    """The answers, and which clauses won."""

    eligible: Decimal
    deductible: Decimal
    reduction: Decimal
    fund: Decimal
    personal: Decimal
    reduction_clause: str
    fund_clause: str


def decide(facts: Facts) -> Result:
    """A claim decided."""
    claim, paid = facts["claim"], facts["accumulator"]
    insured = (facts["person"]["insurance"], facts["institution"]["level"])
    eligible = claim["total"] - claim["own_expense"] - claim["class_b_self_pay"] - _granule_self_pay(claim)
    reduction, reduction_clause = _reduction(facts["visit"])
    deductible = min(max(DEDUCTIBLE[insured] - paid["deductible_paid"], Decimal(0)), eligible)
    pay = _band_pay(eligible - deductible, RATIOS[insured], reduction)
    fund, fund_clause = _capped(pay, paid["fund_paid"])
    return Result(eligible, deductible, reduction, fund, claim["total"] - fund, reduction_clause, fund_clause)


def decide_with_reasons(facts: Facts) -> tuple[Result, list[Reason]]:
    """A claim decided, and for every rule the clause that won, what it stands on, and the value."""
    claim, paid = facts["claim"], facts["accumulator"]
    insured = (facts["person"]["insurance"], facts["institution"]["level"])
    granules = _granule_self_pay(claim)
    eligible = claim["total"] - claim["own_expense"] - claim["class_b_self_pay"] - granules
    reduction, reduction_clause = _reduction(facts["visit"])
    deductible = min(max(DEDUCTIBLE[insured] - paid["deductible_paid"], Decimal(0)), eligible)
    pay = _band_pay(eligible - deductible, RATIOS[insured], reduction)
    fund, fund_clause = _capped(pay, paid["fund_paid"])
    personal = claim["total"] - fund
    reasons = [
        ("granule_self_pay", "general", ("REF-1",), granules),
        ("eligible", "general", ("REF-1",), eligible),
        ("reduction", reduction_clause, ("REF-2",), reduction),
        ("deductible", "general", ("REF-3",), deductible),
        ("band_pay", "", ("REF-4",), pay),
        ("fund", fund_clause, ("REF-5",), fund),
        ("personal", "general", ("REF-4",), personal),
    ]
    return Result(eligible, deductible, reduction, fund, personal, reduction_clause, fund_clause), reasons


def _granule_self_pay(claim: Mapping[str, Decimal]) -> Decimal:
    return _to_fen(claim["granule_amount"] * GRANULE_RATIO)


def _reduction(visit: Mapping[str, Any]) -> tuple[Decimal, str]:
    """Points off the ratio, and the clause that says so."""
    category = visit["category"]
    if category in ("referral", "long_term") and not visit["is_filed"]:
        return Decimal(20), "unfiled"
    if category == "referral":
        return Decimal(10), "referral"
    if category == "other":
        return Decimal(20), "other"
    if category == "long_term":
        return Decimal(0), "long_term"
    return Decimal(0), "general"


def _band_pay(covered: Decimal, ratios: tuple[Decimal, Decimal], reduction: Decimal) -> Decimal:
    below, above = ratios
    off = reduction / 100
    pay = _to_fen(min(covered, BAND_EDGE) * (below - off))
    if covered > BAND_EDGE:
        pay += _to_fen((covered - BAND_EDGE) * (above - off))
    return pay


def _capped(pay: Decimal, fund_paid: Decimal) -> tuple[Decimal, str]:
    if fund_paid + pay > ANNUAL_CAP:
        return max(ANNUAL_CAP - fund_paid, Decimal(0)), "capped"
    return pay, "general"


def _to_fen(amount: Decimal) -> Decimal:
    return amount.quantize(FEN, ROUND_HALF_UP)
