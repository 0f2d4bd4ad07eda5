"""Claims of the reference task, drawn by a seed: as whole fen, as facts, as a table."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import islice
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import pyarrow as pa

CHUNK = 10_000
INSURANCES = {"employee": 55, "resident": 45}
LEVELS = {"level_1": 15, "level_2": 30, "level_3": 55}
CATEGORIES = {"local": 40, "long_term": 20, "referral": 12, "emergency": 8, "other": 20}
TOTALS = {(50_000, 500_000): 35, (500_000, 2_000_000): 40, (2_000_000, 8_000_000): 18, (8_000_000, 90_000_000): 7}
FUND_PAID = {(0, 1): 40, (1, 2_000_000): 35, (2_000_000, 30_000_000): 20, (38_000_000, 41_000_000): 5}
DEDUCTIBLE_PAID = {(0, 1): 60, (1, 100_000): 25, (100_000, 120_000): 15}
EDGE = 4_000_000
ENUMS = {"person.insurance": INSURANCES, "institution.level": LEVELS, "visit.category": CATEGORIES}
PATHS = (
    "person.insurance",
    "institution.level",
    "visit.category",
    "visit.is_filed",
    "claim.total",
    "claim.own_expense",
    "claim.class_b_self_pay",
    "claim.granule_amount",
    "accumulator.deductible_paid",
    "accumulator.fund_paid",
)


class Claim(NamedTuple):
    """A claim; amounts are whole fen."""

    insurance: str
    level: str
    category: str
    is_filed: bool
    total: int
    own_expense: int
    class_b_self_pay: int
    granule_amount: int
    deductible_paid: int
    fund_paid: int


def claims(count: int, seed: int = 1) -> list[Claim]:
    """So many claims; the same seed gives the same claims, and more of them begin with the same."""
    return [claim for number in range(0, count, CHUNK) for claim in chunk(number // CHUNK, count, seed)]


def chunk(number: int, count: int, seed: int = 1) -> list[Claim]:
    """The part of so many claims that has this number."""
    size = min(CHUNK, count - number * CHUNK)
    return list(islice(_drawn(Random(f"{seed} {number}"), CHUNK), size))


def chunks(count: int) -> range:
    """The numbers of the parts of so many claims."""
    return range((count + CHUNK - 1) // CHUNK)


def _drawn(random: Random, count: int) -> Iterator[Claim]:
    """Mostly usual claims; one in sixteen lies at an edge of the law, to the fen."""
    insurances, levels, categories = (_choices(random, words, count) for words in (INSURANCES, LEVELS, CATEGORIES))
    totals, fund, deductibles = (_choices(random, spans, count) for spans in (TOTALS, FUND_PAID, DEDUCTIBLE_PAID))
    bits = random.getrandbits
    for number in range(count):
        low, high = totals[number]
        total = low + bits(40) % (high - low)
        own = total * (bits(20) % 201) // 1000
        class_b = total * (bits(20) % 151) // 1000
        granules = total * (bits(20) % 51) // 1000 if bits(2) == 0 else 0
        if bits(4) == 0:
            total = (0, EDGE + bits(20) % 3 * 50_000, EDGE + 30_000 + bits(10) % 3 - 1, bits(14))[bits(2)]
            own = class_b = granules = 0
        paid_low, paid_high = deductibles[number]
        fund_low, fund_high = fund[number]
        yield Claim(
            insurances[number],
            levels[number],
            categories[number],
            bits(10) % 10 < 7,
            total,
            own,
            class_b,
            granules,
            paid_low + bits(30) % (paid_high - paid_low),
            fund_low + bits(30) % (fund_high - fund_low),
        )


def _choices(random: Random, weights: dict[Any, int], count: int) -> list[Any]:
    return random.choices(list(weights), list(weights.values()), k=count)


def yuan(fen: int) -> Decimal:
    """Fen as an amount with two places."""
    return Decimal(fen).scaleb(-2)


def facts(claim: Claim) -> dict[str, dict[str, Any]]:
    """A claim as a caller gives it: nested, amounts as Decimal."""
    return {
        "person": {"insurance": claim.insurance},
        "institution": {"level": claim.level},
        "visit": {"category": claim.category, "is_filed": claim.is_filed},
        "claim": {
            "total": yuan(claim.total),
            "own_expense": yuan(claim.own_expense),
            "class_b_self_pay": yuan(claim.class_b_self_pay),
            "granule_amount": yuan(claim.granule_amount),
        },
        "accumulator": {"deductible_paid": yuan(claim.deductible_paid), "fund_paid": yuan(claim.fund_paid)},
    }


def table(given: list[Claim], first: int = 0) -> pa.Table:
    """Claims as columns called as the facts: amounts DECIMAL(12, 2), enumerations as dictionaries of text."""
    import pyarrow as pa

    columns: dict[str, pa.Array] = {"id": pa.array(range(first, first + len(given)), pa.int64())}
    for path, values in zip(PATHS, zip(*given, strict=True), strict=True):
        if path in ENUMS:
            columns[path] = _dictionary(values, list(ENUMS[path]))
        elif path == "visit.is_filed":
            columns[path] = pa.array(values, pa.bool_())
        else:
            columns[path] = _amounts(values)
    return pa.table(columns)


def _dictionary(values: tuple[str, ...], words: list[str]) -> pa.Array:
    import pyarrow as pa

    place = {word: number for number, word in enumerate(words)}
    return pa.DictionaryArray.from_arrays(pa.array([place[value] for value in values], pa.int8()), pa.array(words))


def _amounts(values: tuple[int, ...]) -> pa.Array:
    """Whole fen as decimals, exactly: the same digits with the point two places to the left."""
    import pyarrow as pa

    whole = b"".join(value.to_bytes(16, "little", signed=True) for value in values)
    return pa.Array.from_buffers(pa.decimal128(12, 2), len(values), [None, pa.py_buffer(whole)])


def write_parquet(path: Path, count: int, seed: int = 1) -> Path:
    """A file of so many claims, written part by part."""
    import pyarrow.parquet as pq

    with pq.ParquetWriter(path, table(chunk(0, 1, seed)).schema) as writer:
        for number in chunks(count):
            writer.write_table(table(chunk(number, count, seed), number * CHUNK))
    return path
