"""清单 → a rule whose value is the requirements; by name, whichever checklist the case is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine import program as p
from policy.dsl import tree as t
from policy.model import Pack
from policy.types import CHECKLIST, Type, list_of

if TYPE_CHECKING:
    from engine.expression_lowering import Expressions
    from engine.lowering import Lowering


def checklist_rule(lowering: Lowering, item: t.Checklist, pack: Pack) -> p.Rule:
    """A checklist as a rule of one clause, in force as long as what it cites."""
    citations, period = lowering.citations(item.terms), lowering.period(item.terms)
    alternatives = [one.items for one in item.items if isinstance(one, t.ListOf)]
    items = tuple(tuple(lowering.targets[name].field for name in names) for names in alternatives)
    value = p.Requirements(
        origin=item, type=CHECKLIST, id=item.names.id, items=items, is_open=item.is_open, citations=citations
    )
    clause = p.Clause(
        id="general",
        label="一般",
        kind="general",
        over=(),
        condition=None,
        value=value,
        citations=citations,
        period=period,
        region=pack.region.id,
        remark="",
        origin=item,
    )
    enum = lowering.policy.vocabulary.enum_with_role("checklist_item")
    return p.Rule(
        kind="checklist",
        id=item.names.id,
        label=item.names.label,
        type=list_of(list_of(Type("enum", enum.id if enum else ""))),
        element="",
        clauses=(clause,),
        citations=citations,
        period=period,
        region=pack.region.id,
        remark=item.terms.remark,
        origin=item,
    )


def named_checklist(lowering: Expressions, argument: t.Expr) -> p.Expression:
    """A checklist given by an expression: itself, or the one declared under the name it gives."""
    given = lowering.lower(argument)
    if given.type.kind != "enum":
        return given
    known = lowering.policy.vocabulary.enums[given.type.name].values
    options = tuple(
        (item.names.id, p.RuleValue(origin=argument, type=CHECKLIST, id=item.names.id, field=""))
        for pack in lowering.policy.packs
        for item in pack.declarations(t.Checklist)
        if item.names.id in known
    )
    return p.Selected(origin=argument, type=CHECKLIST, by=given, options=options)
