"""Whether the figures a region ships keep within what its superiors allow."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from policy.diagnostics import Diagnostic, Note, Text
from policy.dsl import tree as t
from policy.dsl.source import Span
from policy.model import Policy, Target
from policy.parameters import PARAMETERS
from policy.periods import in_force, overlap
from policy.sources import Period
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
                yield from _defaults_exceeding(policy, bound, target, limit)


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
                    if overlap(dated.period, _period(policy, bound.terms)):
                        yield _too_far(policy, bound, parameter.id, parameter.label, figure.value, figure.span, limit)


def _defaults_exceeding(policy: Policy, bound: t.Bound, target: Target, limit: Decimal) -> Iterator[Diagnostic]:
    """What holds where the region below decides nothing is a figure like any other."""
    for pack in policy.packs:
        for delegation in pack.declarations(t.Delegate):
            given = policy.target_of(delegation.parameter)
            figure = _written_figure(delegation.default) if delegation.default else None
            if given and given.id == target.id and figure is not None:
                is_together = overlap(_period(policy, delegation.terms), _period(policy, bound.terms))
                if is_together and _outside(bound.comparison.operator, figure, limit):
                    label = policy.vocabulary.label(f"{PARAMETERS}.{target.id}")
                    yield _too_far(policy, bound, target.id, label, figure, delegation.span, limit)


def _is_figure(value: Any) -> bool:
    return isinstance(value, Decimal | int) and not isinstance(value, bool)


def _period(policy: Policy, terms: t.Terms) -> Period:
    cited = [target.id for item in terms.citations if (target := policy.target_of(item))]
    return in_force(terms, [found for name in cited if (found := policy.library.provision(name))])


def _outside(operator: str, value: Decimal, limit: Decimal) -> bool:
    return value > limit if operator == "at_most" else value < limit


def _too_far(
    policy: Policy, bound: t.Bound, name: str, label: str, figure: Any, span: Span, limit: Decimal
) -> Diagnostic:
    cited = [target.id for c in bound.terms.citations if (target := policy.target_of(c))]
    provisions = [p for name in cited if (p := policy.library.provision(name))]
    zh = "、".join(policy.library.cited_as(p, "zh") for p in provisions)
    en = ", ".join(p.id for p in provisions)
    way_zh, way_en = ("不超过", "at most") if bound.comparison.operator == "at_most" else ("不低于", "at least")
    shown, allowed = decimal_text(Decimal(figure)), decimal_text(limit)
    return Diagnostic(
        code="E0406",
        message=Text(
            f"“{label}”定为 {shown}，上级要求{way_zh} {allowed}（{zh}）",
            f"`{name}` is {shown}, the superior allows {way_en} {allowed} ({en})",
        ),
        span=span,
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
