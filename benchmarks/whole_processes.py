"""Whole processes: `tiaoli decide` beside a Decimal script, `tiaoli batch` beside DuckDB from file to file."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from benchmarks import tiaoli_
from benchmarks.claims import chunk, facts, write_parquet
from benchmarks.figures import Figure, micro, size
from benchmarks.timing import Spread, processes

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


def batch(folder: Path, count: int, rounds: int) -> list[Figure]:
    """A file of claims decided into another file, each a whole process."""
    source = write_parquet(folder / "batch.parquet", count)
    target, twin = folder / "decided.parquet", folder / "twin.parquet"
    day = tiaoli_.AS_OF.date().isoformat()
    commands: dict[str, Sequence[str]] = {
        "tiaoli": (
            *TIAOLI, "batch", str(source), str(target), "--rules", str(tiaoli_.RULES), "--region", tiaoli_.REGION,
            "--question", tiaoli_.QUESTION, "--as-of", day, "--clauses",
        ),
        "twin": (sys.executable, str(TWINS / "duckdb_sql.py"), str(source), str(twin)),
    }  # fmt: skip
    found, peaks = processes(commands, rounds, _environment(folder))
    _same(target, twin)
    return list(_batch_figures(found.ratio("tiaoli", "twin"), [found.median(name) for name in commands], peaks, count))


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


def _batch_figures(ratio: Spread, seconds: Sequence[float], peaks: Mapping[str, int], count: int) -> Iterator[Figure]:
    yield Figure(
        subject=f"整个进程：{count:,} 笔 Parquet → Parquet，tiaoli batch : 手写 hand-written DuckDB",
        measured=ratio,
        times=" : ".join(map(micro, seconds)),
        bar=1.2,
        limit=LIMITS["batch"],
    )
    ours, theirs = peaks["tiaoli"], peaks["twin"]
    value = ours / theirs
    yield Figure(
        subject="内存峰值 peak memory，同上 the same",
        measured=Spread(value, value, value),
        times=f"{size(ours)} : {size(theirs)}",
        bar=1.3,
        limit=LIMITS["memory"],
    )


def _environment(folder: Path) -> Mapping[str, str]:
    root = str(Path(__file__).parent.parent)
    return {"TIAOLI_CACHE": str(folder / "cache"), "PYTHONPATH": root, "PYTHONUTF8": "1"}


LIMITS = {
    "start": "三成是解释器自己；其余读事实文件和缓存，把依据写成 JSON。 Three tenths are the interpreter itself; the rest reads the facts and the cache and writes the grounds as JSON.",
    "batch": "一百万笔以内是一部分，多出的是固定的 0.5 秒：载入 pyarrow、sqlglot 和规则，编成查询（试一次，再编一次）；多于一百万笔时分部分写，"
    "最后拼成一个文件要再写一遍。 Up to a million claims are one part, and the difference is a fixed half second: loading pyarrow, sqlglot "
    "and the rules, compiling the query (once to see whether it can be, once more); beyond, parts are put together by writing all again.",
    "memory": "多出约 80 MiB：pyarrow（连同 numpy）、sqlglot 和规则；多于一百万笔时，把各部分拼成一个文件还要更多。 80 MiB more: pyarrow (with "
    "numpy), sqlglot and the rules; beyond a million claims, putting the parts together takes more.",
}
