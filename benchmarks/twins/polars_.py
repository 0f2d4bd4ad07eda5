"""The reference task by hand in Polars, over whole fen and hundredths."""

from __future__ import annotations

import polars as pl

BAND_EDGE = 4_000_000
ANNUAL_CAP = 40_000_000
TARIFF = pl.DataFrame(
    {
        "person.insurance": ["employee"] * 3 + ["resident"] * 3,
        "institution.level": ["level_1", "level_2", "level_3"] * 2,
        "standard": [30_000, 60_000, 80_000, 30_000, 60_000, 100_000],
        "below": [88, 84, 82, 80, 75, 70],
        "above": [92, 90, 88, 85, 80, 75],
    }
)


def decide(claims: pl.LazyFrame) -> pl.LazyFrame:
    """The answers and winning clauses of every claim; its amounts are whole fen."""
    category, is_filed = pl.col("visit.category"), pl.col("visit.is_filed")
    covered, points = pl.col("eligible") - pl.col("deductible"), pl.col("reduction")
    is_capped = pl.col("accumulator.fund_paid") + pl.col("pay") > ANNUAL_CAP
    return (
        claims.join(TARIFF.lazy(), on=["person.insurance", "institution.level"], how="left")
        .with_columns(
            eligible=pl.col("claim.total")
            - pl.col("claim.own_expense")
            - pl.col("claim.class_b_self_pay")
            - _to_fen(pl.col("claim.granule_amount") * 3),
            reduction_clause=pl.when(category.is_in(["referral", "long_term"]) & ~is_filed)
            .then(pl.lit("unfiled"))
            .when(category.is_in(["referral", "other", "long_term"]))
            .then(category)
            .otherwise(pl.lit("general")),
        )
        .with_columns(
            deductible=pl.min_horizontal(
                pl.max_horizontal(pl.col("standard") - pl.col("accumulator.deductible_paid"), 0), "eligible"
            ),
            reduction=pl.col("reduction_clause").replace_strict(
                {"referral": 10, "other": 20, "unfiled": 20}, default=0, return_dtype=pl.Int64
            ),
        )
        .with_columns(
            pay=_to_fen(pl.min_horizontal(covered, BAND_EDGE) * (pl.col("below") - points))
            + _to_fen(pl.max_horizontal(covered - BAND_EDGE, 0) * (pl.col("above") - points))
        )
        .with_columns(
            fund=pl.when(is_capped)
            .then(pl.max_horizontal(ANNUAL_CAP - pl.col("accumulator.fund_paid"), 0))
            .otherwise("pay"),
            fund_clause=pl.when(is_capped).then(pl.lit("capped")).otherwise(pl.lit("general")),
        )
        .select(
            "id",
            "eligible",
            "deductible",
            "reduction",
            "fund",
            (pl.col("claim.total") - pl.col("fund")).alias("personal"),
            "reduction_clause",
            "fund_clause",
        )
    )


def _to_fen(hundredths: pl.Expr) -> pl.Expr:
    return (hundredths + 50) // 100
