"""`tiaoli batch --engine spark` beside `--engine duckdb`: the same file, the same summary, the same exit code."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from benchmarks.claims import write_parquet
from engine.cli import main

ROOT = Path(__file__).parents[2]
CLAIMS = 20_000
MEMORY = "1GiB"


def decided(
    arguments: list[str], out: Path, engine: list[str], capsys: pytest.CaptureFixture[str]
) -> tuple[int, str, str, Any]:
    """How a batch ends, what it prints, and what it writes."""
    capsys.readouterr()
    with pytest.raises(SystemExit) as ended:
        main(["batch", arguments[0], str(out), *arguments[1:], *engine])
    printed = capsys.readouterr()
    is_table = out.suffix == ".parquet"
    return ended.value.code, printed.out, printed.err, parquet.read_table(out) if is_table else out.read_text("utf-8")  # type: ignore[return-value]


def test_the_reference_task(master: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = write_parquet(tmp_path / "claims.parquet", CLAIMS)
    arguments = [str(source), "--rules", str(ROOT / "benchmarks"), "--region", "reference"]
    arguments += ["--question", "reference.benefit", "--as-of", "2024-05-06", "--clauses"]
    one = decided(arguments, tmp_path / "one.parquet", ["--engine", "duckdb"], capsys)
    spark = ["--engine", "spark", "--master", master, "--memory-limit", MEMORY]
    other = decided(arguments, tmp_path / "other.parquet", spark, capsys)
    assert one[:2] == other[:2]
    assert one[3].num_rows == CLAIMS
    assert one[3].to_pylist() == other[3].to_pylist()


@pytest.mark.parametrize("suffix", [".parquet", ".csv", ".jsonl"])
def test_rows_that_need_help_stay_in_their_place(
    suffix: str, master: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["local", "异地转诊", "referal", None, "referral", "其他 `$x` \\n'"]
    totals = [Decimal(number * 100) for number in range(len(words))]
    columns = {"visit.travel": pa.array(words), "visit.total": pa.array(totals, pa.decimal128(12, 2))}
    parquet.write_table(pa.table(columns), tmp_path / "claims [1].parquet")
    arguments = [str(tmp_path / "claims [1].parquet"), "--rules", str(ROOT / "tests" / "cli" / "rules")]
    arguments += ["--region", "city", "--question", "visit.pay", "--as-of", "2023-05-01", "--clauses"]
    one = decided(arguments, tmp_path / f"one{suffix}", ["--engine", "duckdb"], capsys)
    spark = ["--engine", "spark", "--master", master, "--memory-limit", MEMORY]
    other = decided(arguments, tmp_path / f"other{suffix}", spark, capsys)
    assert one[0] == other[0] == 1
    assert one[1] == other[1]
    assert "visit.travel" in other[2]
    assert one[3] == other[3] if suffix != ".parquet" else one[3].to_pylist() == other[3].to_pylist()
    assert not (tmp_path / f"other{suffix}.parts").exists()


def test_an_empty_file(master: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    columns = {"visit.travel": pa.array([], pa.string()), "visit.total": pa.array([], pa.decimal128(12, 2))}
    parquet.write_table(pa.table(columns), tmp_path / "claims.parquet")
    arguments = [str(tmp_path / "claims.parquet"), "--rules", str(ROOT / "tests" / "cli" / "rules")]
    arguments += ["--region", "city", "--question", "visit.pay", "--as-of", "2023-05-01"]
    spark = ["--engine", "spark", "--master", master, "--memory-limit", MEMORY]
    code, _, _, table = decided(arguments, tmp_path / "none.parquet", spark, capsys)
    assert (code, table.num_rows) == (0, 0)
    assert "status" in table.column_names
