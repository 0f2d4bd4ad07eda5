"""zen-engine: a decision model, compiled once, evaluated with and without its trace."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import zen

from benchmarks.claims import Claim
from benchmarks.peers.zen_model import OUTPUTS, model
from benchmarks.twins.fen import Result

NAME = "benefit"


class Zen:
    """The model, loaded beforehand, which is the engine's fastest way. Amounts are numbers in yuan, which the engine reckons with as decimals."""

    def __init__(self) -> None:
        self._engine = zen.ZenEngine({"loader": {"type": "static", "content": {NAME: model()}}})

    def decide(self, given: Mapping[str, Any]) -> Mapping[str, Any]:
        """The answers."""
        return self._engine.evaluate(NAME, given)

    def decide_with_trace(self, given: Mapping[str, Any]) -> Mapping[str, Any]:
        """The answers and what every node did."""
        return self._engine.evaluate(NAME, given, {"trace": True})


def given(claim: Claim) -> dict[str, Any]:
    """A claim as the engine takes it: it refuses Decimal."""
    return {
        "person": {"insurance": claim.insurance},
        "institution": {"level": claim.level},
        "visit": {"category": claim.category, "is_filed": claim.is_filed},
        "claim": {
            "total": claim.total / 100,
            "own_expense": claim.own_expense / 100,
            "class_b_self_pay": claim.class_b_self_pay / 100,
            "granule_amount": claim.granule_amount / 100,
        },
        "accumulator": {"deductible_paid": claim.deductible_paid / 100, "fund_paid": claim.fund_paid / 100},
    }


def result(answer: Mapping[str, Any]) -> Result:
    """Its answer in whole fen, as the twin gives it."""
    eligible, deductible, reduction, fund, personal, *clauses = (answer["result"][name] for name in OUTPUTS)
    return (_fen(eligible), _fen(deductible), int(reduction), _fen(fund), _fen(personal), *clauses)  # type: ignore[return-value]


def _fen(amount: float) -> int:
    return int((Decimal(str(amount)) * 100).to_integral_value())
