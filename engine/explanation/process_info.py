"""The explanation in the national interface's slot for it: setl_proc_info, at most 4000 characters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from engine.decision import Decision, LawChosen, Reason, Status
from engine.explanation.bands import workings
from engine.explanation.document import Cite, Line, Several, Value, say
from engine.explanation.formulas import FormulaWriter
from engine.explanation.names import (
    clause_name,
    insured_place,
    output_name,
    region_name,
    rule_name,
    treatment_place,
)
from engine.explanation.origins import provenance
from engine.explanation.sections import all_reasons, is_record_list
from engine.explanation.wording import Wording

LIMIT_CHARACTERS: Final = 4000


def setl_proc_info(decision: Decision, lang: str = "zh") -> str:
    """How the settlement came about, most important first, in the space the standard gives.

    What does not fit is left out whole, never cut through, and … tells that something was.
    """
    wording = Wording(decision, lang, "clerk")
    formulas = FormulaWriter(decision, wording)
    is_wrong = decision.status is Status.ERROR
    told = () if is_wrong else (_results(decision, formulas), _cases(decision), _figures(decision))
    groups = (_head(decision, wording), *told, _open(decision))
    separator = wording.say("semicolon")
    return _within((wording.text(line) for group in groups for line in group), separator)


def _within(parts: Iterable[str], separator: str) -> str:
    """As many parts as fit, in order."""
    kept: list[str] = []
    room = LIMIT_CHARACTERS - len(separator) - 1
    is_complete = True
    for part in filter(None, parts):
        needed = len(part) + (len(separator) if kept else 0)
        if needed > room:
            is_complete = False
            continue
        kept.append(part)
        room -= needed
    return separator.join(kept) + ("" if is_complete else f"{separator}…")


def _head(decision: Decision, wording: Wording) -> Iterator[Line]:
    yield say("insured_in", place=insured_place(decision))
    if place := treatment_place(decision):
        yield say("treated_in", place=place)
    if decision.as_of:
        yield say("on_day", day=wording.iso_day(decision.as_of))
    yield (say("receipt_revision"), say("colon"), decision.revision)
    yield (say("receipt_facts"), say("colon"), decision.facts_hash)


def _results(decision: Decision, formulas: FormulaWriter) -> Iterator[Line]:
    """Every output with its working."""
    for output in decision.results.values():
        if not output.is_known:
            continue
        if is_record_list(output.type):
            yield from workings(output.reason, formulas) if output.reason else ()
            continue
        worked = _worked(output.reason, formulas) if output.reason else ""
        yield (output_name(output), " ", Value(output.value, output.type), worked)


def _worked(reason: Reason, formulas: FormulaWriter) -> Line:
    if reason.formula is None or not reason.formula.values:
        return ""
    numbers = formulas.numeric(reason.formula, reason)
    value = formulas.wording.value(reason.value, reason.type)
    return f"={numbers}".replace(" ", "") if numbers != value and formulas.lang == "zh" else ""


def _cases(decision: Decision) -> Iterator[Line]:
    """The rules that did not follow their general clause, and whose law governed."""
    governed: dict[tuple[str, tuple[str, ...]], tuple[LawChosen, dict[str, Line]]] = {}
    for reason in all_reasons(decision):
        special = tuple(clause_name(clause) for clause in reason.winners if clause.kind != "general")
        if special and not reason.element:
            told = say("is_so", name=rule_name(reason), value=Value(reason.value, reason.type))
            yield (told, say("info_case", clause=Several(special), cites=Cite(reason.citations)))
        if reason.law:
            names = governed.setdefault((reason.law.law, reason.law.citations), (reason.law, {}))[1]
            names.setdefault(reason.id, rule_name(reason))
    for law, names in governed.values():
        place = region_name(law.region, law.region_label)
        yield (Several(tuple(names.values())), say("info_law", place=place, cites=Cite(law.citations)))


def _figures(decision: Decision) -> Iterator[Line]:
    for reason in all_reasons(decision):
        if reason.kind == "parameter":
            told = say("is_so", name=rule_name(reason), value=Value(reason.value, reason.type, is_full=True))
            yield (told, say("info_origin", origin=Several(tuple(provenance(reason)), "clause")))


def _open(decision: Decision) -> Iterator[Line]:
    for need in decision.needs:
        yield (say("needs"), say("colon"), need.label)
    for item in decision.diagnostics:
        yield item.message
