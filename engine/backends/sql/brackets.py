"""分段: the part of the amounts that lies in each band, band by band."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import attrs
from sqlglot import exp

from engine import program as p
from engine.backends.refusals import refused
from engine.backends.sql import builders as b
from engine.backends.sql import numbers as n
from engine.backends.sql.places import Place
from engine.backends.sql.terms import Number, Rows, Slot, Term
from policy.parameters import PARAMETERS
from policy.types import MONEY

if TYPE_CHECKING:
    from engine.backends.sql.compiler import Compiler


@attrs.frozen(eq=False)
class Band:
    """One band: where it begins and ends, whether it is there, and how its values are found."""

    bottom: Term
    top: Term | None
    is_there: exp.Expression
    place: Place


def bracketed(compiler: Compiler, rule: p.Rule, place: Place) -> Term:
    """The sum over all bands, or their list."""
    assert rule.scale is not None
    scale = rule.scale
    zero = compiler.values.constant(Decimal(0), MONEY)
    lower = compiler.value(scale.lower, place) if scale.lower is not None else zero
    upper = compiler.value(scale.upper, place)
    reasons = [lower.why, upper.why]
    bands, why, wrong = (
        _listed(compiler, rule, scale, place) if scale.table is not None else _written(compiler, rule, scale, place)
    )
    empty = b.either(b.is_null(end.sql) for end in (lower, upper) if end.may_be_empty)
    ends = (
        compiler.named(f"{rule.id}__from", lower, place.relation),
        compiler.named(f"{rule.id}__to", upper, place.relation),
    )
    if not isinstance(wrong, exp.Null):  # bands that are known must be in order, whatever else is missing
        wrong = b.case([(b.is_null(why), wrong)])
    before = b.coalesce(
        (b.greatest([*reasons, why, wrong]), b.case([(empty, compiler.reasons.error("E0508", rule.id))]))
    )
    force = compiler.in_force(rule.period, place.relation)
    if not b.is_true(force):
        before = b.case([(force, before)], compiler.reasons.error("E0503", rule.id))
    if any(isinstance(end.sql, exp.Null) for end in (lower, upper)):
        return Term(sql=b.NULL, type=rule.type, reason=before, may_fail=True)
    parts = [_part(compiler, rule, scale, band, ends, number) for number, band in enumerate(bands, 1)]
    after = b.greatest([b.case([(slot.is_there, term.why)]) for slot, term in parts if term.reason is not None])
    reason = b.coalesce((before, after))
    fails = (
        any(term.may_fail for _, term in parts)
        or not b.is_true(force)
        or not isinstance(wrong, exp.Null)
        or lower.may_fail
        or upper.may_fail
    )
    if rule.type.kind == "list":
        record = rule.type.element.name if rule.type.element else ""
        slots = tuple(slot for slot, _ in parts)
        known = b.TRUE if isinstance(reason, exp.Null) else b.case([(b.is_null(reason), b.TRUE)])
        term = Term(sql=known, type=rule.type, reason=None if isinstance(reason, exp.Null) else reason, may_fail=fails)
        return attrs.evolve(compiler.named(f"{rule.id}__known", term, place.relation), rows=Rows(record, slots=slots))
    return _total(rule, [term for _, term in parts], reason, fails)


def _total(rule: p.Rule, parts: list[Term], reason: exp.Expression, fails: bool) -> Term:
    total = parts[0]
    for part in parts[1:]:
        sql, number = n.added(exp.Add, total, part, rule.id)
        total = Term(sql=sql, type=rule.type, number=number)
    if isinstance(reason, exp.Null):
        return total
    return attrs.evolve(total, sql=b.case([(b.is_null(reason), total.sql)]), reason=reason, may_fail=fails)


def _part(
    compiler: Compiler, rule: p.Rule, scale: p.Scale, band: Band, ends: tuple[Term, Term], number: int
) -> tuple[Slot, Term]:
    """What one band yields; where no amount lies in it, nothing."""
    portion = compiler.named(f"{rule.id}__{number}", _portion(compiler, rule, band, ends), band.place.relation)
    some = b.both((band.is_there, exp.GT(this=portion.sql, expression=b.number(0))))
    filled = attrs.evolve(portion, reason=None, may_be_empty=False)
    place = band.place.with_locals({"portion": filled}).when(lambda: b.coalesce((some, b.FALSE)))
    if rule.type.kind == "list":
        if not isinstance(scale.portion, p.Record):
            raise refused(rule.id, "每段不是写出的记录", "a band that does not give a written record")
        made = compiler.named(f"{rule.id}__{number}", compiler.lists.record(scale.portion, place), place.relation)
        return Slot(some, made.fields or {}), made
    value = compiler.value(scale.portion, place)
    zero = compiler.values.constant(Decimal(0), rule.type)
    (one, other), width = n.unified([value, zero])
    sql = b.case([(some, one.sql)], other.sql)
    lacking = None if value.reason is None else b.case([(some, value.why)])
    return Slot(some, {}), Term(sql=sql, type=rule.type, number=width, reason=lacking, may_fail=value.may_fail)


def _portion(compiler: Compiler, rule: p.Rule, band: Band, ends: tuple[Term, Term]) -> Term:
    """The length of what the band and the amounts have in common; negative where they have nothing."""
    lower, upper = (attrs.evolve(end, may_be_empty=False, reason=end.reason) for end in ends)
    low, high = lower, upper
    if not (band.bottom.is_constant and band.bottom.constant == 0 and not lower.is_constant):
        low = _extreme(lower, band.bottom, wants_less=False)
    if band.top is not None:
        high = _extreme(upper, band.top, wants_less=True)
    if low.is_constant and low.constant == 0:
        return attrs.evolve(high, type=MONEY)
    sql, number = n.added(exp.Sub, high, low, rule.id)
    return Term(
        sql=sql,
        type=MONEY,
        number=attrs.evolve(number, bound=min(number.bound, ends[1].number.bound if ends[1].number else number.bound)),
    )


def _reach(high: Term, number: Number) -> Decimal:
    """A part of an amount is no longer than the amount, which begins at 0."""
    return min(number.bound, high.number.bound) if high.number else number.bound


def _extreme(one: Term, two: Term, *, wants_less: bool) -> Term:
    """The nearer end; an edge that is 空 is no end at all."""
    if one.is_constant and two.is_constant and two.constant is not None:
        return (
            min(one, two, key=lambda end: end.constant) if wants_less else max(one, two, key=lambda end: end.constant)
        )
    (left, right), number = n.unified([one, two])
    first = b.binary(exp.LTE if wants_less else exp.GTE, left.sql, right.sql)
    if two.may_be_empty:
        sql = b.case([(first, left.sql), (b.is_null(right.sql), left.sql), (b.is_known(left.sql), right.sql)])
    elif one.is_sure:
        sql = b.case([(first, left.sql)], right.sql)
    else:
        sql = b.case([(first, left.sql), (b.is_known(left.sql), right.sql)])
    return Term(sql=sql, type=MONEY, number=number)


# ── bands ───────────────────────────────────────────────────────────────────────────────────────────

_Bands = tuple[list[Band], exp.Expression, exp.Expression]
"""The bands, why they are not known, and what is wrong with them."""


def _listed(compiler: Compiler, rule: p.Rule, scale: p.Scale, place: Place) -> _Bands:
    """The bands of a short list, each in its slot."""
    assert scale.table is not None
    table = compiler.value(scale.table, place)
    if table.rows is None:
        if isinstance(table.sql, exp.Null):
            return [], table.why, b.NULL
        raise refused(rule.id, "段表不是短列表", "bands that are not a short list")
    if any(slot.relation is not None for slot in table.rows.slots):
        raise refused(rule.id, "段表在另一张表中", "bands in a table of their own")
    bottom_name, top_name = scale.edges
    bands: list[Band] = []
    checks: list[exp.Expression] = []
    reached: exp.Expression = n.as_decimal(compiler.values.constant(Decimal(0), MONEY)).sql
    for slot in table.rows.slots:
        bottom, top = (_edge(slot.fields.get(name), rule) for name in (bottom_name, top_name))
        at_hand = attrs.evolve(compiler.lists.at(slot, table.rows, scale.binder, place), guards=place.guards)
        bands.append(Band(bottom, top, slot.is_there, at_hand))
        follows = b.coalesce((b.binary(exp.EQ, bottom.sql, reached), b.FALSE))
        rises = b.either((b.is_null(top.sql), b.binary(exp.GT, top.sql, bottom.sql)))
        checks.append(b.both((slot.is_there, b.negation(b.both((follows, rises))))))
        reached = top.sql
    if _is_shipped(scale.table, place) and not any(
        compiler.tables.claims.slots(f"{PARAMETERS}.{name}") for name in _figures(scale.table)
    ):
        return bands, table.why, b.NULL
    checks.append(b.negation(table.rows.slots[0].is_there) if table.rows.slots else b.TRUE)
    bottoms = [(slot.is_there, slot.fields[bottom_name]) for slot in table.rows.slots]
    unstated = [b.case([(is_there, bottom.why)]) for is_there, bottom in bottoms if bottom.reason is not None]
    why = b.greatest([table.why, *unstated])
    return bands, why, b.case([(b.either(checks), compiler.reasons.error("E0510", rule.id))])


def _edge(term: Term | None, rule: p.Rule) -> Term:
    if term is None:
        raise refused(rule.id, "段表缺少起点或终点的列", "bands without the columns of their ends")
    return attrs.evolve(term, reason=None, may_be_empty=True)


def _figures(table: p.Expression) -> list[str]:
    return [table.id] if isinstance(table, p.ParameterValue) else []


def _is_shipped(table: p.Expression, place: Place) -> bool:
    """Whether the bands are the policy's own and in order, so that no row can be out of it."""
    if not isinstance(table, p.ParameterValue) or table.type.element is None:
        return False
    roles = place.program.policy.vocabulary.entities[table.type.element.name].roles
    lists = [
        bands
        for parameter in place.program.parameters.get(table.id, ())[:1]
        for dated in parameter.values
        for bands in ([row.value for row in dated.rows] or [dated.value])
    ]
    return bool(lists) and all(_in_order(bands, roles["lower"], roles["upper"]) for bands in lists)


