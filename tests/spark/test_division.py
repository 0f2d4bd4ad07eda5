"""Whole quotients in Spark, whose own division keeps but twenty digits before the point."""

from pathlib import Path
from random import Random

import pytest
from sqlglot import exp

from engine.backends.sql import builders as b
from engine.backends.sql.dialects import SPARK
from tests.support.onspark import MEMORY

PAIRS = 200
WIDEST = 38


@pytest.mark.parametrize(("digits", "others"), [(38, 1), (38, 20), (30, 28), (21, 37), (20, 37), (19, 3)])
def test_quotients_are_whole_and_exact(digits: int, others: int, master: str, tmp_path: Path) -> None:
    from engine.batch.spark import connect

    random = Random(digits * others)
    ends = (1, 10 ** (others - 1), 10**others - 1)
    pairs = [(above, below) for above in (0, 1, 10 ** (digits - 1), 10**digits - 1) for below in ends]
    pairs += [(_drawn(random, digits), max(1, _drawn(random, others))) for _ in range(PAIRS)]
    session = connect(master, MEMORY)
    session.createDataFrame([(str(n), str(d)) for n, d in pairs], "n string, d string").createOrReplaceTempView("pairs")
    above, below = (b.cast(b.column(name), f"DECIMAL({WIDEST},0)") for name in "nd")
    quotient = b.cast(SPARK.quotient(above, below, digits, others), "VARCHAR")
    select = exp.Select(expressions=[b.column("n"), b.column("d"), exp.Alias(this=quotient, alias="q")]).from_("pairs")
    found = session.sql(SPARK.text(SPARK.put(select))).collect()
    assert [(row.n, row.d, row.q) for row in found if int(row.q) != int(row.n) // int(row.d)] == []
    assert len(found) == len(pairs)


def _drawn(random: Random, digits: int) -> int:
    return random.randrange(10 ** random.randint(1, digits))
