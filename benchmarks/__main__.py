"""`make bench`: first whether everything is right, then how fast; one Markdown table."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

from benchmarks import agreement, growth, machine, many_claims, one_claim, whole_processes
from benchmarks.figures import Figure, markdown
from benchmarks.timing import Spread

RESULTS = Path(__file__).parent / "RESULTS.md"
MILLION = 1_000_000


def main() -> int:
    """Measure, print, and keep the table of a full run. Quick with QUICK=1, ten million claims with BENCH_FULL=1."""
    is_quick, is_full = (os.environ.get(name) == "1" for name in ("QUICK", "BENCH_FULL"))
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        figures = _quick(Path(folder)) if is_quick else _whole(Path(folder), is_full)
    heading = f"{date.today().isoformat()} · {machine.described()}"
    text = f"# 测速结果 Results\n\n{heading}\n\n{markdown(figures)}\n"
    print(text)
    print(f"{time.monotonic() - begun:.0f} s", file=sys.stderr)
    if not is_quick:
        RESULTS.write_text(text, "utf-8")
    return 0 if all(figure.is_met for figure in figures if figure.bar == 0) else 1


def _whole(folder: Path, is_full: bool) -> list[Figure]:
    counts = (10_000, 100_000, MILLION, *((10 * MILLION,) if is_full else ()))
    return [
        *_told("right", lambda: right(MILLION, 100_000, 2_000)),
        *_told("one claim", lambda: one_claim.measured(41)),
        *_told("many claims", lambda: many_claims.measured(folder, MILLION, 15)),
        *_told("start", lambda: whole_processes.start(folder, 41)),
        *_told("batch", lambda: whole_processes.batch(folder, MILLION, 7)),
        *(_told("large batch", lambda: whole_processes.batch(folder, 10 * MILLION, 3)) if is_full else ()),
        *_told("growth", lambda: growth.measured(folder, counts, 15)),
    ]


def _quick(folder: Path) -> list[Figure]:
    return [
        *_told("right", lambda: right(100_000, 5_000, 100)),
        *_told("one claim", lambda: one_claim.measured(11)),
        *_told("many claims", lambda: many_claims.measured(folder, 200_000, 5)),
        *_told("start", lambda: whole_processes.start(folder, 7)),
        *_told("batch", lambda: whole_processes.batch(folder, 200_000, 2)),
        *_told("growth", lambda: growth.measured(folder, (10_000, 100_000), 5)),
    ]


def _told(name: str, measure: Callable[[], list[Figure]]) -> list[Figure]:
    print(f"{name} …", file=sys.stderr, flush=True)
    return measure()


def right(many: int, peers: int, few: int) -> list[Figure]:
    """How many claims each implementation decides otherwise than the Decimal twin."""
    found = agreement.wrong(many)
    others = agreement.peers_wrong(peers)
    return [
        _wrong("编译的 Python、SQL compiled Python, SQL", {name: found[name] for name in OURS}, many, bar=0),
        _wrong("参考求值器 reference evaluator", {"reference": agreement.reference_wrong(few)}, few, bar=0),
        _wrong(
            "手写的其余几版 the other twins", {name: found[name] for name in found if name not in OURS}, many, bar=0
        ),
        *(_wrong(name, {name: count}, peers) for name, count in others.items()),
    ]


OURS = ("compiled", "compiled_reasons", "sql", "sql_nullable")


def _wrong(name: str, wrong: Mapping[str, int], count: int, bar: float | None = None) -> Figure:
    most = max(wrong.values())
    return Figure(
        subject=f"与手写十进制不同的笔数 claims decided otherwise than by Decimal : {name}",
        measured=Spread(most, most, most),
        unit="",
        times=f"{count:,} 笔 claims × {len(wrong)}",
        bar=bar,
    )


if __name__ == "__main__":
    raise SystemExit(main())
