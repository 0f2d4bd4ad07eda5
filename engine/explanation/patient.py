"""What a patient is told: the one figure, how it comes about, why, what would have changed it, what to do."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from engine.decision import Decision, Effect, Status, WhatIf
from engine.explanation import interface_fields as f
from engine.explanation import sections as parts
from engine.explanation.document import (
    Bullets,
    Cite,
    Document,
    Headline,
    Line,
    Pairs,
    Paragraph,
    Section,
    Several,
    Styled,
    Value,
    Waterfall,
    say,
)
from engine.explanation.formulas import FormulaWriter
from engine.explanation.names import output_name, question_name, rule_name, short_fact_name
from engine.explanation.settlement import Settlement, read_settlement, shares, steps
from engine.explanation.why import why_answer, why_settlement
from engine.explanation.wording import Wording, words
from policy.diagnostics import Text
from policy.types import MONEY

LIMIT_CHANGES = 4
"""How many changes a patient is told of."""


def patient_document(decision: Decision, wording: Wording) -> Document:
    """A short sheet in plain words."""
    formulas = FormulaWriter(decision, wording)
    settlement = read_settlement(decision, formulas) if decision.status is Status.DETERMINED else None
    sections = _settled(decision, settlement, formulas) if settlement else _answered(decision, wording)
    return Document(
        title=question_name(decision),
        subtitle=parts.subtitle(decision, wording),
        status=decision.status.value,
        reader="patient",
        sections=tuple(sections),
        receipt=parts.receipt(decision, wording),
    )


def _settled(decision: Decision, settlement: Settlement, formulas: FormulaWriter) -> Iterator[Section]:
    yield Section("", (_headline(settlement),), "headline")
    waterfall = Waterfall(settlement.total, steps(settlement), say("waterfall_caption"))
    yield Section(say("waterfall"), (waterfall,), "waterfall")
    yield Section(say("why"), (Bullets(tuple(why_settlement(decision, settlement, formulas)), numbered=True),), "why")
    yield from _different(decision)
    yield from _next(decision)


def _headline(settlement: Settlement) -> Headline:
    total, fund = Value(settlement.total, MONEY), Value(settlement.paid_by_funds, MONEY)
    text: list[Line] = [say("fund_line", total=total, fund=fund)]
    if settlement.account:
        text.append(say("account_line", account=Value(settlement.account, MONEY)))
    text.append(say("sentence_end"))
    label = say("you_pay" if f.CASH in settlement.outputs else "your_share")
    figure = Value(settlement.cash, MONEY)
    return Headline(label, figure, tuple(text), shares(settlement), settlement.total)


def _answered(decision: Decision, wording: Wording) -> Iterator[Section]:
    if decision.status is Status.ERROR:
        yield from parts.problems_section(decision, kindly=True)
    yield from parts.needs_section(decision, "needs_patient", brief=True)
    yield from parts.human_section(decision, wording, "human_patient")
    yield from _answers(decision, wording)
    sentences = tuple(why_answer(decision)) if decision.status is Status.DETERMINED else ()
    if sentences:
        yield Section(say("why"), (Bullets(sentences),), "why")
    yield from _different(decision)
    yield from _next(decision)


def _answers(decision: Decision, wording: Wording) -> Iterator[Section]:
    known = [item for item in decision.results.values() if item.is_known]
    if decision.status is Status.ERROR or not known:
        return
    scalars = [item for item in known if not parts.is_record_list(item.type)]
    pairs = Pairs(tuple((output_name(item), Styled("strong", Value(item.value, item.type))) for item in scalars))
    tables = tuple(
        block
        for item in known
        if parts.is_record_list(item.type) and item.value and (decision.status is Status.DETERMINED or not scalars)
        for block in (
            Paragraph(Styled("strong", output_name(item))),
            parts.record_table(item.value, item.type, wording, parts.LIMIT_ROWS),
        )
    )
    title = "answers" if decision.status is Status.DETERMINED else "answers_so_far"
    yield Section(say(title), (*((pairs,) if scalars else ()), *tables), "answers")


# ── what would have changed ─────────────────────────────────────────────────────────────────────


def _different(decision: Decision) -> Iterator[Section]:
    told = [line for item in decision.what_if for line in _told(item, decision)]
    told.sort(key=lambda entry: -entry[0])
    lines = tuple(line for _, line in told[:LIMIT_CHANGES])
    if lines:
        yield Section(say("different"), (Bullets(lines),), "different")


def _told(item: WhatIf, decision: Decision) -> Iterator[tuple[Decimal, Line]]:
    """What a change would do for the person's purse; else what it would do to the answers."""
    by_field = {decision.results[effect.id].field: effect for effect in item.effects}
    for field, ending in ((f.PERSONAL, ""), (f.CASH, "_cash")):
        if (effect := by_field.get(field)) and effect.before is not None and effect.after is not None:
            saved = Decimal(effect.before) - Decimal(effect.after)
            verb = "would_save" if saved > 0 else "would_cost"
            yield (
                saved,
                (say(f"{verb}{ending}", change=_change(item), difference=Value(abs(saved), MONEY)), _under(item)),
            )
            return
    if f.PERSONAL in {output.field for output in decision.results.values()}:
        return
    effects = Several(tuple(_effect(effect, decision) for effect in item.effects), "clause")
    yield Decimal(0), (say("would_change", change=_change(item), effects=effects), _under(item))


def _change(item: WhatIf) -> Line:
    name = short_fact_name(item.path, item.label)
    if item.action is not None:
        return item.action
    if item.type.kind == "boolean":
        return say("change_on" if item.after else "change_off", name=name)
    return say("change_value", name=name, before=Value(item.before, item.type), after=Value(item.after, item.type))


def _effect(effect: Effect, decision: Decision) -> Line:
    name = output_name(decision.results[effect.id])
    before, after = Value(effect.before, effect.type), Value(effect.after, effect.type)
    return say("would_effect", name=name, before=before, after=after)


def _under(item: WhatIf) -> Line:
    return say("would_under", cites=Cite(item.citations)) if item.citations else ""


# ── what to do next ─────────────────────────────────────────────────────────────────────────────


def _next(decision: Decision) -> Iterator[Section]:
    items: list[Line] = [Text(item.text.zh, words(item.text.en)) for item in decision.notices]
    unverified = [
        reason for reason in parts.all_reasons(decision) if reason.parameter and reason.parameter.is_unverified
    ]
    items += [say("next_unverified", name=rule_name(reason)) for reason in unverified]
    items.append(say("next_question"))
    yield Section(say("next"), (Bullets(tuple(items)),), "next")
