"""Whole processes: `tiaoli decide` beside a Decimal script, `tiaoli batch` beside DuckDB from file to file."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from benchmarks import tiaoli_
from benchmarks.claims import chunk, facts, write_parquet
from benchmarks.figures import Figure, micro, size
from benchmarks.timing import Race, Spread, processes

TWINS = Path(__file__).parent / "twins"
SCRIPT = Path(sys.executable).with_name("tiaoli")
TIAOLI = (str(SCRIPT),) if SCRIPT.exists() else (sys.executable, "-m", "engine")


def start(folder: Path, rounds: int) -> list[Figure]:
    """A decision as a whole process, from a policy that is compiled already."""
    case = folder / "claim.json"
    case.write_text(json.dumps(_case(), default=str), "utf-8")
    commands = {
        "tiaoli": (*TIAOLI, "decide", str(case), "--rules", str(tiaoli_.RULES)),
        "twin": (sys.executable, str(TWINS / "decimal_script.py"), str(case)),
        "python": (sys.executable, "-c", "pass"),
    }
    found, _ = processes(commands, rounds, _environment(folder))
    times = " : ".join(micro(found.median(name)) for name in commands)
    return [
        Figure(
            subject="整个进程：tiaoli decide，用缓存 from cache : 手写十进制脚本 Decimal script（: python -c pass）",
            measured=found.ratio("tiaoli", "twin"),
            times=times,
            bar=1.5,
            limit=LIMITS["start"],
        )
    ]


def _case() -> Mapping[str, object]:
    claim = chunk(0, 1)[0]
    return {
        "region": tiaoli_.REGION,
        "question": tiaoli_.QUESTION,
        "as_of": tiaoli_.AS_OF.date().isoformat(),
        "facts": facts(claim),
    }


FIRST = """
import os, sys, tempfile
from engine.cli import main
with tempfile.TemporaryDirectory() as cache:
    os.environ["TIAOLI_CACHE"] = cache
    main(sys.argv[1:])
"""
"""The command line with a cache that is empty: what a first call costs, which fills it."""


def batch(folder: Path, count: int, rounds: int) -> list[Figure]:
    """A file of claims decided into another file, each a whole process; from the cache, and with an empty one."""
    source = write_parquet(folder / "batch.parquet", count)
    target, twin = folder / "decided.parquet", folder / "twin.parquet"
    day = tiaoli_.AS_OF.date().isoformat()
    call = (
        "batch", str(source), str(target), "--rules", str(tiaoli_.RULES), "--region", tiaoli_.REGION,
        "--question", tiaoli_.QUESTION, "--as-of", day, "--clauses",
    )  # fmt: skip
    commands: dict[str, Sequence[str]] = {
        "tiaoli": (*TIAOLI, *call),
        "twin": (sys.executable, str(TWINS / "duckdb_sql.py"), str(source), str(twin)),
        "first": (sys.executable, "-c", FIRST, *call),
    }
    found, peaks = processes(commands, rounds, _environment(folder))
    _same(target, twin)
    return [*_batch_figures(found, peaks, count), _first_figure(found, peaks)]


def _same(ours: Path, twin: Path) -> None:
    """Raises AssertionError unless both files say the same about every claim."""
    import duckdb

    sides = []
    for path, names in ((ours, ("reduction__clause", "fund__clause")), (twin, ("reduction_clause", "fund_clause"))):
        clauses = ", ".join(f"{name}::varchar" for name in names)
        sides.append(f"select id::varchar, eligible, deductible, reduction, fund, personal, {clauses} from '{path}'")
    first, second = sides
    query = f"select count(*) from (({first} except {second}) union all ({second} except {first}))"
    ((wrong,),) = duckdb.connect().execute(query).fetchall()
    assert not wrong, f"{wrong} rows differ"


def _batch_figures(found: Race, peaks: Mapping[str, int], count: int) -> Iterator[Figure]:
    yield Figure(
        subject=f"整个进程：{count:,} 笔 Parquet → Parquet，tiaoli batch，用缓存 from cache : 手写 hand-written DuckDB",
        measured=found.ratio("tiaoli", "twin"),
        times=_pair(found, "tiaoli"),
        bar=1.2,
        limit=LIMITS["batch"],
    )
    value = peaks["tiaoli"] / peaks["twin"]
    yield Figure(
        subject="内存峰值 peak memory，同上 the same",
        measured=Spread(value, value, value),
        times=f"{size(peaks['tiaoli'])} : {size(peaks['twin'])}",
        bar=1.3,
        limit=LIMITS["memory"],
    )


def _first_figure(found: Race, peaks: Mapping[str, int]) -> Figure:
    """Of a call that reads the rules, compiles them and fills the cache."""
    return Figure(
        subject="同上，第一次：缓存是空的 the same, a first call, with an empty cache",
        measured=found.ratio("first", "twin"),
        times=f"{_pair(found, 'first')}，{size(peaks['first'])} : {size(peaks['twin'])}",
        limit=LIMITS["first"],
    )


def _pair(found: Race, ours: str) -> str:
    return f"{micro(found.median(ours))} : {micro(found.median('twin'))}"


def _environment(folder: Path) -> Mapping[str, str]:
    root = str(Path(__file__).parent.parent)
    return {"TIAOLI_CACHE": str(folder / "cache"), "PYTHONPATH": root, "PYTHONUTF8": "1"}


LIMITS = {
    "start": "三成是解释器自己；其余读事实文件和缓存，把依据写成 JSON。 Three tenths are the interpreter itself; the rest reads the facts and the cache and writes the grounds as JSON.",
    "batch": "查询本身与手写的一样快；多出的是固定的约 70 毫秒处理器时间：读文件自述的列和空值，读缓存，数结果各列，打印小结。每部分一千万笔，"
    "只有一部分时它就是结果，有几部分时再合写成一个文件。 The query itself is as fast as the twin's; what is added is fixed, about 70 ms of processor time: reading "
    "what the file says of its columns and nulls, reading the cache, counting the result's columns, printing the summary. Ten million "
    "claims are one part, which becomes the result; several parts are written once more, as one file.",
    "memory": "不载入 pyarrow、numpy、sqlglot 和规则；结果比手写的多六列，每个线程待写的一组行以六万笔为限。 Neither pyarrow, numpy, sqlglot nor the "
    "rules are loaded; the result has six columns more than the twin's, and a thread holds no more than sixty thousand rows that wait "
    "to be written.",
    "first": "读规则、检查、编成查询，载入 pyarrow 和 sqlglot；只有第一次如此。 The rules are read, checked and compiled, pyarrow and sqlglot are "
    "loaded; only once.",
}
