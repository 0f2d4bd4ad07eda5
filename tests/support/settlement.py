"""The settlement sheet once more, by hand, from the words of the contract and in plain decimals.

It knows nothing of the rules, the language or the engine. `settle` gives every output of a claim
whose facts are complete, or raises `ContradictionError` where the contract calls the claim an error.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

Facts = Mapping[str, Any]

ZERO, ONE, HUNDRED, FEN = Decimal(0), Decimal(1), Decimal(100), Decimal("0.01")
ZHEJIANG = frozenset({"zhejiang", "zhejiang_provincial", "hangzhou", "jiaxing"})
LONG_TERM = frozenset({"settled_retiree", "long_term_resident", "stationed_worker"})
NOTICE_IN_FORCE, HERBS_IN_FORCE = "2023-01-01", "2022-01-29"


class ContradictionError(Exception):
    """The contract calls such a claim an error."""


def settle(region: str, treatment: str | None, facts: Facts) -> dict[str, Any]:
    """Every output of the question, money as decimals."""
    claim, figures, year = facts["claim"], facts["region_parameters"], facts["accumulator"]
    items = _items(region, treatment, facts)
    in_scope_items = sum((line["in_scope_amount"] for line in items), ZERO)
    points = _reduction(region, facts)
    reading = figures["reduction_reading"] if points > 0 else None
    share = points / HUNDRED

    before = _round(in_scope_items * share) if reading == "self_pay_before_deductible" else ZERO
    due = _deductible_due(facts)
    paid = min(due, in_scope_items - before)
    after = _round((in_scope_items - paid) * share) if reading == "self_pay_after_deductible" else ZERO
    in_scope = in_scope_items - before - after

    bands, over_cap_in_scope = _bands(facts, in_scope, paid, reading, share)
    of_bands = sum((band["fund_pay"] for band in bands), ZERO)
    in_bands = sum((band["amount"] for band in bands), ZERO)
    fund = of_bands
    if figures["cap_basis"] == "fund_payment":
        fund = min(of_bands, max(ZERO, _money(figures["annual_cap"]) - _money(year["fund_paid"])))
    total = sum((_money(item["amount"]) for item in claim["items"]), ZERO)
    other = sum((_money(line["amount"]) for line in claim["other_funds"]), ZERO)
    if other > total - fund:
        raise ContradictionError("other funds")
    personal = total - fund - other
    account = min(_money(facts["person"]["account_balance"]), personal) if claim["use_account"] else ZERO
    above = in_scope - paid
    item_self_pay = sum((line["self_pay_first"] for line in items), ZERO)
    return {
        "total_fee": total,
        "own_expense": sum((line["own_expense"] for line in items), ZERO),
        "over_limit_self_pay": sum((line["over_limit_self_pay"] for line in items), ZERO),
        "self_pay_first": item_self_pay + before + after,
        "item_self_pay_first": item_self_pay,
        "travel_self_pay_first": before + after,
        "in_scope_amount": in_scope,
        "deductible_standard": _money(figures["deductible_standard"]),
        "deductible_due": due,
        "deductible_paid": paid,
        "reduction": points,
        "bands": tuple(bands),
        "band_self_pay": in_bands - of_bands,
        "over_cap_amount": over_cap_in_scope + (above - over_cap_in_scope - in_bands) + of_bands - fund,
        "pool_pay_ratio": (fund / above).quantize(Decimal("0.0001"), ROUND_HALF_UP) if above else ZERO,
        "basic_fund_pay": fund,
        "other_fund_pay": other,
        "fund_pay_total": fund + other,
        "personal_total": personal,
        "account_pay": account,
        "cash_pay": personal - account,
        "year_deductible_paid": _money(year["year_deductible_paid"]) + paid,
        "year_in_scope_amount": _money(year["in_scope_amount"]) + in_scope,
        "year_fund_paid": _money(year["fund_paid"]) + fund,
        "items": tuple(items),
    }


# ── 1 items ─────────────────────────────────────────────────────────────────────────────────────────


def _items(region: str, treatment: str | None, facts: Facts) -> list[dict[str, Any]]:
    place = region if facts["visit"]["care_relation"] == "local" else treatment
    has_herb_rules = place == "hangzhou" and facts["claim"]["settled_at"] >= HERBS_IN_FORCE
    return [_item(item, has_herb_rules) for item in facts["claim"]["items"]]


def _item(item: Facts, has_herb_rules: bool) -> dict[str, Any]:
    amount = _money(item["amount"])
    kind, ratio = item["treatment_class"], item.get("self_pay_first_ratio")
    if has_herb_rules and item["item_type"] == "formula_granule":
        kind, ratio = "class_b", "0.03"
    if has_herb_rules and item["item_type"] == "decoction_piece" and not item["has_national_code"]:
        meets = item["meets_national_standard"] or item["meets_local_norm"]
        kind = "class_a" if meets else "own_expense"
    if kind == "own_expense":
        return _line(item, amount, ZERO, ZERO, ZERO)
    over = max(ZERO, amount - _money(item["payable_limit"])) if item["price_limited"] else ZERO
    if kind == "class_a" and ratio is not None and Decimal(ratio) > 0:
        raise ContradictionError("class A with a ratio")
    first = ZERO if kind == "class_a" else _round((amount - over) * Decimal(ratio))
    return _line(item, ZERO, over, first, amount - over - first)


def _line(item: Facts, own: Decimal, over: Decimal, first: Decimal, in_scope: Decimal) -> dict[str, Any]:
    return {
        "id": item["id"],
        "own_expense": own,
        "over_limit_self_pay": over,
        "self_pay_first": first,
        "in_scope_amount": in_scope,
    }


# ── 2 what travel takes off ─────────────────────────────────────────────────────────────────────────


def _reduction(region: str, facts: Facts) -> Decimal:
    figures = facts["region_parameters"]
    basis = _basis(region, facts)
    if basis is None:
        return ZERO
    points = Decimal(figures[basis])
    ceiling = {"reduction_referral": 10, "reduction_other": 20, "reduction_other_in_province": 20}.get(basis)
    if basis == "reduction_return_home":
        ceiling = Decimal(figures["reduction_referral"])
    is_bound = region in ZHEJIANG and "override_reason" not in figures
    if is_bound and ceiling is not None and points > ceiling:
        raise ContradictionError("ceiling")
    return points


def _basis(region: str, facts: Facts) -> str | None:
    """The figure that the visit takes its reduction from; None where it is not reduced."""
    visit, filing = facts["visit"], facts["filing"]
    kind, place, relation = visit["travel_kind"], visit.get("place"), visit["care_relation"]
    in_zhejiang = region in ZHEJIANG
    too_early = in_zhejiang and facts["claim"]["settled_at"] < NOTICE_IN_FORCE
    if relation == "local":
        returns = in_zhejiang and filing["category"] == "long_term" and filing["state"] == "filed"
        if returns and too_early:
            raise ContradictionError("before the notice")
        return "reduction_return_home" if returns else None
    if too_early:
        raise ContradictionError("before the notice")
    if kind == "none" or place == "insured_place" or (kind in LONG_TERM and place == "third_place"):
        raise ContradictionError("place or kind")
    if kind == "emergency":
        return None
    if _must_file(in_zhejiang, facts) and (filing["state"] != "filed" or place == "third_place"):
        return "reduction_unfiled"
    if kind in LONG_TERM:
        return None
    if kind == "referral":
        return "reduction_referral"
    return "reduction_other" if relation == "cross_province" else "reduction_other_in_province"


def _must_file(in_zhejiang: bool, facts: Facts) -> bool:
    visit = facts["visit"]
    if in_zhejiang and visit["type"] == "chronic":
        return True
    if in_zhejiang and visit["treatment_pool"] in facts["region_parameters"].get("filing_free_places", ()):
        return False
    return bool(visit["care_relation"] == "cross_province")


# ── 3 deductible ────────────────────────────────────────────────────────────────────────────────────


def _deductible_due(facts: Facts) -> Decimal:
    figures, year = facts["region_parameters"], facts["accumulator"]
    standard, applied = _money(figures["deductible_standard"]), _money(year["standard_in_period"])
    counting = figures["deductible_accumulation"]
    if counting == "per_admission" and _is_merged(facts):
        counting = "per_year_top_up"
    if counting == "per_admission":
        due = standard
    else:
        of_period = max(standard, applied) if counting == "per_year_top_up" else applied or standard
        due = max(ZERO, of_period - _money(year["deductible_paid"]))
    limit = figures.get("deductible_annual_limit")
    if limit is not None:
        due = min(due, max(ZERO, _money(limit) - _money(year["year_deductible_paid"])))
    return due


def _is_merged(facts: Facts) -> bool:
    visit, merge = facts["visit"], facts["region_parameters"]["deductible_merge"]
    return visit["type"] == "inpatient" and visit["stay_link"] != "separate" and merge in (visit["stay_link"], "both")


# ── 4 bands, 5 cap on cost ──────────────────────────────────────────────────────────────────────────


def _bands(
    facts: Facts, in_scope: Decimal, paid: Decimal, reading: str | None, share: Decimal
) -> tuple[list[dict[str, Any]], Decimal]:
    figures, year = facts["region_parameters"], facts["accumulator"]
    before = _money(year["in_scope_amount"])
    over = ZERO
    if figures["cap_basis"] == "in_scope_amount":
        over = min(max(ZERO, before + in_scope - _money(figures["annual_cap"])), in_scope - paid)
    base = before if figures["band_basis"] == "year_to_date" else ZERO
    return list(_filled(figures["pay_bands"], base + paid, base + in_scope - over, reading, share)), over


def _filled(
    table: Iterable[Facts], start: Decimal, end: Decimal, reading: str | None, share: Decimal
) -> Iterable[dict[str, Any]]:
    reached: Decimal | None = ZERO
    for band in table:
        bottom, top = _money(band["above"]), None if band["up_to"] is None else _money(band["up_to"])
        if bottom != reached or (top is not None and top <= bottom):
            raise ContradictionError("bands")
        reached = top
        part = (end if top is None else min(end, top)) - max(start, bottom)
        if part > 0:
            ratio = Decimal(band["ratio"])
            if reading == "ratio_points":
                ratio = max(ZERO, ratio - share)
            elif reading == "ratio_scaled":
                ratio *= ONE - share
            yield {"above": bottom, "up_to": top, "amount": part, "ratio": ratio, "fund_pay": _round(part * ratio)}
    if reached == ZERO:
        raise ContradictionError("no bands")


def _money(written: Any) -> Decimal:
    return Decimal(str(written))


def _round(amount: Decimal) -> Decimal:
    return amount.quantize(FEN, ROUND_HALF_UP)
