"""The reference task by hand in whole fen and hundredths, written for speed."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from benchmarks.claims import Claim

BAND_EDGE = 4_000_000
ANNUAL_CAP = 40_000_000
TARIFF = {
    ("employee", "level_1"): (30_000, 88, 92),
    ("employee", "level_2"): (60_000, 84, 90),
    ("employee", "level_3"): (80_000, 82, 88),
    ("resident", "level_1"): (30_000, 80, 85),
    ("resident", "level_2"): (60_000, 75, 80),
    ("resident", "level_3"): (100_000, 70, 75),
}
"""The deductible in fen, and the ratios below and above the edge in hundredths."""

CATEGORIES = frozenset({"local", "long_term", "referral", "emergency", "other"})
Result = tuple[int, int, int, int, int, str, str]
Reason = tuple[str, str, tuple[str, ...], int]


def decide(claim: Claim) -> Result:
    """Eligible, deductible, reduction, fund, personal; the clauses that won for reduction and fund."""
    insurance, level, category, is_filed, total, own_expense, class_b, granules, deductible_paid, fund_paid = claim
    standard, below, above = TARIFF[insurance, level]
    eligible = total - own_expense - class_b - (granules * 3 + 50) // 100
    reduction, reduction_clause = 0, "general"
    if category == "referral":
        reduction, reduction_clause = (10, "referral") if is_filed else (20, "unfiled")
    elif category == "other":
        reduction, reduction_clause = 20, "other"
    elif category == "long_term":
        reduction, reduction_clause = (0, "long_term") if is_filed else (20, "unfiled")
    deductible = min(max(standard - deductible_paid, 0), eligible)
    covered = eligible - deductible
    if covered > BAND_EDGE:
        pay = (BAND_EDGE * (below - reduction) + 50) // 100
        pay += ((covered - BAND_EDGE) * (above - reduction) + 50) // 100
    else:
        pay = (covered * (below - reduction) + 50) // 100
    if fund_paid + pay > ANNUAL_CAP:
        fund, fund_clause = max(ANNUAL_CAP - fund_paid, 0), "capped"
    else:
        fund, fund_clause = pay, "general"
    return eligible, deductible, reduction, fund, total - fund, reduction_clause, fund_clause


def decide_with_reasons(claim: Claim) -> tuple[Result, list[Reason]]:
    """The same, and for every rule the clause that won, what it stands on, and the value."""
    insurance, level, category, is_filed, total, own_expense, class_b, granules, deductible_paid, fund_paid = claim
    standard, below, above = TARIFF[insurance, level]
    reasons: list[Reason] = []
    granule_self_pay = (granules * 3 + 50) // 100
    reasons.append(("granule_self_pay", "general", ("REF-1",), granule_self_pay))
    eligible = total - own_expense - class_b - granule_self_pay
    reasons.append(("eligible", "general", ("REF-1",), eligible))
    reduction, reduction_clause = 0, "general"
    if category == "referral":
        reduction, reduction_clause = (10, "referral") if is_filed else (20, "unfiled")
    elif category == "other":
        reduction, reduction_clause = 20, "other"
    elif category == "long_term":
        reduction, reduction_clause = (0, "long_term") if is_filed else (20, "unfiled")
    reasons.append(("reduction", reduction_clause, ("REF-2",), reduction))
    deductible = min(max(standard - deductible_paid, 0), eligible)
    reasons.append(("deductible", "general", ("REF-3",), deductible))
    covered = eligible - deductible
    if covered > BAND_EDGE:
        pay = (BAND_EDGE * (below - reduction) + 50) // 100
        pay += ((covered - BAND_EDGE) * (above - reduction) + 50) // 100
    else:
        pay = (covered * (below - reduction) + 50) // 100
    reasons.append(("band_pay", "", ("REF-4",), pay))
    if fund_paid + pay > ANNUAL_CAP:
        fund, fund_clause = max(ANNUAL_CAP - fund_paid, 0), "capped"
    else:
        fund, fund_clause = pay, "general"
    reasons.append(("fund", fund_clause, ("REF-5",), fund))
    personal = total - fund
    reasons.append(("personal", "general", ("REF-4",), personal))
    return (eligible, deductible, reduction, fund, personal, reduction_clause, fund_clause), reasons


def decide_facts(facts: Mapping[str, Mapping[str, Any]]) -> Result:
    """A claim as its caller gives it, converted and decided."""
    return decide(from_facts(facts))


def from_facts(facts: Mapping[str, Mapping[str, Any]]) -> Claim:
    """Facts with Decimal amounts as whole fen. Raises ValueError for what is no such claim."""
    visit, claim, accumulator = facts["visit"], facts["claim"], facts["accumulator"]
    if visit["category"] not in CATEGORIES:
        raise ValueError(visit["category"])
    return Claim(
        facts["person"]["insurance"],
        facts["institution"]["level"],
        visit["category"],
        visit["is_filed"],
        to_fen(claim["total"]),
        to_fen(claim["own_expense"]),
        to_fen(claim["class_b_self_pay"]),
        to_fen(claim["granule_amount"]),
        to_fen(accumulator["deductible_paid"]),
        to_fen(accumulator["fund_paid"]),
    )


def to_fen(amount: Decimal) -> int:
    """An amount as whole fen. Raises ValueError where it has a fraction of a fen."""
    fen = int(amount * 100)
    if fen != amount * 100 or fen < 0:
        raise ValueError(amount)
    return fen
