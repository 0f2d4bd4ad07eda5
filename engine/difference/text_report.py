"""The difference as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tabulate import tabulate

from engine.difference.clause_changes import ClauseChange
from engine.difference.judging import MATTERS, Verdict, Witness
from engine.difference.meaning import Change, MeaningDifference, RegionDifference
from engine.difference.wording import VERDICTS, Wording
from policy.diagnostics import Text

SHOWN_NAMES = 8
"""How many names of a long list are written out."""


def lines_of(difference: MeaningDifference, wording: Wording) -> Iterator[str]:
    """A summary by region, then every change with its witness and what follows from it."""
    yield f"{wording.both('规则的变化：', 'what changed: ')}{wording.old} → {wording.new}"
    yield from _regions_of_one_side(difference, wording)
    yield ""
    yield _summary(difference, wording)
    for region in difference.regions:
        if region.changes or region.inherited:
            yield from _region(region, wording)
    yield from _cases(difference, wording)


def _regions_of_one_side(difference: MeaningDifference, wording: Wording) -> Iterator[str]:
    for names, text in (
        (difference.added, Text("新增地区", "new regions")),
        (difference.removed, Text("删去地区", "regions removed")),
    ):
        if names:
            yield f"{wording.say(text)}{wording.both('：', ': ')}{wording.listed(names)}"


def _summary(difference: MeaningDifference, wording: Wording) -> str:
    shown = [
        verdict
        for verdict in VERDICTS
        if verdict is Verdict.SAME
        or verdict is Verdict.CHANGED
        or any(change.verdict is verdict for region in difference.regions for change in region.changes)
    ]
    heads = [wording.both("地区", "region"), *(wording.say(VERDICTS[verdict]) for verdict in shown)]
    rows = [
        (
            f"{region.region} {region.label}" if wording.lang == "zh" else region.region,
            *(_count(region, verdict) for verdict in shown),
        )
        for region in difference.regions
    ]
    return tabulate(rows, headers=heads, tablefmt="simple")


def _count(region: RegionDifference, verdict: Verdict) -> int:
    return region.same if verdict is Verdict.SAME else sum(change.verdict is verdict for change in region.changes)


def _region(region: RegionDifference, wording: Wording) -> Iterator[str]:
    yield ""
    yield f"── {region.region} {region.label} ──" if wording.lang == "zh" else f"── {region.region} ──"
    number = 0
    for change in region.changes:
        number += 1
        yield ""
        yield from _change(change, number, wording)
    for change in region.inherited:
        number += 1
        yield ""
        above = wording.both("上级的变化", "changed above")
        yield f"{number}. {above}{wording.both('：', ': ')}{wording.part(change.pair.part)}"
        yield from (f"   {line}" for line in effects(change, wording))


def _change(change: Change, number: int, wording: Wording) -> Iterator[str]:
    pair = change.pair
    places = wording.places(pair.old.place if pair.old else "", pair.new.place if pair.new else "")
    yield f"{number}. {wording.say(VERDICTS[change.verdict])}  {heading(change, wording)}"
    yield from (f"   {line}" for line in filter(None, (places, *details(change, wording))))


def heading(change: Change, wording: Wording) -> str:
    """What the part is, and what it was called before."""
    pair = change.pair
    if pair.is_renamed and pair.old and pair.new:
        return f"{wording.part(pair.old)} → {wording.part(pair.new)}"
    return wording.part(pair.part)


def details(change: Change, wording: Wording) -> Iterator[str]:
    """What is written otherwise, the case that shows it, and what follows."""
    for clause in change.clauses:
        yield from _clause(clause, change, wording)
    for figure in change.figures:
        yield wording.figure(figure, change.pair.part)
    if change.judged.reason is not None and change.verdict is not Verdict.RENAMED:
        yield wording.say(change.judged.reason)
    if change.judged.witness is not None:
        yield from _witness(change.judged.witness, wording)
    if change.verdict in MATTERS:
        yield from effects(change, wording)


def _clause(clause: ClauseChange, change: Change, wording: Wording) -> Iterator[str]:
    name = wording.clause(clause, change.pair.part)
    kinds = {"added": Text("新增", "added"), "removed": Text("删去", "removed")}
    marks = filter(None, (wording.say(kinds[clause.change]) if clause.change in kinds else "", name))
    head = " ".join(marks)
    place = wording.places(clause.old_place, clause.new_place) if clause.id else ""
    if head:
        yield f"{head}  {place}".rstrip()
    indent = "  " if head else ""
    yield from (f"{indent}{wording.term(term)}" for term in clause.terms)


def _witness(witness: Witness, wording: Wording) -> Iterator[str]:
    yield f"{wording.source(witness)}{wording.both('：', ':')}"
    yield f"  {wording.case(witness)}"
    yield f"  {wording.both('旧', 'old')}  {wording.side(witness, False)}"
    yield f"  {wording.both('新', 'new')}  {wording.side(witness, True)}"


def effects(change: Change, wording: Wording) -> Iterator[str]:
    """The rules and questions that may be decided otherwise because of it."""
    rules = [item for item in change.affected if item.part.key[0] == "rule"]
    if rules:
        seen = [item for item in rules if item.is_seen]
        told = wording.both(f"（{len(seen)} 条在用例中已见）", f" ({len(seen)} seen in cases)") if seen else ""
        names = _shortened([wording.name(item.part) for item in rules], wording)
        yield wording.both(
            f"所以也可能变的 {len(rules)} 条规则{told}：{names}", f"so may {len(rules)} rules change too{told}: {names}"
        )
    for question in change.questions:
        labels = question.part.item.answers
        outputs = [labels[name].label if wording.lang == "zh" else name for name in question.outputs]
        names = _shortened(outputs, wording)
        name = wording.name(question.part)
        yield wording.both(f"问题“{name}”可能变的答复：{names}", f"outputs of the question {name}: {names}")


def _shortened(names: list[str], wording: Wording) -> str:
    rest = len(names) - SHOWN_NAMES
    more = wording.both(f"等 {len(names)} 项", f" and {rest} more") if rest > 0 else ""
    return wording.listed(names[:SHOWN_NAMES]) + more


def _cases(difference: MeaningDifference, wording: Wording) -> Iterator[str]:
    runs = difference.runs
    if not runs.decided:
        return
    yield ""
    total, changed = runs.decided, len(runs.changed)
    yield wording.both(
        f"有关的 {total} 个用例中，{changed} 个结果变了" + ("：" if changed else ""),
        f"of {total} cases concerned {changed} come out otherwise" + (":" if changed else ""),
    )
    yield from _shown(difference, wording)


def _shown(difference: MeaningDifference, wording: Wording) -> Iterable[str]:
    runs = difference.runs.changed
    for run in runs[:SHOWN_NAMES]:
        yield f"  {run.id}"
    if len(runs) > SHOWN_NAMES:
        yield f"  {wording.both(f'另有 {len(runs) - SHOWN_NAMES} 个', f'and {len(runs) - SHOWN_NAMES} more')}"
