"""What `tiaoli test --coverage` prints: the sums, then everything that no case shows to hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from tabulate import tabulate

from engine.case_coverage.account import OUTCOMES, Account, Tested
from engine.case_coverage.tables import STATES, TRIED, Sum, counts, file_of, named, region_of, sums, total
from policy.diagnostics import Text

_HEADS = (Text("项数", "parts"), *STATES.values(), Text("覆盖率", "covered"))
_UNCOVERED = (
    Text("出处", "place"), Text("规则", "rule"), Text("子句", "clause"), Text("情况", "state"),
    *(OUTCOMES[outcome] for outcome in TRIED),
)  # fmt: skip

_UNSTOPPED = Text("没有拦下过案件的核对、限度", "checks and bounds that stop no case")
_ONE_SIDED = Text("只见取代、不见不适用的但书", "provisos that displace in every case that looks at them")


def coverage_lines(account: Account, lang: str) -> Iterator[str]:
    """Sums of files and regions, what never won, and the provisos that are seen on one side only."""
    yield _sums(Text("文件", "file"), sums(account, file_of), lang)
    yield ""
    regions = [*sums(account, region_of), total(account)]
    yield _sums(Text("地区", "region"), regions, lang)
    yield ""
    yield _count(
        Text("没有成立用例的子句、数值", "clauses and figures that win in no case"),
        account.uncovered,
        lang,
    )
    if account.uncovered:
        yield _table(map(_row_in(lang), account.uncovered), [text.in_language(lang) for text in _UNCOVERED])
    yield ""
    yield from _listed(_UNSTOPPED, account.unstopped, lang)
    yield from _listed(_ONE_SIDED, account.one_sided, lang)


def _listed(label: Text, found: list[Tested], lang: str) -> Iterator[str]:
    yield _count(label, found, lang)
    yield from (f"  {item.part.place}  {' '.join(named(item, lang))}" for item in found)
    yield ""


def _sums(head: Text, found: Iterable[Sum], lang: str) -> str:
    whole = Text("合计", "total").in_language(lang)
    rows = [(item.name or whole, item.parts, *item.states.values(), item.share) for item in found]
    heads = [text.in_language(lang) for text in (head, *_HEADS)]
    return tabulate(rows, headers=heads, tablefmt="simple", colalign=("left", *("right",) * 5))


def _table(rows: Iterable[tuple[Any, ...]], heads: list[str]) -> str:
    return tabulate(rows, headers=heads, tablefmt="simple", disable_numparse=[0, 1, 2, 3])


def _row_in(lang: str) -> Any:
    def row(item: Tested) -> tuple[Any, ...]:
        return (item.part.place, *named(item, lang), STATES[item.state].in_language(lang), *counts(item))

    return row


def _count(label: Text, found: list[Tested], lang: str) -> str:
    return f"{label.in_language(lang)}{'：' if lang == 'zh' else ': '}{len(found)}"
