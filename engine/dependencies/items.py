"""What a link joins: one provision, figure, fact, rule or question of a region's law, and what it is called."""

from __future__ import annotations

import attrs

from engine import program as p
from policy.diagnostics import Text
from policy.dsl import tree as t


@attrs.frozen(order=True)
class Item:
    """One thing that others rest on; `region` is where it is declared, where that matters."""

    kind: str
    id: str
    region: str = ""


KINDS: dict[str, Text] = {
    "document": Text("文件", "document"),
    "provision": Text("条款", "provision"),
    "calendar": Text("工作日历", "working-day calendar"),
    "fact": Text("事实", "fact"),
    "parameter": Text("参数", "parameter"),
    "delegation": Text("下放", "delegation"),
    "bound": Text("限度", "bound"),
    "check": Text("核对", "check"),
    "choice": Text("择法", "choice of law"),
    "exclusion": Text("互斥", "exclusion"),
    "rule": Text("规则", "rule"),
    "collect": Text("汇集", "collect"),
    "brackets": Text("分段", "brackets"),
    "deadline": Text("期限", "deadline"),
    "schedule": Text("日程", "schedule"),
    "duties": Text("职责", "duties"),
    "duty": Text("义务", "duty"),
    "checklist": Text("清单", "checklist"),
    "open_norm": Text("裁量", "open norm"),
    "answer": Text("答复", "answer"),
    "question": Text("问题", "question"),
}
"""Every kind of thing, in the order in which they are told."""

RULES = ("rule", "collect", "brackets", "deadline", "schedule", "duties", "duty", "checklist", "open_norm")
"""The kinds that give a named value."""


def rule_item(rule: p.Rule) -> Item:
    """The rule; the rules behind one duty are one thing."""
    if rule.kind == "duty":
        register, duty = rule.id.split(".")[:2]
        return Item("duty", f"{register}.{duty}", rule.region)
    origin = rule.origin
    return Item(origin.kind if isinstance(origin, t.Register) else rule.kind, rule.id, rule.region)


def provision_item(name: str) -> Item:
    """A provision, known everywhere by its id."""
    return Item("provision", name)


CALENDAR = Item("calendar", "working_days")
"""The published working days, all years of them."""
