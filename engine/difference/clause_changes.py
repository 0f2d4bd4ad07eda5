"""How a part differs in what is written: clause by clause, term by term, figure by figure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

import attrs

from engine import program as p
from engine.difference.parts import Part
from engine.difference.shapes import Likeness, likeness
from policy.diagnostics import Text
from policy.dsl import tree as t
from policy.dsl.formatter import FormatError, format_expression
from policy.parameters import DatedValue, Parameter
from policy.sources import Period
from policy.tables import Row

KINDS = {
    "general": Text("一般", "general"),
    "case": Text("情形", "case"),
    "proviso": Text("但书", "proviso"),
    "item": Text("项", "item"),
}
"""How each kind of clause is called."""

TERMS = {
    "kind": Text("种类", "kind"),
    "over": Text("优先于、对", "stands over"),
    "condition": Text("条件", "condition"),
    "value": Text("值", "value"),
    "period": Text("有效期", "in force"),
    "citations": Text("依据", "citations"),
    "limit": Text("限额", "limit"),
    "operator": Text("比较", "comparison"),
    "unless": Text("除非", "unless"),
    "default": Text("缺省", "default"),
    "requirement": Text("要求", "requirement"),
    "law": Text("从何地", "law"),
    "start": Text("起算", "reckoned from"),
    "actor": Text("责任", "actor"),
    "lapse": Text("逾期", "lapse"),
    "type": Text("类型", "type"),
    "upper": Text("金额", "amount"),
    "lower": Text("起点", "lower end"),
    "bands": Text("各段", "bands"),
    "portion": Text("每段", "each band"),
    "table": Text("分段表", "scale"),
    "governing": Text("依时", "governing date"),
    "accepts": Text("接受", "accepts"),
    "element": Text("对", "about"),
    "rules": Text("对", "over"),
    "enum": Text("值", "values"),
    "fact": Text("类型", "type"),
    "calendar": Text("日子", "days"),
}
"""How the terms of a part are called."""


@attrs.frozen
class TermChange:
    """A term that is written otherwise; empty where there is none."""

    term: str
    old: str
    new: str


@attrs.frozen
class ClauseChange:
    """A clause, an answer or the part itself: `change` is added, removed or changed."""

    change: str
    kind: str
    id: str
    label: str
    old_place: str
    new_place: str
    terms: tuple[TermChange, ...] = ()


@attrs.frozen
class FigureChange:
    """A time in which a figure, or a row of a table, is another; None where there is no value."""

    period: Period
    row: tuple[Any, ...] | None
    old: Any
    new: Any
    is_known: tuple[bool, bool]


def clause_changes(old: Part, new: Part) -> tuple[ClauseChange, ...]:
    """What is written otherwise in two versions of a part."""
    match old.key[0]:
        case "rule":
            own = _Own(old, new)
            rules = (old.item, new.item)
            return (*own.terms(*rules), *own.terms(rules[0].scale, rules[1].scale), *_clauses(*rules))
        case "question":
            return (*_Own(old, new).terms(old.item, new.item), *_answers(old.item, new.item))
        case "bound":
            return tuple(_limits(old, new))
        case "fact" | "enum" | "calendar":
            return tuple(_said(old, new))
        case _:
            return tuple(
                change
                for one, other in zip(old.items, new.items, strict=False)
                for change in _Own(old, new).terms(one, other)
            )


def _said(old: Part, new: Part) -> Iterator[ClauseChange]:
    """What a word of the vocabulary, or the calendar, says."""
    before, after = _plain(old), _plain(new)
    gone, come = (
        "、".join(item for item in one if item not in other) for one, other in ((before, after), (after, before))
    )
    yield ClauseChange("changed", "", "", "", old.place, new.place, (TermChange(old.kind, gone, come),))


def _plain(part: Part) -> list[str]:
    """Everything a word says, one by one."""
    said = part.item
    match part.kind:
        case "enum":
            return [" ".join(filter(None, value)) for value in said[2]]
        case "fact":
            kind, derived_by, _ = said
            return [str(kind), *("/".join(derived_by) if derived_by else "",)]
        case _:
            years = said.years.values()
            days = [(day, name) for year in years for name in ("holidays", "workdays") for day in getattr(year, name)]
            return [f"{day} {name}" for day, name in sorted(days)]


def _limits(old: Part, new: Part) -> Iterator[ClauseChange]:
    """A bound's comparison is told as a whole."""
    for one, other in zip(old.items, new.items, strict=False):
        terms = [term for term in _terms(one, other) if term.term not in ("operator", "limit")]
        said = [format_expression(bound.origin.comparison) for bound in (one, other)]
        if said[0] != said[1]:
            terms.insert(0, TermChange("limit", said[0], said[1]))
        if terms:
            yield ClauseChange("changed", "", "", "", old.place, new.place, tuple(terms))


