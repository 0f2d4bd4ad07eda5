"""What is tried on rules: the one table of mutation operators."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

import attrs

from engine.mutation import clauses_written as c
from engine.mutation import conditions_written as k
from engine.mutation import figures_written as f
from engine.mutation.sites import Change, Site
from policy.diagnostics import Text


@attrs.frozen
class Operator:
    """One kind of mistake: its id, what it is called, and the changes it makes at a place."""

    id: str
    label: Text
    changes: Callable[[Site], Iterator[Change]]


def _row(name: str, zh: str, en: str, changes: Callable[[Site], Iterator[Change]]) -> Operator:
    return Operator(name, Text(zh, en), changes)


OPERATORS: Final = (
    _row("amount", "数额差一步", "an amount off by one step", f.amounts),
    _row("date", "日期差一天", "a date off by one day", f.dates),
    _row("length", "时限差一天", "a time limit off by one", f.lengths),
    _row("unit", "时限换单位", "a time limit in another unit", f.units),
    _row("start", "起止晚一天", "a beginning or end a day later", f.starts),
    _row("rounding", "舍入不同", "another rounding", f.roundings),
    _row("end", "界限含不含", "an end in or out", k.ends),
    _row("interval", "区间两端", "the ends of an interval", k.interval_ends),
    _row("negation", "条件取反", "a condition turned round", k.negations),
    _row("connective", "且或互换", "and for or", k.connectives),
    _row("condition", "少一个条件", "a condition left out", k.parts),
    _row("value", "枚举值换邻", "a neighbouring value", k.neighbours),
    _row("set", "集合增减", "a member more or less", k.sets),
    _row("function", "函数加减", "the counterpart of a function", k.functions),
    _row("default", "去掉缺省", "a default taken away", k.defaults),
    _row("clause", "少一项规定", "a clause left out", c.clauses),
    _row("rank", "去掉优先", "a rank taken away", c.ranks),
    _row("result", "结果错位", "the result of another clause", c.results),
    _row("entry", "少一个环节或义务", "a step or duty left out", c.entries),
    _row("item", "清单增减", "a checklist changed", c.checklist_items),
    _row("declaration", "少一项限度、核对或择法", "a bound, check or choice left out", c.declarations),
    _row("governing", "依时不同", "another governing date", c.governing),
)
"""Every operator on what is written in rule files; the figures of parameters have their own below."""

FIGURE: Final = Operator("figure", Text("参数差一步", "a parameter off by one step"), lambda site: iter(()))
"""A shipped figure or a cell of a table."""

VALIDITY: Final = Operator("validity", Text("参数起止日", "the time of a parameter"), lambda site: iter(()))
"""When a shipped figure begins or ends to hold."""

ROW: Final = Operator("row", Text("参数表的行", "a row of a table"), lambda site: iter(()))
"""A row of a table left out, or found by other keys."""

ALL: Final = (*OPERATORS, FIGURE, VALIDITY, ROW)


def changes_at(site: Site) -> Iterator[tuple[Operator, Change]]:
    """Every change that some operator makes at a place."""
    for operator in OPERATORS:
        for change in operator.changes(site):
            yield operator, change
