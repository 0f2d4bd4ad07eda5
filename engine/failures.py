"""What goes wrong between the clauses of a rule: a conflict, a gap, a date without law."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import attrs

from engine import program as p
from engine.frames import EvaluationError, Frame
from policy.diagnostics import Note, Text
from policy.sources import Period
from policy.values import plain_typed

ANOTHER_DATE = Text("换一个日期，或补上那时的规则", "ask about another date, or add the rule of that time")
ANOTHER_CLAUSE = Text("补一个“情形”或“一般”，或换一个日期", "add a case or a general clause, or ask about another date")


def conflict(rule: p.Rule, winners: list[p.Clause], values: list[Any], frame: Frame) -> EvaluationError:
    """Several clauses of equal rank apply and say different things."""
    vocabulary = frame.program.policy.vocabulary
    shown = [str(plain_typed(value, rule.type, vocabulary)) for value in values]
    told = [f"“{c.label}”得 {v}" for c, v in zip(winners, shown, strict=True)]
    told_en = [f"`{c.id}` gives {v}" for c, v in zip(winners, shown, strict=True)]
    cited = tuple(dict.fromkeys(name for clause in winners for name in clause.citations))
    return frame.under(cited).error(
        "E0501",
        "几个子句同时适用而结果不同：" + "，".join(told),
        "several clauses apply with different results: " + ", ".join(told_en),
        winners[0].origin,
        Text("写明哪个子句优先（“优先于”或“但书”）", "say which comes first: `overrides` or a proviso"),
        tuple(Note(Text("同时适用的子句", "the other clause"), clause.origin.span) for clause in winners[1:]),
    )


def no_clause(rule: p.Rule, frame: Frame, moment: datetime, silent: p.Clause | None = None) -> EvaluationError:
    """No clause applies, or one that says 无规定 (`silent`): because of the date, if clauses of other dates exist, else a gap."""
    where = attrs.evolve(frame, citations=rule.cited_by_clauses or rule.citations)
    periods = [clause.period for clause in rule.clauses] or [rule.period]
    if any(moment < (q.start or moment) or moment >= (q.end or datetime.max) for q in periods):
        said = _another_date(periods, moment, silent)
        is_partly = any(q.contains(moment) for q in periods)
        return where.error("E0503", said.zh, said.en, rule.origin, ANOTHER_CLAUSE if is_partly else ANOTHER_DATE)
    if silent is not None:
        zh, en = f"“{silent.label}”：法没有规定此情形", f"`{silent.id}`: the law is silent on this case"
        return frame.error("E0502", zh, en, silent.origin)
    return where.error(
        "E0502",
        "没有一个子句适用于此情形",
        "no clause applies to this case",
        rule.origin,
        Text("补一个“情形”或“一般”", "add a case or a general clause"),
    )


def _another_date(periods: Sequence[Period], moment: datetime, silent: p.Clause | None) -> Text:
    """When there is law on the case, or perhaps is: before the day, after it, or on both sides."""
    day = moment.date().isoformat()
    first = min((_written(q.start) for q in periods if q.start and q.start > moment), default="")
    last = max((_written(q.end) for q in periods if q.end and q.end <= moment), default="")
    if any(q.contains(moment) for q in periods):
        others_zh = "，".join(filter(None, (last and f"至{last}前有效", first and f"自{first}起有效")))
        others_en = ", ".join(
            filter(None, (last and f"were in force before {last}", first and f"are in force from {first}"))
        )
        zh = f"“{silent.label}”：法在{day}没有规定此情形" if silent else f"{day}有效的子句都不适用于此情形"
        en = "the law is silent on this case" if silent else "no clause that is in force applies to this case"
        return Text(f"{zh}；另有子句{others_zh}", f"{en} on {day}; other clauses {others_en}")
    if first and last:
        zh = f"{day}没有规定：此前的至{last}前有效，此后的自{first}起"
        return Text(zh, f"no rule on {day}: those before it were in force before {last}, the next is from {first}")
    if first:
        return Text(f"{day}尚无规定，最早自{first}起", f"no rule on {day}; the first is in force from {first}")
    return Text(f"{day}已无规定，规定至{last}前有效", f"no rule on {day}; the last was in force before {last}")


def _written(moment: datetime) -> str:
    return moment.isoformat(timespec="minutes").removesuffix("T00:00")