@attrs.frozen
class _Own:
    """The terms of a part itself, outside its clauses."""

    old: Part
    new: Part

    def terms(self, one: Any, other: Any) -> Iterator[ClauseChange]:
        if one is None or other is None:
            return
        is_written = attrs.has(type(one))
        found = tuple(_terms(one, other) if is_written else _rules_named(one, other))
        if found:
            yield ClauseChange("changed", "", "", "", self.old.place, self.new.place, found)


def _rules_named(one: tuple[str, ...], other: tuple[str, ...]) -> Iterator[TermChange]:
    """The rules that a check or a choice of law is over."""
    if one != other:
        yield TermChange("rules", _written(one), _written(other))


def _clauses(old: p.Rule, new: p.Rule) -> Iterator[ClauseChange]:
    """Clauses of one name, then those that are only in one version."""
    after = {clause.id: clause for clause in new.clauses}
    before = {clause.id: clause for clause in old.clauses}
    for name, clause in before.items():
        if name not in after:
            yield _one_sided("removed", clause)
            continue
        other = after[name]
        if likeness(clause, other, {}) < Likeness.GROUNDED or set(clause.over) != set(other.over):
            places = _place(clause), _place(other)
            yield ClauseChange("changed", other.kind, name, other.label, *places, tuple(_terms(clause, other)))
    for name, clause in after.items():
        if name not in before:
            yield _one_sided("added", clause)


def _one_sided(change: str, clause: p.Clause) -> ClauseChange:
    is_added = change == "added"
    places = ("", _place(clause)) if is_added else (_place(clause), "")
    said = [(name, _written(getattr(clause, name))) for name in ("condition", "value") if getattr(clause, name)]
    terms = tuple(TermChange(name, "" if is_added else text, text if is_added else "") for name, text in said)
    return ClauseChange(change, clause.kind, clause.id, clause.label, *places, terms)


def _answers(old: p.Question, new: p.Question) -> Iterator[ClauseChange]:
    for name in dict.fromkeys((*old.answers, *new.answers)):
        before, after = old.answers.get(name), new.answers.get(name)
        places = _answer_place(before), _answer_place(after)
        if before is None or after is None:
            shown = before or after
            assert shown is not None
            yield ClauseChange("added" if before is None else "removed", "answer", name, shown.label, *places)
        elif terms := tuple(_terms(before, after)):
            yield ClauseChange("changed", "answer", name, after.label, *places, terms)


def _answer_place(answer: p.Answer | None) -> str:
    return _line(answer.value.origin) if answer else ""


def _terms(one: Any, other: Any) -> Iterator[TermChange]:
    """The terms that differ in more than their words; the clauses and answers inside are told by themselves."""
    for field in attrs.fields(type(one)):
        if field.name not in TERMS:
            continue
        before, after = getattr(one, field.name), getattr(other, field.name)
        if likeness(before, after, {}) < Likeness.WORDED and not _same_set(field.name, before, after):
            yield TermChange(field.name, *_both_written(before, after))


