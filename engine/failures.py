"""What goes wrong between the clauses of a rule: a conflict, a gap, a date without law."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import attrs

from engine import program as p
from engine.frames import EvaluationError, Frame
from policy.diagnostics import Note, Text
from policy.values import plain_typed

ANOTHER_DATE = Text("换一个日期，或补上那时的规则", "ask about another date, or add the rule of that time")


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
    periods = [clause.period for clause in rule.clauses] or [rule.period]
    later = [q.start for q in periods if q.start and q.start > moment]
    earlier = [q.end for q in periods if q.end and q.end <= moment]
    cited = rule.cited_by_clauses or rule.citations
    where = attrs.evolve(frame, citations=cited)
    day = moment.date().isoformat()
    if later:
        first = min(later).isoformat(timespec="minutes").removesuffix("T00:00")
        return where.error(
            "E0503",
            f"{day}尚无规定，最早自{first}起",
            f"no rule on {day}; the first is in force from {first}",
            rule.origin,
            ANOTHER_DATE,
        )
    if earlier:
        last = max(earlier).isoformat(timespec="minutes").removesuffix("T00:00")
        return where.error(
            "E0503",
            f"{day}已无规定，规定至{last}前有效",
            f"no rule on {day}; the last was in force before {last}",
            rule.origin,
            ANOTHER_DATE,
        )
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
