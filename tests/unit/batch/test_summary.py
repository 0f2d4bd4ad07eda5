"""Counts of a result, from what its files say of themselves or from its rows: the same either way."""

from collections import Counter
from pathlib import Path
from random import Random

import duckdb
import pyarrow as pa
import pytest
from pyarrow import parquet

from engine.batch.summary import Columns, Summary, counted

NAMES = ("one", "some", "none", "now and then", "first only", 'quo"ted')


def parts(folder: Path, *, statistics: bool) -> list[str]:
    random = Random(3)
    found = []
    for number, size in enumerate((250, 0, 40)):
        columns = {
            "one": ["determined"] * size,
            "some": [random.choice(("甲", "乙", None)) for _ in range(size)],
            "none": [None] * size,
            "now and then": ["x" if place % 100 < 50 else None for place in range(size)],
            "first only": ["a" if number == 0 else "b"] * size,
            'quo"ted': [random.choice("ab") for _ in range(size)],
        }
        found.append(str(folder / f"{number}.parquet"))
        table = pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})
        parquet.write_table(table, found[-1], row_group_size=50, write_statistics=statistics)
    return found


@pytest.mark.parametrize("statistics", [True, False])
def test_each_value_is_counted(statistics: bool, tmp_path: Path) -> None:
    files = parts(tmp_path, statistics=statistics)
    rows = pa.concat_tables([parquet.read_table(name) for name in files]).to_pydict()
    expected = {name: Counter(value for value in rows[name] if value is not None) for name in NAMES}
    found = counted(duckdb.connect(), files, NAMES)
    assert found == expected
    for counts in found.values():
        assert list(counts.items()) == sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def test_a_summary_counts_its_columns(tmp_path: Path) -> None:
    files = parts(tmp_path, statistics=True)
    summary = Summary("direct")
    summary.count(duckdb.connect(), files, Columns("one", "none", {"rule": "first only"}))
    assert (summary.rows, summary.is_all_determined) == (290, True)
    assert (summary.statuses, summary.reasons) == (Counter(determined=290), Counter())
    assert summary.clauses == {"rule": Counter(a=250, b=40)}
