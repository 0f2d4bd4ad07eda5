"""datalogic-py: the reference task as one JSONLogic template over whole fen.

JSONLogic has no rounding to places and no local names: amounts are fen, half up is a floor, and each stage is
a `map` over a list of one object, whose fields the next stage reads.
"""

from __future__ import annotations

from typing import Any

from datalogic_py import Engine

from benchmarks.claims import Claim
from benchmarks.twins.fen import Result

OUTPUTS = ("eligible", "deductible", "reduction", "fund", "personal", "reduction_clause", "fund_clause")
BAND_EDGE = 4_000_000
ANNUAL_CAP = 40_000_000
TARIFF = {
    "employee": {"level_1": (30_000, 88, 92), "level_2": (60_000, 84, 90), "level_3": (80_000, 82, 88)},
    "resident": {"level_1": (30_000, 80, 85), "level_2": (60_000, 75, 80), "level_3": (100_000, 70, 75)},
}
Logic = Any


def _var(name: str) -> Logic:
    return {"var": name}


def _is(name: str, value: str) -> Logic:
    return {"===": [_var(name), value]}


def _half_up(hundredths: Logic) -> Logic:
    return {"floor": [{"/": [{"+": [hundredths, 50]}, 100]}]}


def _tariff(column: int) -> Logic:
    """A cell of the tariff by insurance and level."""
    branches: list[Logic] = []
    for insurance, levels in TARIFF.items():
        for level, cells in levels.items():
            branches += [{"and": [_is("insurance", insurance), _is("level", level)]}, cells[column]]
    return {"if": branches}


REDUCTION_CLAUSE = {
    "if": [
        {"and": [{"in": [_var("category"), ["referral", "long_term"]]}, {"!": [_var("is_filed")]}]},
        "unfiled",
        {"in": [_var("category"), ["referral", "other", "long_term"]]},
        _var("category"),
        "general",
    ]
}
COVERED = {"-": [_var("eligible"), _var("deductible")]}
PAY = {
    "+": [
        _half_up({"*": [{"min": [COVERED, BAND_EDGE]}, {"-": [_tariff(1), _var("reduction")]}]}),
        _half_up(
            {"*": [{"max": [{"-": [COVERED, BAND_EDGE]}, 0]}, {"-": [_tariff(2), _var("reduction")]}]},
        ),
    ]
}
IS_CAPPED = {">": [{"+": [_var("fund_paid"), _var("pay")]}, ANNUAL_CAP]}
STAGES: list[dict[str, Logic]] = [
    {
        "eligible": {
            "-": [
                {"-": [{"-": [_var("total"), _var("own_expense")]}, _var("class_b_self_pay")]},
                _half_up({"*": [_var("granule_amount"), 3]}),
            ]
        },
        "reduction_clause": REDUCTION_CLAUSE,
    },
    {
        "deductible": {
            "min": [{"max": [{"-": [_tariff(0), _var("deductible_paid")]}, 0]}, _var("eligible")],
        },
        "reduction": {
            "if": [
                _is("reduction_clause", "referral"),
                10,
                {"in": [_var("reduction_clause"), ["other", "unfiled"]]},
                20,
                0,
            ]
        },
    },
    {"pay": PAY},
    {
        "fund": {"if": [IS_CAPPED, {"max": [{"-": [ANNUAL_CAP, _var("fund_paid")]}, 0]}, _var("pay")]},
        "fund_clause": {"if": [IS_CAPPED, "capped", "general"]},
    },
    {"personal": {"-": [_var("total"), _var("fund")]}},
]


def model() -> Logic:
    """All stages within one another; the last gives the answers."""
    known = list(Claim._fields)
    scope: Logic = None
    for stage in STAGES:
        row = {**{name: _var(name) for name in known}, **stage}
        known += stage
        scope = [row] if scope is None else {"map": [scope, row]}
    return {"map": [scope, [_var(name) for name in OUTPUTS]]}


class DataLogic:
    """The template, compiled; a session keeps its memory."""

    def __init__(self) -> None:
        self._engine = Engine(templating=True)
        self._rule = self._engine.compile(model())
        self._session = self._engine.session()

    def decide(self, given: dict[str, Any]) -> Any:
        """The answers."""
        return self._session.evaluate(self._rule, given)


def result(answer: Any) -> Result:
    """Its answer as the twin gives it."""
    return tuple(answer[0])


def given(claim: Claim) -> dict[str, Any]:
    """A claim as the engine takes it."""
    return claim._asdict()
