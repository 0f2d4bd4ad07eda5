"""A decision as complete, stable JSON: the same keys for every reader and language.

Reasons form a graph: each is written once, in the order in which it is first met, and its inputs
are named by their numbers.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from engine.decision import ClauseOutcome, Decision, Effect, HumanNeed, Need, Output, Reason, WhatIf
from engine.explanation.bands import workings
from engine.explanation.clauses import ClauseTeller
from engine.explanation.formulas import FormulaWriter
from engine.explanation.names import (
    clause_name,
    fact_name,
    insured_place,
    output_name,
    question_name,
    rule_name,
    treatment_place,
)
from engine.explanation.sections import all_reasons
from engine.explanation.wording import Wording
from policy.diagnostics import Text
from policy.sources import Provision
from policy.types import Type
from policy.values import plain_typed
from policy.vocabulary import Vocabulary

VERSION = 1
"""Raised when a key changes its meaning or goes away; new keys may come at any time."""


def write_json(decision: Decision, wording: Wording) -> str:
    """The decision as JSON text, a line for each key and each reason."""
    data = JsonWriter(decision, wording).decision()
    lines = [f"{_text(key)}: {_lines(value) if key == 'reasons' else _text(value)}" for key, value in data.items()]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _lines(items: list[Any]) -> str:
    return "[\n" + ",\n".join(map(_text, items)) + "\n]" if items else "[]"


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


class JsonWriter:
    """Turns a decision into plain data."""

    def __init__(self, decision: Decision, wording: Wording) -> None:
        self.of = decision
        self.wording = wording
        self.formulas = FormulaWriter(decision, wording)
        self.clauses = ClauseTeller(decision, self.formulas)
        self.reasons = all_reasons(decision)
        self._numbers = {id(reason): number for number, reason in enumerate(self.reasons, 1)}
        self._vocabulary = wording.policies[0].vocabulary if wording.policies else Vocabulary()

    def decision(self) -> dict[str, Any]:
        """Everything."""
        of = self.of
        return {
            "version": VERSION,
            "lang": self.wording.lang,
            "question": {"id": of.question, "label": self._said(question_name(of))},
            "status": of.status.value,
            "receipt": self._receipt(),
            "outputs": {name: self._output(item) for name, item in of.results.items()},
            "needs": [self._need(item) for item in of.needs],
            "human": [self._human(item) for item in of.human],
            "what_if": [self._what_if(item) for item in of.what_if],
            "notices": [
                {"kind": item.kind, "text": self._said(item.text), "provisions": list(item.citations)}
                for item in of.notices
            ],
            "diagnostics": [item.to_json() for item in of.diagnostics],
            "facts": {path: self._value(value, self._fact_type(path)) for path, value in of.facts.items()},
            "reasons": [self._reason(item) for item in self.reasons],
            "provisions": {name: self._provision(item) for name, item in of.provisions.items()},
        }

    def _said(self, text: Text) -> str:
        return text.in_language(self.wording.lang)

    def _value(self, value: Any, kind: Type) -> Any:
        return plain_typed(value, kind, self._vocabulary)

    def _fact_type(self, path: str) -> Type:
        entity, _, field = path.partition(".")
        return self.wording.field_of(entity, field) or Type("unknown")

    def _receipt(self) -> dict[str, Any]:
        of, treatment = self.of, treatment_place(self.of)
        return {
            "region": {"id": of.region, "label": self._said(insured_place(of))},
            "treatment_region": {"id": of.treatment_region, "label": self._said(treatment)} if treatment else None,
            "as_of": of.as_of or None,
            "revision": of.revision,
            "facts_hash": of.facts_hash,
        }

    def _output(self, output: Output) -> dict[str, Any]:
        return {
            "label": self._said(output_name(output)),
            "type": str(output.type),
            "field": output.field or None,
            "is_known": output.is_known,
            "value": self._value(output.value, output.type) if output.is_known else None,
            "text": self.wording.value(output.value, output.type) if output.is_known else None,
            "reason": self._numbers[id(output.reason)] if output.reason else None,
        }

    # ── reasons ─────────────────────────────────────────────────────────────────────────────────
    def _reason(self, reason: Reason) -> dict[str, Any]:
        return {
            "number": self._numbers[id(reason)],
            "kind": reason.kind,
            "id": reason.id,
            "label": self._said(rule_name(reason)),
            "element": reason.element or None,
            "type": str(reason.type),
            "value": self._value(reason.value, reason.type),
            "text": self.wording.value(reason.value, reason.type),
            "region": reason.region or None,
            "provisions": list(reason.citations),
            "law": self._law(reason),
            "clauses": [self._clause(item, reason) for item in reason.clauses],
            "conditions": [self.wording.text(self.clauses.condition(item)) for item in reason.conditions],
            "formula": self._formula(reason),
            "parameter": self._parameter(reason),
            "remark": reason.remark or None,
            "note": self._said(reason.note) if reason.note else None,
            "inputs": [self._numbers[id(item)] for item in reason.inputs],
        }

    def _law(self, reason: Reason) -> dict[str, Any] | None:
        law = reason.law
        if law is None:
            return None
        return {"id": law.id, "law": law.law, "region": law.region, "provisions": list(law.citations)}

    def _clause(self, clause: ClauseOutcome, reason: Reason) -> dict[str, Any]:
        start, end = clause.period
        return {
            "id": clause.id,
            "label": self._said(clause_name(clause)),
            "kind": clause.kind,
            "outcome": clause.outcome,
            "why": None if clause.outcome == "won" else self.wording.text(self.clauses.why(clause, reason)),
            "displaced_by": next(
                (other.id for other in reason.clauses if clause.by and other.label == clause.by), None
            ),
            "provisions": list(clause.citations),
            "from": start or None,
            "until": end or None,
            "place": clause.place,
        }

    def _formula(self, reason: Reason) -> dict[str, Any] | None:
        if rows := workings(reason, self.formulas):
            return {"symbolic": None, "numbers": rows}
        if reason.formula is None:
            return None
        return {
            "symbolic": self.formulas.symbolic(reason.formula),
            "numbers": [self.formulas.numeric(reason.formula, reason)],
        }

    def _parameter(self, reason: Reason) -> dict[str, Any] | None:
        origin = reason.parameter
        if origin is None:
            return None
        return {
            "given": origin.given,
            "shipped_value": self._value(origin.shipped_value, reason.type),
            "from": origin.since or None,
            "until": origin.until or None,
            "provision": origin.provision or None,
            "is_unverified": origin.is_unverified,
            "place": origin.place or None,
        }

    # ── what is open ────────────────────────────────────────────────────────────────────────────
    def _need(self, need: Need) -> dict[str, Any]:
        return {
            "path": need.path,
            "label": self._said(fact_name(need.path, need.label)),
            "rule": need.rule or None,
            "provisions": list(need.citations),
        }

    def _human(self, need: HumanNeed) -> dict[str, Any]:
        return {
            "id": need.id,
            "label": need.label,
            "actor": need.actor if isinstance(need.actor, str) else None,
            "remark": need.remark or None,
            "provisions": list(need.citations),
        }

    def _what_if(self, item: WhatIf) -> dict[str, Any]:
        return {
            "path": item.path,
            "label": self._said(fact_name(item.path, item.label)),
            "before": self._value(item.before, item.type),
            "after": self._value(item.after, item.type),
            "effects": {effect.id: self._effect(effect) for effect in item.effects},
            "provisions": list(item.citations),
        }

    def _effect(self, effect: Effect) -> Mapping[str, Any]:
        return {"before": self._value(effect.before, effect.type), "after": self._value(effect.after, effect.type)}

    def _provision(self, provision: Provision) -> dict[str, Any]:
        return {
            "document": provision.document,
            "document_label": self.of.documents.get(provision.document, provision.document),
            "clause": provision.clause,
            "cited_as": self.wording.cited(provision.id),
            "gist": self._said(provision.gist),
            "standing": provision.standing,
            "place": provision.span.reference,
        }
