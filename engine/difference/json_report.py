"""The difference as JSON data."""

from __future__ import annotations

from typing import Any

from engine.decision import Decision
from engine.difference.claims_report import cause_data
from engine.difference.clause_changes import ClauseChange, FigureChange, period_text
from engine.difference.judging import Witness
from engine.difference.meaning import Change, MeaningDifference, RegionDifference
from engine.difference.parts import Part
from engine.difference.wording import Wording
from policy.values import plain, plain_typed


def as_data(difference: MeaningDifference, wording: Wording) -> dict[str, Any]:
    """Every change of every region, with witnesses and effects."""
    return {
        "old": wording.old,
        "new": wording.new,
        "is_different": difference.is_different,
        "regions_added": list(difference.added),
        "regions_removed": list(difference.removed),
        "regions": [_region(region, wording) for region in difference.regions],
        "cases": {"decided": difference.runs.decided, "changed": [run.id for run in difference.runs.changed]},
        "diagnostics": [item.to_json() for item in difference.diagnostics],
    }


def _region(region: RegionDifference, wording: Wording) -> dict[str, Any]:
    return {
        "region": region.region,
        "label": region.label,
        "same": region.same,
        "changes": [_change(change, wording) for change in region.changes],
        "inherited": [_change(change, wording) for change in region.inherited],
    }


def _change(change: Change, wording: Wording) -> dict[str, Any]:
    pair, judged = change.pair, change.judged
    return {
        "verdict": str(change.verdict),
        "kind": pair.part.kind,
        "id": pair.part.id,
        "label": pair.part.label,
        "old": _part(pair.old, wording, False),
        "new": _part(pair.new, wording, True),
        "clauses": [_clause(item, wording) for item in change.clauses],
        "figures": [_figure(item, pair.part) for item in change.figures],
        "reason": {"zh": judged.reason.zh, "en": judged.reason.en} if judged.reason else None,
        "witness": _witness(judged.witness, wording) if judged.witness else None,
        "affected": [{"kind": item.part.kind, "id": item.part.id, "seen": item.is_seen} for item in change.affected],
        "questions": [{"id": item.part.id, "outputs": list(item.outputs)} for item in change.questions],
    }


def _part(part: Part | None, wording: Wording, is_new: bool) -> dict[str, str] | None:
    return {"id": part.id, "label": part.label, "place": wording.place(part.place, is_new)} if part else None


def _clause(change: ClauseChange, wording: Wording) -> dict[str, Any]:
    return {
        "change": change.change,
        "kind": change.kind,
        "id": change.id,
        "label": change.label,
        "old_place": wording.place(change.old_place, False),
        "new_place": wording.place(change.new_place, True),
        "terms": {term.term: {"old": term.old, "new": term.new} for term in change.terms},
    }


def _figure(change: FigureChange, part: Part) -> dict[str, Any]:
    since, until = period_text(change.period).split("..")
    return {
        "from": since or None,
        "before": until or None,
        "row": None
        if change.row is None
        else [None if cell is None else [str(item) for item in cell] for cell in change.row],
        "old": plain(change.old),
        "new": plain(change.new),
        "is_known": list(change.is_known),
    }


def _witness(witness: Witness, wording: Wording) -> dict[str, Any]:
    outcome = witness.outcome
    return {
        "source": witness.source,
        "case": plain(witness.both.asked.as_case()),
        "old": _side(witness.both.old, outcome.old_status, witness),
        "new": _side(witness.both.new, outcome.new_status, witness),
        "causes": [cause_data(cause, wording) for cause in outcome.causes],
    }


def _side(decision: Decision | None, status: str, witness: Witness) -> dict[str, Any]:
    if decision is None:
        return {"status": status, "outputs": {}}
    words = decision.policies[decision.region].vocabulary
    differing = {item.id for item in witness.outcome.outputs}
    return {
        "status": status,
        "outputs": {
            name: plain_typed(item.value, item.type, words)
            for name, item in decision.results.items()
            if name in differing and item.is_known
        },
    }
