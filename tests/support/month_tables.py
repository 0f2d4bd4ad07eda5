"""The tables of month arithmetic, and their periods."""

from __future__ import annotations

import csv
import re
from pathlib import Path

TABLES = Path(__file__).parents[1] / "data" / "month-arithmetic"
UNITS = ("years", "months", "days")


def rows(name: str) -> list[list[str]]:
    """The cells of a table, without its header."""
    with (TABLES / f"{name}.csv").open(encoding="utf-8") as file:
        return [[cell.strip() for cell in row] for row in csv.reader(file, delimiter=";")][1:]


def parts(period: str) -> list[tuple[int, str]]:
    """The counts of a period with their units, those that are zero left out."""
    counts = [int(count) for count in re.findall(r"\d+", period)]
    return [(count, unit) for count, unit in zip(counts, UNITS, strict=True) if count]
