"""Which types combine, and into what: the one table of arithmetic."""

from __future__ import annotations

from typing import Final

from policy.types import (
    DATE,
    INSTANT,
    INTEGER,
    MONEY,
    MONTH,
    NUMBER,
    POINTS,
    RATIO,
    YEAR,
    Type,
)

COMBINATIONS: Final[dict[tuple[str, str, str], Type]] = {
    ("+", "money", "money"): MONEY,
    ("-", "money", "money"): MONEY,
    ("*", "money", "ratio"): MONEY.inexact(),
    ("*", "ratio", "money"): MONEY.inexact(),
    ("*", "money", "integer"): MONEY,
    ("*", "integer", "money"): MONEY,
    ("*", "money", "number"): MONEY.inexact(),
    ("*", "number", "money"): MONEY.inexact(),
    ("/", "money", "money"): RATIO.inexact(),
    ("/", "money", "number"): MONEY.inexact(),
    ("/", "money", "integer"): MONEY.inexact(),
    ("/", "money", "ratio"): MONEY.inexact(),
    ("+", "ratio", "ratio"): RATIO,
    ("-", "ratio", "ratio"): POINTS,
    ("+", "ratio", "points"): RATIO,
    ("-", "ratio", "points"): RATIO,
    ("*", "ratio", "ratio"): RATIO,
    ("/", "ratio", "ratio"): RATIO.inexact(),
    ("+", "points", "points"): POINTS,
    ("-", "points", "points"): POINTS,
    ("*", "points", "integer"): POINTS,
    ("*", "integer", "points"): POINTS,
    ("+", "number", "number"): NUMBER,
    ("-", "number", "number"): NUMBER,
    ("*", "number", "number"): NUMBER,
    ("/", "number", "number"): NUMBER.inexact(),
    ("+", "number", "integer"): NUMBER,
    ("-", "number", "integer"): NUMBER,
    ("*", "number", "integer"): NUMBER,
    ("/", "number", "integer"): NUMBER.inexact(),
    ("+", "integer", "number"): NUMBER,
    ("-", "integer", "number"): NUMBER,
    ("*", "integer", "number"): NUMBER,
    ("/", "integer", "number"): NUMBER.inexact(),
    ("+", "integer", "integer"): INTEGER,
    ("-", "integer", "integer"): INTEGER,
    ("*", "integer", "integer"): INTEGER,
    ("/", "integer", "integer"): RATIO.inexact(),
    ("+", "date", "duration"): DATE,
    ("-", "date", "duration"): DATE,
    ("+", "instant", "duration"): INSTANT,
    ("-", "instant", "duration"): INSTANT,
    ("+", "month", "duration"): MONTH,
    ("-", "month", "duration"): MONTH,
    ("+", "year", "duration"): YEAR,
    ("-", "year", "duration"): YEAR,
    ("-", "year", "year"): INTEGER,
    ("*", "number", "ratio"): NUMBER,
    ("*", "ratio", "number"): NUMBER,
    ("*", "integer", "ratio"): NUMBER,
    ("*", "ratio", "integer"): NUMBER,
    ("*", "points", "number"): POINTS,
    ("*", "number", "points"): POINTS,
    ("*", "points", "ratio"): POINTS,
    ("*", "ratio", "points"): POINTS,
    ("/", "points", "integer"): POINTS.inexact(),
    ("/", "points", "number"): POINTS.inexact(),
    ("/", "points", "points"): RATIO.inexact(),
    ("/", "ratio", "integer"): RATIO.inexact(),
    ("/", "ratio", "number"): RATIO.inexact(),
}
"""(operator, left, right) → result; what is not here cannot be combined."""


def combine(operator: str, left: Type, right: Type) -> Type | None:
    """The type of an arithmetic expression, or None where the two do not combine."""
    result = COMBINATIONS.get((operator, left.kind, right.kind))
    if result is None:
        return None
    return result if left.is_exact and right.is_exact else result.inexact()


def fits(given: Type, wanted: Type) -> bool:
    """Whether a value of the one type may stand where the other is wanted."""
    if "unknown" in (given.kind, wanted.kind) or given.kind in ("null", "never"):
        return True
    if given.kind == "list" and wanted.kind == "list":
        return given.element is None or wanted.element is None or fits(given.element, wanted.element)
    if given.kind == "integer" and wanted.kind in ("number", "year"):
        return True
    return given.kind == wanted.kind and given.name == wanted.name


def comparable(left: Type, right: Type) -> bool:
    """Whether two values can be compared with each other."""
    return fits(left, right) or fits(right, left)
