"""Which files a batch reads and writes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

WRITTEN = (".parquet", ".csv", ".jsonl", ".ndjson")


class Order(NamedTuple):
    """Which columns tell persons apart, and their claims in time."""

    person: str
    day: str


class Files(NamedTuple):
    """What is read and written. `rows` are further files for lists of records, by the fact.

    With an `order` a person's claims are decided one after another within a year; with `reverse` only the year of that
    claim is, as it was and without the claim.
    """

    claims: Path
    out: Path
    rows: Mapping[str, Path] = MappingProxyType({})
    resume: bool = False
    order: Order | None = None
    reverse: str = ""
