"""Facts with one of them taken away, and what a decision may then say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

from engine import Decision
from engine.inputs import inputs_of
from engine.program import Program
from policy.parameters import PARAMETERS

OPTIONAL: Mapping[str, str] = {
    "visit.place": "a third place is told, never assumed, unless the travel kind is long-term",
    "claim.directly_settled": "what happened stands in for what should",
    "verification.table_on": "derived from the request",
    "calendar.actor": "all whose turn it is, unless one is named",
    "person.retired": "read for a qualification that is claimed",
    "person.household_moved": "read for a qualification that is claimed",
    "person.lives_elsewhere": "read for a qualification that is claimed",
    "person.stationed_by_employer": "read for a qualification that is claimed",
    "person.meets_long_term_rules": "read for a qualification that is claimed",
    "service_query.service": "a service or a channel is asked about, or both",
    "service_query.channel": "a service or a channel is asked about, or both",
    "institution.restored_at": "not restored yet without it",
    "visit.discharged_on": "the expected day stands in for it",
    f"{PARAMETERS}.channel_resume_on": "not resumed yet without it",
    f"{PARAMETERS}.realtime_stop_at": "an instant with a default",
    f"{PARAMETERS}.filing_free_places": "empty unless given",
    f"{PARAMETERS}.deductible_annual_limit": "no such limit without it",
    f"{PARAMETERS}.override_reason": "without it the superior's bound stands",
    f"{PARAMETERS}.validity_last_day": "a reading with a default",
    f"{PARAMETERS}.after_includes_day": "a reading with a default",
    f"{PARAMETERS}.appeal_counted_from_audit_month": "a reading with a default",
    f"{PARAMETERS}.holiday_includes_weekend": "a reading with a default",
    f"{PARAMETERS}.refund_cutoff_day": "a reading with a default",
    f"{PARAMETERS}.provincially_pooled_regions": "a reading with a default",
    f"{PARAMETERS}.prompt_working_days": "no due day without it",
    f"{PARAMETERS}.agreement_payment_day": "no due day without it",
}
"""Facts that the contract says may be left out, and what it means to leave them out."""


def one_missing(facts: Mapping[str, Mapping[str, Any]], program: Program) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every way to leave one fact out: its path in the vocabulary, and the facts without it."""
    for entity, fields in facts.items():
        for name, value in fields.items():
            path = f"{entity}.{name}"
            rest: dict[str, Any] = deepcopy(dict(facts))
            del rest[entity][name]
            yield path, rest
            if isinstance(value, list):
                yield from _in_elements(facts, entity, name, value, program)


def _in_elements(
    facts: Mapping[str, Any], entity: str, name: str, value: list[Any], program: Program
) -> Iterator[tuple[str, dict[str, Any]]]:
    field = program.policy.vocabulary.field(f"{entity}.{name}")
    element = field.type.element if field else None
    for place, item in enumerate(value):
        for key in item if isinstance(item, dict) and element else ():
            rest: dict[str, Any] = deepcopy(dict(facts))
            del rest[entity][name][place][key]
            yield f"{element.name}.{key}", rest


def verdict(path: str, before: Decision, after: Decision, program: Program) -> str:
    """What leaving the fact out did to a determined decision; empty where that is as it should be."""
    changed = [name for name, value in after.outputs.items() if value != before.outputs[name]]
    status = str(after.status)
    if status == "determined":
        return f"other values: {changed}" if changed and not _is_shipped(path, after) else ""
    if status == "error" and path == f"{PARAMETERS}.override_reason":
        return "" if all(item.provisions for item in after.diagnostics) else "an error without a clause"
    if status != "undetermined":
        return f"{status}: {[item.message.en for item in after.diagnostics]}"
    if changed:
        return f"undetermined, and other values: {changed}"
    if not any(need.path in asked_for(path, program) for need in after.needs):
        return f"asks for {[need.path for need in after.needs]}"
    silent = [need.path for need in after.needs if not need.citations]
    return f"no clause asks for {silent}" if silent else ""


def asked_for(path: str, program: Program) -> set[str]:
    """By what names a decision may ask for a fact: its own, what it is derived from, what its table is read by."""
    names = {path}
    field = program.policy.vocabulary.field(path)
    if field is not None and field.derived_by is not None and field.derived_by[0] in program.questions:
        names |= inputs_of(program.questions[field.derived_by[0]], (program,))
    for parameter in program.parameters.get(path.removeprefix(f"{PARAMETERS}."), ()):
        names.update(parameter.keys)
    return names


def _is_shipped(path: str, decision: Decision) -> bool:
    """Whether the decision says that it now rests on the region's own figure."""
    name = path.removeprefix(f"{PARAMETERS}.")
    return any(
        part.kind == "parameter" and part.id == name and part.parameter is not None and not part.parameter.given
        for reason in decision.reasons
        for part in reason.walk()
    )
