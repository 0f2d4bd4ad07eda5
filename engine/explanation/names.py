"""What things are called in both languages: rules, clauses, facts, outputs, places."""

from __future__ import annotations

from engine.decision import ClauseOutcome, Decision, Output, Reason
from engine.explanation.interface_fields import FIELDS
from engine.explanation.wording import place_name, words
from policy.diagnostics import Text
from policy.parameters import PARAMETERS


def rule_name(reason: Reason) -> Text:
    """A rule, a parameter or an answer by its name; a fact by its whole path."""
    if reason.kind in ("fact", "derived_fact"):
        return fact_name(reason.id, reason.label)
    return Text(reason.label, words(reason.id))


def fact_name(path: str, label: str) -> Text:
    """A fact with the entity it belongs to; a local figure by itself."""
    return (
        Text(label.partition(".")[2] or label, words(_own(path)))
        if _is_figure(path)
        else Text(label, spoken_path(path))
    )


def short_fact_name(path: str, label: str) -> Text:
    """A fact as a patient would call it."""
    return Text(label.rpartition(".")[2] or label, words(_own(path)) if _is_figure(path) else spoken_path(path))


def spoken_path(path: str) -> str:
    """An id of several parts read aloud."""
    return words(path.replace(".", " "))


def _is_figure(path: str) -> bool:
    return path.startswith(f"{PARAMETERS}.")


def _own(path: str) -> str:
    return path.partition(".")[2] or path


def clause_name(clause: ClauseOutcome) -> Text:
    """A clause by its name."""
    return Text(clause.label, words(clause.id))


def output_name(output: Output) -> Text:
    """An output: by the national interface's name in English, where it has one."""
    known = FIELDS.get(output.field)
    return Text(output.label, known.name.en if known else words(output.id))


def region_name(identifier: str, label: str) -> Text:
    """A region."""
    return Text(label, place_name(identifier))


def insured_place(decision: Decision) -> Text:
    """Where the person is insured."""
    return region_name(decision.region, decision.region_label)


def treatment_place(decision: Decision) -> Text | None:
    """Where the person was treated, if the case says so."""
    if not decision.treatment_region:
        return None
    return region_name(decision.treatment_region, decision.treatment_region_label)


def question_name(decision: Decision) -> Text:
    """What was asked."""
    return Text(decision.question_label, spoken_path(decision.question).capitalize())
