"""Periods that are empty and figures that run out: seen without a solver."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from engine import program as p
from policy.diagnostics import Diagnostic, Note, Severity, Text
from policy.parameters import DatedValue, Parameter
from policy.periods import overlap
from policy.sources import Period


def ill_formed(program: p.Program) -> Iterator[Diagnostic]:
    """What the region itself declares that is never in force, and its figures that end before their rules do."""
    yield from _empty_periods(program)
    yield from _expired(program)


def _empty_periods(program: p.Program) -> Iterator[Diagnostic]:
    own = program.region.id
    seen: set[int] = set()
    for rule in program.rules.values():
        for clause in rule.clauses:
            if clause.region == own and _is_empty(clause.period) and id(clause.origin) not in seen:
                seen.add(id(clause.origin))
                yield _empty(program, f"{rule.label}”的“{clause.label}", f"`{clause.id}` of `{rule.id}`", clause)
    for what, item in _others(program):
        if item.region == own and _is_empty(item.period) and id(item.origin) not in seen:
            seen.add(id(item.origin))
            yield _empty(program, what, f"`{getattr(item, 'id', None) or getattr(item, 'target', what)}`", item)


def _others(program: p.Program) -> Iterator[tuple[str, Any]]:
    groups: Iterable[Iterable[Any]] = (
        *program.bounds.values(), *program.delegations.values(), *program.choices.values(), *program.checks.values(),
        (rule for rule in program.rules.values() if not rule.clauses), program.questions.values(),
    )  # fmt: skip
    for group in groups:
        for item in group:
            yield getattr(item, "label", "") or getattr(item, "target", "") or getattr(item, "parameter", ""), item


def _is_empty(period: Period) -> bool:
    return period.start is not None and period.end is not None and period.start >= period.end


def _empty(program: p.Program, zh: str, en: str, item: Any) -> Diagnostic:
    start, end = item.period.start, item.period.end
    notes = [
        Note(
            Text(f"{library.cited_as(found, 'zh')}：{_told(found.period).zh}", f"{found.id}: {_told(found.period).en}")
        )
        for library in (program.policy.library,)
        for name in item.citations
        if (found := library.provision(name))
    ]
    return Diagnostic(
        code="E0701",
        message=Text(
            f"“{zh}”从不施行：自{_day(start)}起，而{_last(end)}已止",
            f"{en} is never in force: from {_day(start)}, but until {_last(end)}",
        ),
        span=item.origin.span,
        notes=tuple(notes),
        hint=Text(
            "改正“自”和“至”；要与所引条款的有效期相合", "correct the dates; they must lie within those of what is cited"
        ),
        provisions=item.citations,
    )


def _day(moment: datetime | None) -> str:
    return moment.isoformat(timespec="minutes").removesuffix("T00:00") if moment else "—"


def _last(moment: datetime | None) -> str:
    return _day(moment - timedelta(days=1)) if moment and moment.time() == datetime.min.time() else _day(moment)


def _told(period: Period) -> Text:
    if period.start is None and period.end is None:
        return Text("不限时间", "at any time")
    start, end = (_day(period.start) if period.start else ""), (_last(period.end) if period.end else "")
    return Text((f"自{start}起" if start else "") + (f"至{end}止" if end else ""),
                " ".join(filter(None, (f"from {start}" if start else "", f"until {end}" if end else ""))))  # fmt: skip


# ── figures ─────────────────────────────────────────────────────────────────────────────────────────


def _expired(program: p.Program) -> Iterator[Diagnostic]:
    for name, versions in program.parameters.items():
        parameter = versions[0]
        if parameter.region == program.region.id:
            for missing, value in _uncovered(parameter):
                user = next(_users(program, name, missing), None)
                if user is not None:
                    yield _without_value(parameter, missing, value, *user)


def _uncovered(parameter: Parameter) -> Iterator[tuple[Period, DatedValue]]:
    """The times without a value, each with the value beside it: before the first, between two, after the last."""
    values = sorted(parameter.values, key=lambda item: item.period.start or datetime.min)
    reached: datetime | None = None
    for place, value in enumerate(values):
        start = value.period.start
        if start and (place == 0 or (reached and start > reached)):
            yield Period(reached, start), values[max(place - 1, 0)]
        reached = value.period.end
    if reached is not None:
        yield Period(reached, None), values[-1]


def _without_value(
    parameter: Parameter, missing: Period, value: DatedValue, rule: p.Rule, clause: p.Clause
) -> Diagnostic:
    if missing.start is None:
        zh, en = f"自{_day(missing.end)}起才有值", f"begins on {_day(missing.end)}"
        before = Text("在那以前已要用它", "needs it before that day")
    elif missing.end is None:
        zh, en = f"的值到{_last(missing.start)}为止", f"ends on {_last(missing.start)}"
        before = Text("此后仍要用它", "still needs it")
    else:
        zh = f"自{_day(missing.start)}起至{_last(missing.end)}止没有值"
        en = f"is missing from {_day(missing.start)} until {_last(missing.end)}"
        before = Text("那时也要用它", "needs it at that time")
    return Diagnostic(
        code="W0906",
        message=Text(
            f"“{parameter.label}”{zh}，“{rule.label}”{before.zh}",
            f"the value of `{parameter.id}` {en}, but `{rule.id}` {before.en}",
        ),
        span=value.span,
        severity=Severity.WARNING,
        notes=(Note(Text(f"要用它的“{clause.label}”", f"`{clause.id}`, which needs it"), clause.origin.span),),
        hint=Text(
            "补上那段时间的值，或让规则在那段时间不施行",
            "add the value of that time, or let the rule not be in force then",
        ),
        provisions=tuple(dict.fromkeys((value.provision, *clause.citations))),
    )


def _users(program: p.Program, name: str, missing: Period) -> Iterator[tuple[p.Rule, p.Clause]]:
    """The clauses that use the figure at that time; one without a first day is not taken to have been in force ever since."""
    for rule in program.rules.values():
        for clause in rule.clauses:
            known = clause.period.start is not None or missing.start is not None
            if known and overlap(clause.period, missing) and _needs(clause, name):
                yield rule, clause


def _needs(clause: p.Clause, name: str) -> bool:
    """Whether the clause cannot do without the figure; 缺省 and 已知 can."""
    parts = list(p.walk(clause))
    optional = {id(part.operand) for part in parts if isinstance(part, p.Default | p.Known)}
    return any(isinstance(part, p.ParameterValue) and part.id == name and id(part) not in optional for part in parts)
