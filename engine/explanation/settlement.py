"""A settlement as the national interface knows it: the total, its parts, who pays them.

The parts of the personal share are the terms of the rule that adds them up; nothing is computed
here that a rule has not decided.
"""

from __future__ import annotations

from decimal import Decimal

import attrs

from engine.decision import Decision, Output, Reason
from engine.explanation import interface_fields as f
from engine.explanation.document import Line, Step, say
from engine.explanation.formulas import FormulaWriter, terms_of
from engine.explanation.names import output_name
from engine.explanation.wording import words
from policy.diagnostics import Text


@attrs.frozen(eq=False)
class Part:
    """One term of a sum: what it is called, how much, the output and the reason it stands for."""

    name: Text
    rule: Text
    amount: Decimal
    is_relief: bool
    field: str
    reason: Reason | None


@attrs.frozen(eq=False)
class Settlement:
    """The figures of a settlement sheet that are always there."""

    total: Decimal
    personal: Decimal
    cash: Decimal
    account: Decimal
    fund: Decimal
    others: Decimal
    parts: tuple[Part, ...]
    outputs: dict[str, Output]

    @property
    def paid_by_funds(self) -> Decimal:
        """What all funds pay together."""
        return self.fund + self.others


def read_settlement(decision: Decision, formulas: FormulaWriter) -> Settlement | None:
    """The settlement in a decision, or None if it is about something else or not all is known."""
    outputs = {item.field: item for item in decision.results.values() if item.field and item.is_known}

    def amount(field: str) -> Decimal:
        found = outputs.get(field)
        return Decimal(found.value) if found and found.value is not None else Decimal(0)

    if not {f.TOTAL, f.PERSONAL} <= outputs.keys():
        return None
    parts = parts_of(outputs[f.PERSONAL], decision, formulas)
    total, personal = amount(f.TOTAL), amount(f.PERSONAL)
    others = sum((part.amount for part in parts if part.is_relief), Decimal(0))
    own = sum((part.amount for part in parts if not part.is_relief), Decimal(0))
    if own - others != personal:
        parts, others = (), amount(f.OTHER_FUNDS)
    return Settlement(
        total=total,
        personal=personal,
        cash=amount(f.CASH) if f.CASH in outputs else personal - amount(f.ACCOUNT),
        account=amount(f.ACCOUNT),
        fund=total - personal - others,
        others=others,
        parts=parts,
        outputs=outputs,
    )


def parts_of(output: Output, decision: Decision, formulas: FormulaWriter) -> tuple[Part, ...]:
    """The named amounts that a rule adds up to an output."""
    reason = output.reason
    if reason is None or reason.formula is None:
        return ()
    by_rule = {item.reason.id: item for item in decision.results.values() if item.reason and item.reason.kind == "rule"}
    by_input = {item.id: item for item in reason.inputs if item.kind == "rule"}
    found = terms_of(reason.formula, formulas.policy(reason.formula.region)) or []
    parts = []
    for sign, target, amount in found:
        known = by_rule.get(target.id)
        rule = Text(target.label, words(target.id))
        name = output_name(known) if known else rule
        field = known.field if known else ""
        parts.append(Part(name, rule, amount, sign < 0, field, by_input.get(target.id)))
    return tuple(parts)


def steps(settlement: Settlement) -> tuple[Step, ...]:
    """The bars from the total to the cash: what the funds pay on the left, what is the person's on the right."""
    found = [_step(settlement, f.TOTAL, settlement.total, Decimal(0), settlement.total, "total")]
    end = settlement.total
    for part in settlement.parts:
        if not part.is_relief and part.amount:
            found.append(Step(part.name, part.amount, end - part.amount, end, "own", _note(part)))
            end -= part.amount
    found.append(_step(settlement, f.BASIC_FUND, settlement.fund, Decimal(0), settlement.fund, "fund"))
    start = settlement.fund
    for part in settlement.parts:
        if part.is_relief and part.amount:
            found.append(Step(part.name, part.amount, start, start + part.amount, "other", _note(part)))
            start += part.amount
    found.append(_step(settlement, f.PERSONAL, settlement.personal, start, settlement.total, "subtotal"))
    if settlement.account:
        paid = settlement.account
        found.append(_step(settlement, f.ACCOUNT, paid, start, start + paid, "account"))
        start += paid
    found.append(_step(settlement, f.CASH, settlement.cash, start, settlement.total, "result"))
    return tuple(found)


def _step(settlement: Settlement, field: str, amount: Decimal, start: Decimal, end: Decimal, kind: str) -> Step:
    known = settlement.outputs.get(field)
    name = output_name(known) if known else f.FIELDS[field].name
    return Step(name, amount, start, end, kind, f.FIELDS[field].plain)


def _note(part: Part) -> Line:
    """What a part means: the interface's field in kind words, or the rule's own remark."""
    if part.field in f.FIELDS:
        return f.FIELDS[part.field].plain
    remark = part.reason.remark if part.reason else ""
    return Text(remark, "")


def shares(settlement: Settlement) -> tuple[Step, ...]:
    """Who pays which share of the total."""
    bars = (
        ("share_fund", settlement.fund, "fund"),
        ("share_other", settlement.others, "other"),
        ("share_account", settlement.account, "account"),
        ("share_cash", settlement.cash, "result"),
    )
    found, start = [], Decimal(0)
    for key, amount, kind in bars:
        if amount > 0 and settlement.total > 0:
            percent = (amount * 100 / settlement.total).quantize(Decimal("0.1"))
            found.append(Step(say(key, percent=f"{percent}%"), amount, start, start + amount, kind))
            start += amount
    return tuple(found)
