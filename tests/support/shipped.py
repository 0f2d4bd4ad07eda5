"""The shipped law with its links, read once for all tests that only look at it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from engine import Regions
from engine.impact.study import Law

RULES = Path(__file__).parents[2] / "rules"


@cache
def shipped_law() -> Law:
    return Law(Regions(RULES))
