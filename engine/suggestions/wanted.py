"""What the cases of a rule should show: each clause, each proviso on both sides, each side of each boundary."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, Final

import attrs

from engine import program as p
from policy.diagnostics import Text
from policy.dsl import tree as t
from policy.dsl.expression_writer import written_moment
from policy.parameters import PARAMETERS, DatedValue
from policy.tables import Row

ORDERED: Final = ("at_most", "at_least", "above", "below", "not_after", "not_before", "after", "before")
INTERVALS: Final = ("in_interval", "not_in_interval")
EQUALITIES: Final = ("is", "is_not", "equals", "differs")
_START_OF_DAY: Final = "start_of"
SIDES: Final = ("below", "at", "above")


@attrs.frozen
class Wanted:
    """One thing that a case can show about a rule.

    `kind` is wins, fails, displaced, value, edge, null, version, figure, check or bound; `place` is where
    the part stands in the rules, or what tells it from others of its kind; `text` says it as a note.
    """

    kind: str
    clause: str = ""
    by: str = ""
    side: str = ""
    place: str = ""
    day: datetime | None = None
    end: int = 0
    text: Text = attrs.field(default=Text("", ""), eq=False)
    operation: p.Operation | None = attrs.field(default=None, eq=False)

    @property
    def operands(self) -> tuple[p.Expression, p.Expression]:
        """What is compared at an edge, or with nothing."""
        assert self.operation is not None
        return self.operation.operands[0], self.operation.operands[self.end]


def wanted_of(rule: p.Rule, program: p.Program) -> list[Wanted]:
    """All that the cases of a rule should show, what matters most first."""
    found = [
        *_clauses(rule),
        *(item for clause in rule.clauses for item in _inside(clause, rule)),
        *_versions(rule),
        *_figures(rule, program),
        *_guards(rule, program),
    ]
    return list(dict.fromkeys(found))


def _clauses(rule: p.Rule) -> Iterator[Wanted]:
    labels = {clause.id: clause.label for clause in rule.clauses}
    for clause in rule.clauses:
        name = _named(clause)
        yield Wanted("wins", clause.id, text=Text(f"{name.zh}成立", f"{name.en} wins"))
        if clause.kind == "proviso" or (clause.kind == "item" and clause.condition is not None):
            yield Wanted("fails", clause.id, text=Text(f"{name.zh}不成立", f"{name.en} does not hold"))
    for clause in rule.clauses:
        for below in clause.over:
            zh = f"“{clause.label}”取代“{labels[below]}”"
            yield Wanted("displaced", below, clause.id, text=Text(zh, f"`{clause.id}` displaces `{below}`"))


def _named(clause: p.Clause) -> Text:
    kinds = {"case": Text("情形", "the case"), "proviso": Text("但书", "the proviso"), "item": Text("", "the item")}
    if clause.kind == "general":
        since = clause.period.start.date().isoformat() if clause.period.start and clause.id != "general" else ""
        return Text(
            f"{since}起的一般规定" if since else "一般规定", f"the general clause{f' from {since}' if since else ''}"
        )
    kind = kinds.get(clause.kind, Text("", "the clause"))
    return Text(f"{kind.zh}“{clause.label}”", f"{kind.en} `{clause.id}`")


# ── boundaries ──────────────────────────────────────────────────────────────────────────────────────


def _inside(clause: p.Clause, rule: p.Rule) -> Iterator[Wanted]:
    """The comparisons that a clause makes, and both answers of one that is a yes or no itself."""
    for part in (clause.condition, clause.value):
        for operation in _operations(part):
            yield from _boundaries(operation, clause)
    if rule.type.kind == "boolean" and not isinstance(clause.value, p.Constant | p.NoRule):
        name = _named(clause)
        for side, zh in (("true", "是"), ("false", "否")):
            yield Wanted("value", clause.id, side=side, text=Text(f"{name.zh}得“{zh}”", f"{name.en} gives {side}"))


def _operations(expression: p.Expression | None) -> Iterator[p.Operation]:
    """The operations of an expression, those about the elements of a list left out."""
    if expression is None or isinstance(expression, p.Each):
        return
    if isinstance(expression, p.Operation):
        yield expression
    for part in p.parts_of(expression):
        yield from _operations(part)


def _boundaries(operation: p.Operation, clause: p.Clause) -> Iterator[Wanted]:
    if operation.operator in ORDERED and operation.operands[0].type.is_ordered:
        yield from _edges(operation, clause, 1)
    elif operation.operator in INTERVALS:
        yield from (edge for end in (1, 2) for edge in _edges(operation, clause, end))
    elif operation.operator in EQUALITIES:
        end = next((n for n, item in enumerate(operation.operands) if _is_null(item)), None)
        if end is not None:
            yield from _empty(operation, clause, operation.operands[1 - end])
        elif operation.operands[0].type.is_ordered:
            yield from _edges(operation, clause, 1)


def _is_null(item: p.Expression) -> bool:
    return isinstance(item, p.Constant) and item.value is None


def _edges(operation: p.Operation, clause: p.Clause, end: int) -> Iterator[Wanted]:
    left, right = (_words(operation.operands[number]) for number in (0, end))
    step = step_of(unit_of(operation))
    for side in SIDES:
        zh = {
            "below": f"{left} 比 {right} {step.zh[0]}",
            "at": f"{left} 恰为 {right}",
            "above": f"{left} 比 {right} {step.zh[1]}",
        }
        en = {
            "below": f"`{left}` {step.en[0]} `{right}`",
            "at": f"`{left}` is exactly `{right}`",
            "above": f"`{left}` {step.en[1]} `{right}`",
        }
        place = operation.origin.span.reference
        yield Wanted(
            "edge", clause.id, side=side, place=place, end=end, text=Text(zh[side], en[side]), operation=operation
        )


def unit_of(operation: p.Operation) -> str:
    """The type in whose steps the operands of a comparison can move: the beginning of a day moves by days."""
    left = operation.operands[0]
    is_start_of_day = left.type.kind == "instant" and isinstance(left, p.Operation) and left.operator == _START_OF_DAY
    return "date" if is_start_of_day else left.type.kind


@attrs.frozen
class _Step:
    zh: tuple[str, str]
    en: tuple[str, str]


def step_of(kind: str) -> _Step:
    """The smallest step of a type, in words: below and above."""
    match kind:
        case "date":
            return _Step(("早一天", "晚一天"), ("one day before", "one day after"))
        case "instant":
            return _Step(("早一分钟", "晚一分钟"), ("one minute before", "one minute after"))
        case "month":
            return _Step(("早一个月", "晚一个月"), ("one month before", "one month after"))
        case "money":
            return _Step(("少一分", "多一分"), ("one fen below", "one fen above"))
        case "ratio" | "points":
            return _Step(("低一个百分点", "高一个百分点"), ("one point below", "one point above"))
        case _:
            return _Step(("少一", "多一"), ("one below", "one above"))


def _empty(operation: p.Operation, clause: p.Clause, operand: p.Expression) -> Iterator[Wanted]:
    words, place = _words(operand), operation.origin.span.reference
    end = operation.operands.index(operand)
    for side, zh, en in (("null", "为空", "is empty"), ("not_null", "不为空", "is not empty")):
        text = Text(f"{words}{zh}", f"`{words}` {en}")
        yield Wanted("null", clause.id, side=side, place=place, end=end, text=text, operation=operation)


def _words(expression: p.Expression) -> str:
    """An operand as its author wrote it, on one line."""
    return " ".join(expression.origin.span.text.split())


# ── time ────────────────────────────────────────────────────────────────────────────────────────────


def _versions(rule: p.Rule) -> Iterator[Wanted]:
    periods = [clause.period for clause in rule.clauses] or [rule.period]
    starts = {period.start for period in periods if period.start}
    ends = {period.end for period in periods if period.end}
    for moment in sorted(starts | ends):
        before = _before(moment)
        last, first = _day(before), _day(moment)
        between = Text("前后两版之间，没有规定", "between two versions, without a rule")
        if any(period.contains(before) for period in periods):
            said = Text("旧规定的最后一天", "the last day")
        else:
            said = between if any(end <= before for end in ends) else Text("尚无规定", "before there is a rule")
        yield Wanted("version", day=before, text=Text(f"{last.zh}，{said.zh}", f"{last.en}, {said.en}"))
        if any(period.contains(moment) for period in periods):
            said = Text("新规定的第一天", "the first day")
        else:
            said = between if any(start > moment for start in starts) else Text("已无规定", "after the rule has ended")
        yield Wanted("version", day=moment, text=Text(f"{first.zh}，{said.zh}", f"{first.en}, {said.en}"))


def _before(moment: datetime) -> datetime:
    """The day before; the minute before what does not begin with a day."""
    return moment - (timedelta(days=1) if moment.time() == time() else timedelta(minutes=1))


def _day(moment: datetime) -> Text:
    has_time = moment.time() != time()
    value: date | datetime = moment if has_time else moment.date()
    node = t.Moment(span=_NOWHERE, value=value.isoformat(), has_time=has_time)
    return Text(written_moment(node, "zh"), written_moment(node, "en"))


_NOWHERE: Any = None


# ── figures, checks, bounds ─────────────────────────────────────────────────────────────────────────


def _figures(rule: p.Rule, program: p.Program) -> Iterator[Wanted]:
    """Every shipped value and row of the figures that the rule reads itself."""
    for name in figures_read(rule):
        for parameter in program.parameters.get(name, ()):
            for dated in parameter.values:
                grounds: tuple[Row | DatedValue, ...] = dated.rows or (dated,)
                grounds = grounds[:1] if parameter.hit == "collect" else grounds
                since = dated.period.start.date().isoformat() if dated.period.start else ""
                for number, ground in enumerate(grounds, 1):
                    row = f"第{number}行" if dated.rows else ""
                    text = Text(
                        f"“{parameter.label}”{since}起的值{row}",
                        f"`{parameter.id}` from {since}{f', row {number}' if row else ''}",
                    )
                    yield Wanted("figure", place=ground.span.reference, day=dated.period.start, text=text)


def figures_read(rule: p.Rule) -> list[str]:
    """The figures that a rule reads itself."""
    return list(dict.fromkeys(part.id for part in p.walk(rule) if isinstance(part, p.ParameterValue)))


def _guards(rule: p.Rule, program: p.Program) -> Iterator[Wanted]:
    for check in program.checks.get(rule.id, ()):
        text = Text(f"核对“{check.label}”拦下", f"the check `{check.id}` stops the case")
        yield Wanted("check", check.id, place=check.region, text=text)
    for target in (rule.id, *figures_read(rule)):
        for bound in program.bounds.get(target, ()):
            label = rule.label if target == rule.id else program.policy.vocabulary.label(f"{PARAMETERS}.{target}")
            label = label.rpartition(".")[2]
            text = Text(f"“{label}”超出上级限度", f"`{target}` is beyond what the superior allows")
            yield Wanted("bound", target, place=bound.origin.span.reference, text=text)