def _both_written(before: Any, after: Any) -> tuple[str, str]:
    """Both as they are written; of records only the fields that differ."""
    if isinstance(before, p.Record) and isinstance(after, p.Record):
        pairs = [
            (one, other)
            for (name, one), (same, other) in zip(before.fields, after.fields, strict=False)
            if name != same or likeness(one, other, {}) < Likeness.WORDED
        ]
        written = [pair for pair in pairs if not any(isinstance(one.origin, t.Entry) for one in pair)] or pairs
        before, after = (list(dict.fromkeys(map(_written, side))) for side in zip(*written, strict=True))
    return _written(before), _written(after)


def _same_set(name: str, before: Any, after: Any) -> bool:
    return name == "over" and set(before) == set(after)


def _place(clause: p.Clause) -> str:
    return _line(clause.origin)


def _line(node: t.Node) -> str:
    return node.span.place.rpartition(":")[0]


def _written(value: Any) -> str:
    """A term as its author wrote it, on one line."""
    if value is None:
        return ""
    if isinstance(value, p.Expression):
        return _expression(value)
    if isinstance(value, Period):
        return period_text(value)
    if isinstance(value, tuple | list):
        return "、".join(filter(None, map(_written, value)))
    return str(value)


def _expression(expression: p.Expression) -> str:
    origin = expression.origin
    if isinstance(origin, t.Checklist):
        return "、".join(map(format_expression, origin.items))
    try:
        return format_expression(origin)  # type: ignore[arg-type]
    except (FormatError, AssertionError, AttributeError, KeyError):
        return " ".join(origin.span.text.split())


def period_text(period: Period) -> str:
    """`from..until`, either side of which may be open; the end is excluded."""
    ends = (period.start, period.end)
    return "..".join("" if end is None else end.isoformat(timespec="minutes").removesuffix("T00:00") for end in ends)


# ── figures ─────────────────────────────────────────────────────────────────────────────────────────


def figure_changes(old: Parameter, new: Parameter) -> tuple[FigureChange, ...]:
    """The times in which the figure differs, each with its values; nothing where it never does."""
    found: list[FigureChange] = []
    for period in _segments([value.period for item in (old, new) for value in item.values]):
        found += _within(period, _at(old, period), _at(new, period))
    return tuple(_joined(found))


def _segments(periods: Sequence[Period]) -> Iterator[Period]:
    """Stretches of time in which no value begins or ends."""
    ends = sorted({end for period in periods for end in (period.start, period.end) if end is not None})
    starts: list[datetime | None] = [None, *ends]
    for start, end in zip(starts, [*ends, None], strict=True):
        yield Period(start, end)


def _at(parameter: Parameter, period: Period) -> DatedValue | None:
    return next((value for value in parameter.values if _covers(value.period, period)), None)


def _covers(outer: Period, inner: Period) -> bool:
    return outer.meet(inner) == inner


def _within(period: Period, old: DatedValue | None, new: DatedValue | None) -> Iterator[FigureChange]:
    if old is None and new is None:
        return
    if (old and old.rows) or (new and new.rows):
        yield from _rows(period, old.rows if old else (), new.rows if new else ())
    elif old is None or new is None or old.value != new.value:
        values = (old.value if old else None, new.value if new else None)
        yield FigureChange(period, None, *values, (old is not None, new is not None))


def _rows(period: Period, old: Iterable[Row], new: Iterable[Row]) -> Iterator[FigureChange]:
    before, after = ({row.keys: row.value for row in rows} for rows in (old, new))
    for keys in dict.fromkeys((*before, *after)):
        known = (keys in before, keys in after)
        if known != (True, True) or before[keys] != after[keys]:
            yield FigureChange(period, keys, before.get(keys), after.get(keys), known)


def _joined(found: list[FigureChange]) -> Iterator[FigureChange]:
    """The same difference in stretches that follow each other is one."""
    last: dict[Any, FigureChange] = {}
    for change in found:
        before = last.get(change.row)
        same = before and (before.old, before.new, before.is_known) == (change.old, change.new, change.is_known)
        if before and same and before.period.end == change.period.start and before.period.end is not None:
            last[change.row] = attrs.evolve(before, period=Period(before.period.start, change.period.end))
            continue
        if before:
            yield before
        last[change.row] = change
    yield from last.values()
