"""What was measured, held against its bar, as a Markdown table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from benchmarks.timing import Spread


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One figure. `bar` is the most it may be, or with `at_least` the least; None where nothing is demanded."""

    subject: str
    measured: Spread
    unit: str = "×"
    times: str = ""
    bar: float | None = None
    stretch: float | None = None
    at_least: bool = False
    limit: str = ""

    @property
    def is_met(self) -> bool:
        return self.bar is None or self._reaches(self.bar)

    @property
    def verdict(self) -> str:
        if self.bar is None:
            return "—"
        if not self.is_met:
            return "未达到 missed"
        if self.stretch is not None and self._reaches(self.stretch):
            return "达到更高目标 met, stretch too"
        return "达到 met"

    @property
    def demanded(self) -> str:
        if self.bar is None:
            return "—"
        sign = "≥" if self.at_least else "≤"
        wish = f"（{sign} {self.stretch:g}）" if self.stretch is not None else ""
        return f"{sign} {self.bar:g}{self.unit}{wish}"

    @property
    def value(self) -> str:
        low, median, high = (_short(value) for value in self.measured)
        return f"**{median}{self.unit}**" if low == high else f"**{median}{self.unit}** ({low}–{high})"

    def _reaches(self, bar: float) -> bool:
        return self.measured.median >= bar if self.at_least else self.measured.median <= bar


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.2f}"


def markdown(figures: Iterable[Figure]) -> str:
    """The table, and under it what limits each figure."""
    rows: list[Sequence[str]] = [("", "项目 what", "标准 bar", "测得 measured", "用时 times", "结论 verdict")]
    limits = []
    for number, figure in enumerate(figures, 1):
        rows.append((str(number), figure.subject, figure.demanded, figure.value, figure.times, figure.verdict))
        if figure.limit:
            limits.append(f"{number}. {figure.limit}")
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    lines.insert(1, "|" + "---|" * len(rows[0]))
    return "\n".join([*lines, "", "受什么限制 What limits each:", "", *limits])


def micro(seconds: float) -> str:
    """A time in words."""
    for factor, unit in ((1, "s"), (1e3, "ms"), (1e6, "µs")):
        if seconds * factor >= 1:
            return f"{seconds * factor:.3g} {unit}"
    return f"{seconds * 1e9:.0f} ns"


def size(count: float) -> str:
    """An amount of memory in words."""
    return f"{count / 2**20:.0f} MiB"
