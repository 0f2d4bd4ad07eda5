"""What `tiaoli batch` says when it is done."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from policy.dsl.widths import display_width

if TYPE_CHECKING:
    from engine.batch.summary import Summary

SHOWN = 20
"""How many rows whose data are at fault are told one by one, and how many reasons."""

Row = tuple[Any, ...]

Echo = Callable[[str, bool], None]
"""Says a text, to those who look for errors or to all."""


def tell(summary: Summary, form: str, lang: str, echo: Echo) -> None:
    """What is wrong with rows, which outputs are left out, and the counts."""
    zh = lang == "zh"
    if summary.problems:
        from engine.cli.printing import print_diagnostics

        print_diagnostics(summary.problems[:SHOWN], lang)
    if len(summary.problems) > SHOWN:
        rest = len(summary.problems) - SHOWN
        echo(f"……还有 {rest} 行" if zh else f"… and {rest} more rows", True)
    for name, why in summary.left_out.items():
        words = why.in_language(lang)
        echo(f"没有列出“{name}”：{words}" if zh else f"`{name}` is left out: {words}", True)
    if form == "json":
        echo(json.dumps(_data(summary), ensure_ascii=False, indent=2), False)
    else:
        echo("\n\n".join(_tables(summary, zh)), False)


def _tables(summary: Summary, zh: bool) -> Iterable[str]:
    yield _table(summary.statuses.most_common(), ("结果" if zh else "status", "行数" if zh else "rows"))
    if summary.reasons:
        yield _table(summary.reasons.most_common(SHOWN), ("原因" if zh else "reason", "行数" if zh else "rows"))
    rows = [(rule, clause, n) for rule, counts in summary.clauses.items() for clause, n in counts.most_common()]
    contested = [row for row in rows if len(summary.clauses[row[0]]) > 1]
    if contested:
        yield _table(contested, ("规则", "胜出子句", "行数") if zh else ("rule", "winning clause", "rows"))


def _table(rows: Sequence[Row], headers: Row) -> str:
    """Rows under their headers, counts to the right; a line under each header, somewhat longer than it."""
    widths = [
        max(display_width(title) + 2, *(display_width(str(row[at])) for row in rows), 0)
        for at, title in enumerate(headers)
    ]
    lines = [headers, tuple("-" * width for width in widths), *rows]
    return "\n".join("  ".join(_aligned(line, widths)) for line in lines)


def _aligned(line: Row, widths: Sequence[int]) -> Iterable[str]:
    for at, (cell, width) in enumerate(zip(line, widths, strict=True)):
        gap = " " * (width - display_width(str(cell)))
        yield f"{gap}{cell}" if at == len(line) - 1 else f"{cell}{gap}"


def _data(summary: Summary) -> dict[str, Any]:
    return {
        "rows": summary.rows,
        "statuses": dict(summary.statuses),
        "reasons": dict(summary.reasons),
        "clauses": {rule: dict(counts) for rule, counts in summary.clauses.items()},
        "left_out": {name: why.en for name, why in summary.left_out.items()},
        "problems": [item.to_json() for item in summary.problems[:SHOWN]],
    }
