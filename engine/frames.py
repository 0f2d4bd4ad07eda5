"""Where an evaluation stands: whose law, which element, what has been looked at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from engine import program as p
from engine.decision import Formula, Reason
from policy.diagnostics import Diagnostic, Note, Text
from policy.dsl import tree as t
from policy.types import Type


def current_of(entity: str) -> str:
    """Under which name the innermost element of an entity is at hand, however its author calls it."""
    return f"current {entity}"


def at_hand(entity: str, element: Any) -> dict[str, Any]:
    """The bindings of a rule that is about an element of an entity; none where there is no element."""
    return {} if element is None else {entity: element, "it": element, current_of(entity): element}


class EvaluationError(Exception):
    """The case cannot be decided: `diagnostic` names clause, fact and place."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.message.en)
        self.diagnostic = diagnostic


@attrs.define(eq=False)
class Frame:
    """The surroundings of one rule while it is being decided."""

    program: p.Program
    rule: p.Rule | None = None
    citations: tuple[str, ...] = ()
    bindings: Mapping[str, Any] = attrs.field(factory=dict)
    locals: Mapping[str, Any] = attrs.field(factory=dict)
    trace: dict[t.Node, tuple[Any, Type]] = attrs.field(factory=dict)
    inputs: dict[int, Reason] = attrs.field(factory=dict)
    notices: dict[str, None] = attrs.field(factory=dict)
    """The calendar notices that days were counted by."""

    def with_binding(self, binder: str, element: Any, entity: str = "") -> Frame:
        """The same place with an element at hand; what is looked at counts here too."""
        current = {current_of(entity): element} if entity else {}
        return attrs.evolve(self, bindings={**self.bindings, binder: element, "it": element, **current})

    def with_locals(self, values: Mapping[str, Any]) -> Frame:
        """The same place with values of the language's own."""
        return attrs.evolve(self, locals={**self.locals, **values})

    def under(self, citations: tuple[str, ...]) -> Frame:
        """The same place under a clause's provisions; a clause that names none stands under those around it."""
        return self._with(citations or self.citations, self.bindings)

    def tracing(self) -> Frame:
        """The same place with an empty record of names and their values."""
        return self._with(self.citations, self.bindings)

    def _with(self, citations: tuple[str, ...], bindings: Mapping[str, Any]) -> Frame:
        """The same place in another respect, with an empty record."""
        # Many frames are made in a decision: what attrs.evolve does to copy them would be a tenth of its time.
        return Frame(self.program, self.rule, citations, bindings, self.locals, {}, self.inputs, self.notices)

    def saw(self, reason: Reason) -> None:
        """Remember that a reason was looked at."""
        self.inputs[id(reason)] = reason

    def formula(self, expression: p.Expression) -> Formula:
        """The expression with the values its names had."""
        return Formula(expression.origin, dict(self.trace), self.program.region.id)

    def error(
        self, code: str, zh: str, en: str, origin: t.Node, hint: Text | None = None, notes: tuple[Note, ...] = ()
    ) -> EvaluationError:
        """An error at a place of the rules, naming the provisions it stands under."""
        label = self.rule.label if self.rule else ""
        name = self.rule.id if self.rule else ""
        cited = self._cited()
        return EvaluationError(
            Diagnostic(
                code=code,
                message=Text(f"{label}：{zh}" if label else zh, f"{name}: {en}" if name else en),
                span=origin.span,
                hint=hint,
                notes=(*notes, *cited),
                provisions=self.citations,
            )
        )

    def _cited(self) -> tuple[Note, ...]:
        library = self.program.policy.library
        found = (library.provision(name) for name in self.citations)
        return tuple(
            Note(Text(f"{library.cited_as(item, 'zh')}：{item.gist.zh}", f"{item.id}: {item.gist.en}"))
            for item in found
            if item
        )