def _in_order(bands: object, lower: str, upper: str) -> bool:
    reached: Decimal | None = Decimal(0)
    for band in bands if isinstance(bands, tuple) else ():
        bottom, top = band.get(lower), band.get(upper, 0)
        if reached is None or bottom != reached or (top is not None and top <= bottom):
            return False
        reached = top
    return bool(bands)


def _written(compiler: Compiler, rule: p.Rule, scale: p.Scale, place: Place) -> _Bands:
    """The bands written in the rule, each with its rate."""
    bands: list[Band] = []
    reasons: list[exp.Expression] = []
    bottom: Term = compiler.values.constant(Decimal(0), MONEY)
    checks: list[exp.Expression] = []
    for top_expression, rate_expression in scale.bands:
        top = None if top_expression is None else compiler.value(top_expression, place)
        rate = compiler.value(rate_expression, place)
        reasons += [term.why for term in (top, rate) if term is not None]
        bands.append(Band(bottom, top, b.TRUE, place.with_locals({"rate": rate})))
        if top is not None:
            checks.append(_out_of_order(bottom, top))
            bottom = top
    wrong = b.case([(b.either(checks), compiler.reasons.error("E0510", rule.id))])
    return bands, b.greatest(reasons), wrong


def _out_of_order(bottom: Term, top: Term) -> exp.Expression:
    if bottom.is_constant and top.is_constant:
        return b.TRUE if top.constant <= bottom.constant else b.FALSE
    return b.coalesce((b.binary(exp.LTE, top.sql, bottom.sql), b.FALSE))
