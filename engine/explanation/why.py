"""Why, in three to six sentences: the clauses that mattered most, each with its provision."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from engine.decision import Decision, LawChosen, Reason
from engine.explanation import interface_fields as f
from engine.explanation.bands import band_shares
from engine.explanation.document import Cite, Line, Several, Value, say
from engine.explanation.formulas import FormulaWriter
from engine.explanation.names import clause_name, region_name, rule_name
from engine.explanation.sections import all_reasons
from engine.explanation.settlement import Settlement, parts_of
from policy.diagnostics import Text
from policy.types import MONEY, RATIO

LIMIT_SENTENCES = 6
LIMIT_NAMES = 3


# ── a settlement ────────────────────────────────────────────────────────────────────────────────


def why_settlement(decision: Decision, settlement: Settlement, formulas: FormulaWriter) -> list[Line]:
    """What lowered the benefit, then the parts in the order of the sheet, then whose law governed."""
    reasons = all_reasons(decision)
    found = (
        _points(reasons),
        _excluded(settlement),
        _self_pay_first(decision, settlement, formulas),
        _deductible(settlement),
        _bands(reasons, formulas),
        _remarked(settlement),
        _laws(decision, reasons),
    )
    return [line for lines in found for line in lines][:LIMIT_SENTENCES]


def _points(reasons: Sequence[Reason]) -> Iterator[Line]:
    """What lowers the benefit, and by which clause."""
    for reason in reasons:
        case = next((clause for clause in reason.winners if clause.kind != "general"), None)
        if reason.kind != "rule" or reason.type.kind != "points" or not reason.value or case is None:
            continue
        figure = next((item for item in reason.inputs if item.kind == "parameter"), None)
        cited = (*(figure.citations if figure else ()), *reason.citations)
        slots: dict[str, Line] = {
            "rule": rule_name(reason),
            "value": Value(reason.value, reason.type),
            "clause": clause_name(case),
            "cites": Cite(_briefly(cited)),
        }
        if figure:
            yield say("why_points_figure", **slots, figure=rule_name(figure))
        else:
            yield say("why_points", **slots)


def _excluded(settlement: Settlement) -> Iterator[Line]:
    """What insurance does not pay at all."""
    keys = {f.OWN_EXPENSE: "why_own_expense", f.OVER_LIMIT: "why_over_limit"}
    parts = [part for part in settlement.parts if part.field in keys and part.amount]
    if parts:
        told = tuple(say(keys[part.field], amount=Value(part.amount, MONEY)) for part in parts)
        yield say("why_excluded", parts=Several(told, "clause"))


def _self_pay_first(decision: Decision, settlement: Settlement, formulas: FormulaWriter) -> Iterator[Line]:
    """What comes before reimbursement, and the amounts it is the sum of."""
    for part in settlement.parts:
        if part.field == f.SELF_PAY_FIRST and part.amount:
            terms = [item for item in parts_of(settlement.outputs[part.field], decision, formulas) if item.amount]
            told = tuple(say("why_part", name=item.rule, amount=Value(item.amount, MONEY)) for item in terms)
            made_of: Line = say("why_made_of", parts=Several(told)) if len(told) > 1 else ""
            cites = Cite(_briefly(part.reason.citations if part.reason else ()))
            yield say("why_self_pay_first", amount=Value(part.amount, MONEY), made_of=made_of, cites=cites)


def _deductible(settlement: Settlement) -> Iterator[Line]:
    for part in settlement.parts:
        if part.field == f.DEDUCTIBLE_PAID and part.amount and part.reason:
            figures = [item for item in part.reason.walk() if item.type.kind == "money"]
            cited = [name for item in figures for name in _published(item)] or part.reason.citations
            yield say("why_deductible", amount=Value(part.amount, MONEY), cites=Cite(_briefly(cited)))


def _bands(reasons: Sequence[Reason], formulas: FormulaWriter) -> Iterator[Line]:
    """What the fund pays of each band."""
    for reason in reasons:
        shares = band_shares(reason, formulas)
        if shares:
            told = tuple(
                say(
                    "why_band",
                    amount=Value(share.amount, MONEY),
                    ratio=Value(share.ratio, RATIO),
                    fund=Value(share.paid, MONEY),
                )
                for share in shares
            )
            figures = [item for item in reason.inputs if item.kind == "parameter" and item.type.kind == "list"]
            cited = [name for item in figures for name in _published(item)] or reason.citations
            yield say("why_bands", bands=Several(told, "clause"), cites=Cite(_briefly(cited)))


def _remarked(settlement: Settlement) -> Iterator[Line]:
    """A part that the interface has no field for, in the words of its rule."""
    for part in settlement.parts:
        if part.amount and not part.field and part.reason and part.reason.remark:
            remark = Text(f"：{part.reason.remark}", "")
            yield say("why_remarked", name=part.name, amount=Value(part.amount, MONEY), remark=remark)


def _laws(decision: Decision, reasons: Sequence[Reason]) -> Iterator[Line]:
    """Whose rules governed which results."""
    found: dict[str, tuple[LawChosen, dict[str, Reason]]] = {}
    for reason in reasons:
        if reason.law:
            found.setdefault(reason.law.law, (reason.law, {}))[1].setdefault(reason.id, reason)
    told = []
    for law, governed in found.values():
        names = Several(tuple(rule_name(item) for item in list(governed.values())[:LIMIT_NAMES]))
        told.append(say("why_law", rules=names, place=_place(law, decision), cites=Cite(_briefly(law.citations))))
    if told:
        yield (Several(tuple(told), "semicolon"), say("sentence_end"))


def _place(law: LawChosen, decision: Decision) -> Line:
    if law.law == "treatment" and not decision.treatment_region:
        return say("why_law_treatment_unnamed")
    return say(f"why_law_{law.law}", place=region_name(law.region, law.region_label))


def _published(figure: Reason) -> list[str]:
    """The provision that a figure was published in."""
    return [figure.parameter.provision] if figure.parameter and figure.parameter.provision else []


def _briefly(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(islice(dict.fromkeys(names), 2))


# ── any other question ──────────────────────────────────────────────────────────────────────────


def why_answer(decision: Decision) -> Iterator[Line]:
    """For each answer the clause that made it, and what its provision says; then the cases behind them."""
    roots = list(decision.reasons)
    behind = [item for item in all_reasons(decision) if any(clause.kind != "general" for clause in item.winners)]
    told: set[str] = set()
    sentences = (_sentence(reason, decision, told) for reason in (*roots, *behind))
    return islice((line for line in sentences if line is not None), LIMIT_SENTENCES)


def _sentence(reason: Reason, decision: Decision, told: set[str]) -> Line | None:
    """A rule and its provision, if neither has been told yet."""
    if reason.kind != "rule" or reason.id in told or reason.value is None or reason.type.kind == "list":
        return None
    winner = next((clause for clause in reason.winners if clause.kind != "general"), None)
    cited = (winner.citations if winner else ()) or reason.citations
    fresh = next((name for name in cited if name in decision.provisions and name not in told), None)
    if fresh is None:
        return None
    told.update((reason.id, fresh))
    case: Line = say("why_case", clause=clause_name(winner)) if winner else ""
    gist = say("why_gist", gist=decision.provisions[fresh].gist, cite=Cite((fresh,)))
    return (say("why_rule", rule=rule_name(reason), value=Value(reason.value, reason.type)), case, gist)
