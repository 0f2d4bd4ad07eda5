"""OpenFisca-core: the reference task as variables with vectorised formulas. Its `float` is 32 bits wide."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from openfisca_core.entities import Entity, build_entity
from openfisca_core.indexed_enums import Enum
from openfisca_core.periods import DateUnit
from openfisca_core.simulations import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

from benchmarks.claims import Claim
from benchmarks.twins.fen import Result

PERIOD = "2024-05"
PERSON: Entity = build_entity(key="person", plural="persons", label="", is_person=True)


class Insurance(Enum):
    """Kinds of insurance."""

    employee = "employee"
    resident = "resident"


class Level(Enum):
    """Levels of hospitals."""

    level_1 = "level_1"
    level_2 = "level_2"
    level_3 = "level_3"


class Category(Enum):
    """Kinds of visits."""

    local = "local"
    long_term = "long_term"
    referral = "referral"
    emergency = "emergency"
    other = "other"


ENUMS: dict[str, type[Enum]] = {"insurance": Insurance, "level": Level, "category": Category}
STANDARD = np.array([[300, 600, 800], [300, 600, 1000]])
BELOW = np.array([[0.88, 0.84, 0.82], [0.80, 0.75, 0.70]])
ABOVE = np.array([[0.92, 0.90, 0.88], [0.85, 0.80, 0.75]])
BAND_EDGE, ANNUAL_CAP = 40_000, 400_000


def _row(person: Any, period: Any, table: Any) -> Any:
    return table[np.asarray(person("insurance", period)), np.asarray(person("level", period))]


def _round(amount: Any) -> Any:
    return np.floor(amount * 100 + 0.5) / 100


def granule_self_pay(person: Any, period: Any) -> Any:
    """Three per cent of granules."""
    return _round(person("granule_amount", period) * 0.03)


def eligible(person: Any, period: Any) -> Any:
    """What the fund looks at."""
    less = person("own_expense", period) + person("class_b_self_pay", period) + person("granule_self_pay", period)
    return person("total", period) - less


def reduction(person: Any, period: Any) -> Any:
    """Points off."""
    category, filed = person("category", period), person("is_filed", period)
    must_file = (category == Category.referral) | (category == Category.long_term)
    cases = [must_file & ~filed, category == Category.referral, category == Category.other]
    return np.select(cases, [20, 10, 20], 0)


def deductible(person: Any, period: Any) -> Any:
    """What remains of the year's deductible."""
    left = np.maximum(_row(person, period, STANDARD) - person("deductible_paid", period), 0)
    return np.minimum(left, person("eligible", period))


def band_pay(person: Any, period: Any) -> Any:
    """Two bands by ratio."""
    covered = person("eligible", period) - person("deductible", period)
    off = person("reduction", period) / 100
    below = _round(np.minimum(covered, BAND_EDGE) * (_row(person, period, BELOW) - off))
    return below + _round(np.maximum(covered - BAND_EDGE, 0) * (_row(person, period, ABOVE) - off))


def fund(person: Any, period: Any) -> Any:
    """What the fund pays, up to the cap of the year."""
    paid, pay = person("fund_paid", period), person("band_pay", period)
    return np.where(paid + pay > ANNUAL_CAP, np.maximum(ANNUAL_CAP - paid, 0), pay)


def personal(person: Any, period: Any) -> Any:
    """The rest."""
    return person("total", period) - person("fund", period)


FORMULAS = {
    item.__name__: item for item in (granule_self_pay, eligible, reduction, deductible, band_pay, fund, personal)
}
OUTPUTS = ("eligible", "deductible", "reduction", "fund", "personal")


def _variable(name: str) -> type[Variable]:
    fields: dict[str, Any] = {"entity": PERSON, "definition_period": DateUnit.MONTH, "label": name}
    if name in ENUMS:
        fields |= {"value_type": Enum, "possible_values": ENUMS[name], "default_value": next(iter(ENUMS[name]))}
    else:
        fields["value_type"] = bool if name == "is_filed" else float
    if name in FORMULAS:
        fields["formula"] = lambda person, period, parameters=None: FORMULAS[name](person, period)
    return type(name, (Variable,), fields)


def system() -> TaxBenefitSystem:
    """All variables of the task."""
    built = TaxBenefitSystem([PERSON])
    for name in (*Claim._fields, *FORMULAS):
        built.add_variable(_variable(name))
    return built


def columns(claims: Sequence[Claim]) -> dict[str, Any]:
    """Claims as arrays, amounts in yuan."""
    found: dict[str, Any] = {}
    for name, values in zip(Claim._fields, zip(*claims, strict=True), strict=True):
        if name in ENUMS:
            found[name] = ENUMS[name].encode(np.array(values))
        else:
            found[name] = np.array(values) if name == "is_filed" else np.array(values) / 100
    return found


def decide(built: TaxBenefitSystem, given: dict[str, Any]) -> dict[str, Any]:
    """The answers for all claims at once."""
    simulation = SimulationBuilder().build_default_simulation(built, count=len(given["total"]))
    for name, values in given.items():
        simulation.set_input(name, PERIOD, values)
    return {name: simulation.calculate(name, PERIOD) for name in OUTPUTS}


def results(answers: dict[str, Any]) -> list[Result]:
    """The answers in whole fen, without clauses, which formulas do not tell."""
    scaled = [
        np.rint(answers[name].astype(float) * (1 if name == "reduction" else 100)).astype(int) for name in OUTPUTS
    ]
    return [(*map(int, row), "", "") for row in zip(*scaled, strict=True)]  # type: ignore[misc]
