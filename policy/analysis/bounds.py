"""Whether the figures a region ships keep within what its superiors allow."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from policy.diagnostics import Diagnostic, Note, Text
from policy.dsl import tree as t
from policy.model import Policy, Target
from policy.parameters import DatedValue, Parameter
from policy.periods import in_force, overlap
from policy.sources import Period
from policy.tables import Row
from policy.values import decimal_text


def check_bounds(policy: Policy) -> Iterator[Diagnostic]:
    """A diagnostic for every shipped figure outside a bound that always holds and whose limit is a written figure.

    A figure of a time when the bound is not in force yet, or no longer, is none of its business.
    """
    for pack in policy.packs:
        for bound in pack.declarations(t.Bound):
            target = policy.target_of(bound.comparison.left)
            limit = _written_figure(bound.comparison.right)
            if target and target.kind == "parameter" and limit is not None and bound.condition is None:
                yield from _exceeding(policy, bound, target, limit)


def _written_figure(expression: t.Expr) -> Decimal | None:
    match expression:
        case t.Quantity(operand=t.Number(value=value)) | t.Number(value=value) | t.Percent(value=value):
            return value
        case t.Negative(operand=operand):
            figure = _written_figure(operand)
            return None if figure is None else -figure
        case _:
            return None


def _exceeding(policy: Policy, bound: t.Bound, target: Target, limit: Decimal) -> Iterator[Diagnostic]:
    for pack in policy.packs:
        parameter = pack.parameters.get(target.id)
        for dated in parameter.values if parameter else ():
            for figure in dated.rows or (dated,):
                if _is_figure(figure.value) and _outside(bound.comparison.operator, figure.value, limit):
                    assert parameter is not None
                    if overlap(dated.period, _period(policy, bound)):
                        yield _too_far(policy, bound, parameter, figure, limit)


def _is_figure(value: Any) -> bool:
    return isinstance(value, Decimal | int) and not isinstance(value, bool)


def _period(policy: Policy, bound: t.Bound) -> Period:
    cited = [target.id for item in bound.terms.citations if (target := policy.target_of(item))]
    return in_force(bound.terms, [found for name in cited if (found := policy.library.provision(name))])


def _outside(operator: str, value: Decimal, limit: Decimal) -> bool:
    return value > limit if operator == "at_most" else value < limit


def _too_far(
    policy: Policy, bound: t.Bound, parameter: Parameter, figure: DatedValue | Row, limit: Decimal
) -> Diagnostic:
    cited = [target.id for c in bound.terms.citations if (target := policy.target_of(c))]
    provisions = [p for name in cited if (p := policy.library.provision(name))]
    zh = "、".join(policy.library.cited_as(p, "zh") for p in provisions)
    en = ", ".join(p.id for p in provisions)
    way_zh, way_en = ("不超过", "at most") if bound.comparison.operator == "at_most" else ("不低于", "at least")
    shown, allowed = decimal_text(Decimal(figure.value)), decimal_text(limit)
    return Diagnostic(
        code="E0406",
        message=Text(
            f"“{parameter.label}”定为 {shown}，上级要求{way_zh} {allowed}（{zh}）",
            f"`{parameter.id}` is {shown}, the superior allows {way_en} {allowed} ({en})",
        ),
        span=figure.span,
        notes=(
            Note(Text(f"上级限度，依据{zh}", f"the superior's bound, under {en}"), bound.span),
            *(
                Note(Text(f"{policy.library.cited_as(p, 'zh')}：{p.gist.zh}", f"{p.id}: {p.gist.en}"))
                for p in provisions
            ),
        ),
        hint=Text(f"改为{way_zh} {allowed}", f"set it to {way_en} {allowed}"),
        provisions=tuple(cited),
    )
