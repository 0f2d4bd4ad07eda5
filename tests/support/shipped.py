"""The shipped law, read once for all tests that only look at it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from engine import Regions
from engine.impact.study import Law

RULES = Path(__file__).parents[2] / "rules"


@cache
def shipped_regions() -> Regions:
    return Regions(RULES)


@cache
def shipped_law() -> Law:
    """With its links."""
    return Law(shipped_regions())
