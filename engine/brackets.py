"""分段: a marginal scale over the amounts from one point to another."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from engine import program as p
from engine.frames import Frame
from engine.operations import EXACT
from engine.unknown import Unknown, together

if TYPE_CHECKING:
    from engine.evaluator import Evaluator

ZERO = Decimal(0)


def portions(evaluator: Evaluator, rule: p.Rule, scale: p.Scale, frame: Frame) -> Any:
    """What each band yields for the part of the amounts that lies in it; bands without a part are left out."""
    lower = evaluator.value(scale.lower, frame) if scale.lower is not None else ZERO
    upper = evaluator.value(scale.upper, frame)
    bands = _listed(evaluator, rule, scale, frame) if scale.table is not None else _written(evaluator, scale, frame)
    unknown = [item for item in (lower, upper, bands) if isinstance(item, Unknown)]
    if unknown:
        return together(unknown)
    found: list[Any] = []
    missing: list[Unknown] = []
    for bottom, top, inner in bands:
        portion = _overlap(lower, upper, bottom, top)
        if portion <= 0:
            continue
        value = evaluator.value(scale.portion, inner.with_locals({"portion": portion}))
        missing.append(value) if isinstance(value, Unknown) else found.append(value)
    return together(missing) if missing else tuple(found)


def _overlap(lower: Decimal, upper: Decimal, bottom: Decimal, top: Decimal | None) -> Decimal:
    high = upper if top is None else min(upper, top)
    return EXACT.subtract(high, max(lower, bottom))


def _listed(evaluator: Evaluator, rule: p.Rule, scale: p.Scale, frame: Frame) -> Any:
    """The bands of a list, which must begin at 0 and follow each other without gap or overlap."""
    assert scale.table is not None
    table = evaluator.value(scale.table, frame)
    if isinstance(table, Unknown):
        return table
    bottom_field, top_field = scale.edges
    bands: list[tuple[Decimal, Decimal | None, Frame]] = []
    reached: Decimal | None = ZERO
    for place, band in enumerate(table or (), 1):
        bottom, top = band.get(bottom_field), band.get(top_field)
        if reached is None or bottom != reached or (top is not None and top <= bottom):
            raise frame.error(
                "E0510",
                f"支付分段表第{place}段应从 {reached} 元起并高于下限，各段须首尾相接",
                f"band {place} of the scale must begin at {reached} and end above it: bands follow each other without gap",
                scale.table.origin,
            )
        bands.append((bottom, top, frame.with_binding(scale.binder, band)))
        reached = top
    if not bands:
        raise frame.error("E0510", "支付分段表是空的", "the scale has no band", scale.table.origin)
    return bands


def _written(evaluator: Evaluator, scale: p.Scale, frame: Frame) -> Any:
    """The bands written in the rule, each with its rate."""
    bands: list[tuple[Decimal, Decimal | None, Frame]] = []
    unknown: list[Unknown] = []
    bottom = ZERO
    for top_expression, rate_expression in scale.bands:
        top = None if top_expression is None else evaluator.value(top_expression, frame)
        rate = evaluator.value(rate_expression, frame)
        missing = [item for item in (top, rate) if isinstance(item, Unknown)]
        if missing:
            unknown.extend(missing)
            continue
        bands.append((bottom, top, frame.with_locals({"rate": rate})))
        bottom = top if top is not None else bottom
    return together(unknown) if unknown else bands
