"""分段: a marginal scale over the amounts from one point to another."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from engine import program as p
from engine.frames import EvaluationError, Frame
from engine.operations import EXACT
from engine.unknown import Unknown, together
from policy.diagnostics import Text
from policy.types import MONEY

if TYPE_CHECKING:
    from engine.evaluator import Evaluator

ZERO = Decimal(0)


def portions(evaluator: Evaluator, rule: p.Rule, scale: p.Scale, frame: Frame) -> Any:
    """What each band yields for the part of the amounts that lies in it; bands without a part are left out."""
    lower = evaluator.value(scale.lower, frame) if scale.lower is not None else ZERO
    upper = evaluator.value(scale.upper, frame)
    bands = _listed(evaluator, scale, frame) if scale.table is not None else _written(evaluator, scale, frame)
    unknown = [item for item in (lower, upper, bands) if isinstance(item, Unknown)]
    if unknown:
        return together(unknown)
    if lower is None or upper is None:
        empty = scale.lower if lower is None and scale.lower is not None else scale.upper
        text = empty.origin.span.text
        raise frame.error("E0508", f"“{text}”是空值，无从分段", f"`{text}` is empty and has no bands", empty.origin)
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


def _listed(evaluator: Evaluator, scale: p.Scale, frame: Frame) -> Any:
    """The bands of a list, which must begin at 0 and follow each other without gap or overlap."""
    assert scale.table is not None
    table = evaluator.value(scale.table, frame)
    if isinstance(table, Unknown):
        return table
    unstated = [item for band in table or () for item in _unstated_edges(evaluator, scale, band, frame)]
    if unstated:
        return together(unstated)
    bottom_field, top_field = scale.edges
    bands: list[tuple[Decimal, Decimal | None, Frame]] = []
    reached: Decimal | None = ZERO
    for place, band in enumerate(table or (), 1):
        bottom, top = band.get(bottom_field), band.get(top_field)
        if reached is None or bottom != reached or (top is not None and top <= bottom):
            raise _out_of_order(place, reached, scale.table, frame)
        bands.append((bottom, top, frame.with_binding(scale.binder, band, scale.binder)))
        reached = top
    if not bands:
        raise frame.error("E0510", "段表里一段也没有", "the scale has no band", scale.table.origin)
    return bands


def _unstated_edges(evaluator: Evaluator, scale: p.Scale, band: Mapping[str, Any], frame: Frame) -> list[Unknown]:
    """The edges that a band leaves out: they are asked for like any fact. Without a top is written as 空."""
    assert scale.table is not None
    element = scale.table.type.element
    paths = [f"{element.name}.{name}" for name in scale.edges if element and name not in band]
    facts = [p.Fact(origin=scale.table.origin, type=MONEY, path=path) for path in paths]
    return [value for fact in facts if isinstance(value := evaluator.value(fact, frame.tracing()), Unknown)]


def _written(evaluator: Evaluator, scale: p.Scale, frame: Frame) -> Any:
    """The bands written in the rule, each with its rate."""
    bands: list[tuple[Decimal, Decimal | None, Frame]] = []
    unknown: list[Unknown] = []
    bottom: Decimal | None = ZERO
    for place, (top_expression, rate_expression) in enumerate(scale.bands, 1):
        top = None if top_expression is None else evaluator.value(top_expression, frame)
        rate = evaluator.value(rate_expression, frame)
        missing = [item for item in (top, rate) if isinstance(item, Unknown)]
        if missing:
            unknown.extend(missing)
            continue
        if bottom is None or (top is not None and top <= bottom):
            raise _out_of_order(place, bottom, top_expression or rate_expression, frame)
        bands.append((bottom, top, frame.with_locals({"rate": rate})))
        bottom = top
    return together(unknown) if unknown else bands


def _out_of_order(place: int, reached: Decimal | None, scale: p.Expression, frame: Frame) -> EvaluationError:
    if reached is None:
        zh, en = f"第{place}段在没有上限的一段之后", f"band {place} follows one without an upper end"
    else:
        zh = f"第{place}段应从 {reached} 元起，到更高处止，各段首尾相接"
        en = f"band {place} must begin at {reached} and end above it: bands follow each other without gap"
    hint = Text("从 0 元起，一段接一段往上写", "begin at 0 and go up band by band")
    return frame.error("E0510", zh, en, scale.origin, hint)
