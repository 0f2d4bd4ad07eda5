"""What `tiaoli check` tells about proofs."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import click
from tabulate import tabulate

from engine.program import Program
from engine.proofs import available
from engine.proofs.tables import table_findings
from engine.proofs.wellformed import ill_formed
from engine.regions import Regions
from policy.diagnostics import Diagnostic, Text

if TYPE_CHECKING:
    from engine.proofs.findings import Open, Report

TRIED = ("E0501", "W0902")
"""What trying values finds; a proof takes its place."""

HOW_TO_INSTALL = Text(
    "没有证明：没有安装求解器，完整性、歧义、死子句和限度只经试算。安装：pip install 'tiaoli[proofs]'",
    "nothing was proven: the solver is not installed; gaps, clashes, dead clauses and bounds were only tried. "
    "Install it: pip install 'tiaoli[proofs]'",
)


@attrs.frozen
class Proofs:
    """What came of the proofs; None where nothing was to be proven."""

    report: Report | None = None
    ill_formed: tuple[Diagnostic, ...] = ()
    missing: bool = False
    unsound: tuple[str, ...] = ()
    """Regions whose errors come first."""

    def replacing(self, diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
        """All diagnostics; what was only tried of a rule that is proven gives way."""
        found = [item for item in diagnostics if item.code not in TRIED or not self._is_settled(item)]
        return [*found, *self.ill_formed, *(self.report.findings if self.report else ())]

    def _is_settled(self, item: Diagnostic) -> bool:
        if self.report is None or item.span is None:
            return False
        return any(
            span.source.name == item.span.source.name and span.start <= item.span.start < span.end
            for span in self.report.settled
        )

    def told(self, lang: str) -> Iterator[str]:
        """What is said below the summary."""
        if self.missing:
            yield HOW_TO_INSTALL.in_language(lang)
        if self.unsound:
            yield _ERRORS_FIRST.in_language(lang) + ("、" if lang == "zh" else ", ").join(self.unsound)
        if self.report is not None and self.report.rules:
            yield _summary(self.report, len(self.ill_formed), lang)
            if self.report.undecided:
                yield _table(self.report.undecided, lang)

    def to_json(self) -> dict[str, Any] | None:
        """As data; None where nothing was proven."""
        if self.report is None:
            return None
        return {
            "rules": len(self.report.rules),
            "proven": self.report.proven,
            "findings": len(self.report.findings),
            "undecided": [
                {
                    "region": item.region,
                    "rule": item.rule,
                    "about": attrs.asdict(item.about),
                    "reason": attrs.asdict(item.reason),
                }
                for item in self.report.undecided
            ],
        }


def proofs_of(root: Path, regions: list[str], seconds: float, lang: str) -> Proofs:
    """The proofs of the regions' rules, as far as there is a solver."""
    loaded = Regions(root, tries=False)
    found = tuple(item for region in regions for item in _without_solver(loaded.program(region)))
    if not available():
        return Proofs(None, found, missing=True)
    from engine.proofs.running import prove

    if not sys.stderr.isatty():
        return Proofs(prove(root, regions, seconds), found)
    with click.progressbar(length=100, label=_LABEL[lang], file=sys.stderr) as bar:
        return Proofs(prove(root, regions, seconds, lambda done, of: bar.update(done * 100 // of - bar.pos)), found)


def _without_solver(program: Program) -> Iterator[Diagnostic]:
    yield from ill_formed(program)
    yield from table_findings(program)


_ERRORS_FIRST = Text("没有证明，先改正错误：", "nothing proven before its errors are corrected: ")

_LABEL = {"zh": "证明", "en": "proving"}


def _summary(report: Report, more: int, lang: str) -> str:
    rules, findings, undecided = len(report.rules), len(report.findings) + more, len(report.undecided)
    if lang == "zh":
        return f"证明：{rules} 条规则中 {report.proven} 条完整而无歧义；{findings} 处有问题，{undecided} 处未能判定"
    return (
        f"proofs: {report.proven} of {rules} rules complete and unambiguous; {findings} findings, {undecided} undecided"
    )


def _table(items: Iterable[Open], lang: str) -> str:
    head = ("地区", "规则", "未能判定", "原因") if lang == "zh" else ("region", "rule", "undecided", "reason")
    rows = [
        (
            item.region,
            item.label if lang == "zh" else item.rule,
            item.about.in_language(lang),
            item.reason.in_language(lang),
        )
        for item in items
    ]
    return tabulate(rows, headers=head, tablefmt="simple")
