"""Every fault that was put into a pack is found: with the right names, and a case that shows it when it is run."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import Decision, Regions
from engine.cli.proving import Proofs
from engine.proofs.figure_bounds import figures_beyond
from engine.proofs.findings import Inspection, Report, own_rules
from engine.proofs.tables import table_findings
from engine.proofs.wellformed import ill_formed
from policy.diagnostics import Diagnostic, has_errors, render
from policy.loader import Rulebook
from tests.support.faults import REGION, Expected, GivenCase, case_of, expected, meets, run, typed_facts, write
from tests.support.spec import Example, examples

FOLDER = Path(__file__).parent
EXAMPLES = [example for document in sorted(FOLDER.glob("*.md")) for example in examples(document)]
SECONDS = 3.0
BY_A_CASE = {"E0501", "E0502", "E0505", "E0510", "E0512", "E0702", "E0703", "W0908"}
"""The findings that say what may happen in a case, and have to give one."""


def findings(regions: Regions) -> list[Diagnostic]:
    """What `tiaoli check` tells of the packs: what reading and trying them tells, and the proofs in its place."""
    tried = Rulebook(regions.rulebook.root).load(REGION).diagnostics
    loaded = regions.rulebook.load(REGION)
    if loaded.policy is None or has_errors(loaded.diagnostics):
        return list(tried)
    inspections = [Inspection(regions, name, SECONDS) for name in ("nation", "province", REGION)]
    report = Report()
    for each in inspections:
        report = report.with_more(figures_beyond(each)).with_more(each.report(own_rules(each.program)))
    plain = tuple(item for each in inspections for item in (*ill_formed(each.program), *table_findings(each.program)))
    return Proofs(report, plain).replacing(tried)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: f"{example.document.stem}/{example.title}")
def test_the_fault_is_found_and_shown(example: Example, tmp_path: Path) -> None:
    wanted = expected(example)
    regions = write(example, tmp_path, mended=False)
    found = findings(regions)
    packs = [pack for pack, _ in regions.rulebook._packs.values() if pack]
    wrong = {item: list(meets(item, wanted, packs)) for item in found}
    right = [item for item in found if not wrong[item]]
    assert right, "\n".join(f"{wrong[item]}\n{render(item)}" for item in found) or "nothing is found"
    if right[0].code in BY_A_CASE:
        shown = [item for item in right if _shows(item, wanted, regions)]
        assert shown, "\n".join(map(render, right))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: f"{example.document.stem}/{example.title}")
def test_nothing_is_found_once_it_is_mended(example: Example, tmp_path: Path) -> None:
    assert any("twin" in block.words for block in example.blocks())
    regions = write(example, tmp_path, mended=True)
    found = [*findings(regions), *Rulebook(regions.rulebook.root).load(REGION).diagnostics]
    assert not found, "\n".join(map(render, found))


def test_there_are_enough_of_every_kind() -> None:
    kinds = {document.stem for document in FOLDER.glob("*.md")} - {"README"}
    counted = {kind: sum(example.document.stem == kind for example in EXAMPLES) for kind in kinds}
    assert len(EXAMPLES) >= 100
    assert min(counted.values()) >= 7, counted


# ── does the case show it ───────────────────────────────────────────────────────────────────────────


def _shows(found: Diagnostic, wanted: Expected, regions: Regions) -> bool:
    """Whether the case of the finding, when it is run, comes to what the finding says."""
    case = case_of(found, next(iter(wanted.rules), "") or _rule_of(found, regions))
    if case is None or (wanted.as_of and case.as_of != wanted.as_of):
        return False
    decision = run(regions, case)
    assert str(decision.status) == case.status, render(found)
    return _is_at_fault(found, decision, case) and typed_facts(wanted, regions).items() <= decision.facts.items()


def _is_at_fault(found: Diagnostic, decision: Decision, case: GivenCase) -> bool:
    codes = {item.code for item in decision.diagnostics}
    match found.code:
        case "E0502":
            return bool(codes & {"E0502", "E0503"})
        case "E0702":
            [start, due] = _ends(decision, case)
            return due < start
        case "E0703":
            [rows] = decision.outputs.values()
            return any(row["start"] and row["due"] and row["due"] < row["start"] for row in rows)
        case "W0908":
            return bool(decision.needs) and not decision.diagnostics
    return found.code in codes and _names_alike(found, decision)


def _names_alike(found: Diagnostic, decision: Decision) -> bool:
    """Whether a clash is one of the clauses that the finding names."""
    if found.code != "E0501":
        return True
    [clash] = [item for item in decision.diagnostics if item.code == "E0501"]
    told = {span.start for span in (found.span, *(note.span for note in found.notes)) if span}
    return {span.start for span in (clash.span, *(note.span for note in clash.notes)) if span} <= told


def _ends(decision: Decision, case: GivenCase) -> list[object]:
    """The day a deadline runs from, and its last day."""
    [due] = decision.outputs.values()
    return [decision.facts["request.received_on"], due]


def _rule_of(found: Diagnostic, regions: Regions) -> str:
    """The rule whose clause the finding points at."""
    assert found.span is not None
    for rule in regions.program(REGION).rules.values():
        for clause in rule.clauses:
            span = clause.origin.span
            if span.source.name == found.span.source.name and span.start == found.span.start:
                return rule.id
    return ""
