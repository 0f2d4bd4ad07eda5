"""Expressions as their authors wrote them, with names in the reader's language or numbers put in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cached_property
from typing import Any

import attrs

from engine.decision import Decision, Formula, Reason
from engine.explanation.names import spoken_path
from engine.explanation.wording import Wording, words
from engine.unknown import Unknown
from policy.dsl import tree as t
from policy.dsl.formatter import FormatError, format_expression
from policy.model import Policy, Target
from policy.types import Type

LIMIT_SHOWN = 6
"""How many amounts of a list are written out."""


@attrs.frozen
class Spelt:
    """Spells names by what they mean: labels in Chinese, ids in English."""

    policy: Policy | None

    def name(self, node: t.Name, lang: str) -> str:
        target = self.policy.target_of(node) if self.policy else None
        if target is None:
            return node.text
        known = {"field": target.id, "enum": target.field}.get(target.kind, target.id)
        return (target.label or node.text) if lang == "zh" else known

    def citation(self, node: t.Citation, lang: str) -> str:
        return node.document.text


class FormulaWriter:
    """Writes formulas of one decision in the wording's language."""

    def __init__(self, decision: Decision, wording: Wording) -> None:
        self.policies = decision.policies
        self.wording = wording
        self.lang = wording.lang
        self._symbolic: dict[tuple[t.Node, str], str] = {}

    def policy(self, region: str) -> Policy | None:
        """The policy a formula was written in."""
        return self.policies.get(region) or next(iter(self.policies.values()), None)

    # ── symbolic ────────────────────────────────────────────────────────────────────────────────
    def symbolic(self, formula: Formula) -> str:
        """The expression with the names of what it reads."""
        key = (formula.expression, formula.region)
        if key not in self._symbolic:
            policy = self.policy(formula.region)

            def substitute(node: t.Node) -> str | None:
                return self._name_of(node, policy) if isinstance(node, t.Path) else self._unit(node)

            self._symbolic[key] = self.written(formula.expression, policy, substitute)
        return self._symbolic[key]

    def written(self, node: t.Node, policy: Policy | None, substitute: Any) -> str:
        try:
            written = format_expression(node, self.lang, Spelt(policy), substitute)  # type: ignore[arg-type]
        except FormatError:
            written = " ".join(node.span.text.split())
        signed = written.replace(" * ", " × ").replace(" / ", " ÷ ")
        return signed if self.lang == "zh" else words(signed)

    def _name_of(self, node: t.Path, policy: Policy | None) -> str | None:
        target = policy.target_of(node) if policy else None
        if target is None or policy is None:
            return node.text
        if self.lang == "zh":
            return self._label_of(node, target, policy)
        if target.kind in ("element", "enum"):
            return words(target.field or target.id)
        named = f"{target.id} {target.field}" if target.kind == "rule" and target.field else target.id
        return spoken_path(named)

    def _label_of(self, node: t.Path, target: Target, policy: Policy) -> str:
        if target.kind == "fact":
            return policy.vocabulary.label(target.id).replace(".", "的", 1)
        if target.kind == "element" and target.field:
            return node.parts[-1].text
        if target.kind == "rule" and target.field:
            return f"{target.label}的{node.parts[-1].text}"
        return target.label or node.text

    def _unit(self, node: t.Node) -> str | None:
        """A written length of time or number of points, as the language says it."""
        if isinstance(node, t.Quantity) and node.unit == "points" and isinstance(node.operand, t.Number):
            return self.wording.value(node.operand.value, Type("points"))
        return None

    # ── with numbers ────────────────────────────────────────────────────────────────────────────
    def numeric(self, formula: Formula, reason: Reason | None = None) -> str:
        """The expression with the values its names had."""
        policy = self.policy(formula.region)

        def substitute(node: t.Node) -> str | None:
            if isinstance(node, t.Each):
                return self._amounts(node, formula, reason, policy)
            if isinstance(node, t.Path):
                found = self.value_at(node, formula)
                return self._name_of(node, policy) if found is None else found
            return self._unit(node)

        return self.written(formula.expression, policy, substitute)

    def value_at(self, node: t.Node, formula: Formula) -> str | None:
        """The value a name had, in words; None where it had none."""
        if node not in formula.values:
            return None
        value, kind = formula.values[node]
        if isinstance(value, Unknown):
            return None
        text = self.wording.value(value, kind)
        is_negative = isinstance(value, Decimal | int) and value < 0
        return self.wording.say("bracketed", text=text) if is_negative else text

    def _amounts(self, each: t.Each, formula: Formula, reason: Reason | None, policy: Policy | None) -> str | None:
        """The values that a list yields, the first few written out."""
        values = self._yielded(each, formula, reason, policy)
        if values is None:
            return self.value_at(each.collection, formula)
        shown = " + ".join(values[:LIMIT_SHOWN])
        if len(values) <= LIMIT_SHOWN:
            return shown or self.wording.say("rows", count="0")
        return self.wording.say("and_more", shown=shown, count=str(len(values)))

    def _yielded(
        self, each: t.Each, formula: Formula, reason: Reason | None, policy: Policy | None
    ) -> list[str] | None:
        rows = formula.values.get(each.collection, (None, None))[0]
        target = policy.target_of(each.body) if policy and isinstance(each.body, t.Path) else None
        if each.where is not None or target is None or not isinstance(rows, tuple):
            return None
        kind = policy.type_of(each.body) if policy and each.body else Type("unknown")
        if target.kind == "element" and target.field:
            if all(isinstance(row, Mapping) and target.field in row for row in rows):
                return [self.wording.value(row[target.field], kind) for row in rows[: LIMIT_SHOWN + 1]] + [""] * (
                    len(rows) - LIMIT_SHOWN - 1
                )
            return None
        found = [item for item in reason.inputs if item.id == target.id and item.element] if reason else []
        return [self.wording.value(item.value, item.type) for item in found] if len(found) == len(rows) else None

    # ── conditions ──────────────────────────────────────────────────────────────────────────────
    def actual(self, formula: Formula) -> list[tuple[str, str]]:
        """The names in a condition with what they were, without those the condition spells out."""
        policy = self.policy(formula.region)
        told = self.symbolic(formula)
        found: dict[str, str] = {}
        for node in self._paths(formula.expression):
            value = self.value_at(node, formula) or self._not_given(node, formula)
            name = self._name_of(node, policy)
            if value is not None and name is not None and not _is_said(value, name, told):
                found[name] = value
        return list(found.items())

    def _not_given(self, node: t.Path, formula: Formula) -> str | None:
        """A name that a condition asks to be known, and that is not."""
        asked = (part.operand for part in t.walk(formula.expression) if isinstance(part, t.Known))
        return self.wording.say("not_given") if any(node is operand for operand in asked) else None

    def _paths(self, expression: t.Node) -> Iterator[t.Path]:
        return (node for node in t.walk(expression) if isinstance(node, t.Path))

    # ── declarations ────────────────────────────────────────────────────────────────────────────
    @cached_property
    def _declarations(self) -> list[t.Declaration]:
        packs = {pack for policy in self.policies.values() for pack in policy.packs}
        return [item for pack in packs for program in pack.programs for item in program.declarations]

    @cached_property
    def _declared(self) -> dict[str, t.Brackets | t.Deadline]:
        return {item.names.id: item for item in self._declarations if isinstance(item, t.Brackets | t.Deadline)}

    @cached_property
    def _clauses(self) -> dict[t.Node, str]:
        """The condition of each clause → where the clause stands."""
        return {
            clause.condition: clause.span.reference
            for item in self._declarations
            if isinstance(item, t.Rule | t.Collect | t.Deadline | t.Amend)
            for clause in item.clauses
            if clause.condition is not None
        }

    def place_of(self, condition: Formula) -> str:
        """Where the clause of a condition stands."""
        return self._clauses.get(condition.expression, "")

    def declaration(self, reason: Reason) -> t.Brackets | t.Deadline | None:
        """The scale or deadline a reason was decided by: its own words say more than a formula."""
        return self._declared.get(reason.id) if reason.kind == "rule" else None


_EMPTY = {"无": ("空",), "none": ("null",)}
"""How a condition spells that there is none."""


def _is_said(value: str, name: str, told: str) -> bool:
    """Whether the condition itself already says the value next to the name."""
    return any(f"{name} {verb} {said}" in told for verb in ("为", "is") for said in (value, *_EMPTY.get(value, ())))


def terms_of(formula: Formula, policy: Policy | None) -> list[tuple[int, Target, Decimal]] | None:
    """A sum of named amounts as its terms: sign, name, amount. None where it is anything else."""
    if policy is None:
        return None
    terms: list[tuple[int, Target, Decimal]] = []

    def collect(node: t.Node, sign: int) -> bool:
        if isinstance(node, t.Binary) and node.operator in ("+", "-"):
            right = sign if node.operator == "+" else -sign
            return collect(node.left, sign) and collect(node.right, right)
        target = policy.target_of(node)
        value = formula.values.get(node, (None, None))[0]
        if not isinstance(node, t.Path) or target is None or not isinstance(value, Decimal | int):
            return False
        terms.append((sign, target, Decimal(value)))
        return True

    return terms if collect(formula.expression, 1) else None
