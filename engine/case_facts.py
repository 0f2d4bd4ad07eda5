"""The facts of one case: given, or derived by the question that decides them, or still needed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.decision import Need, Reason
from engine.frames import EvaluationError, Frame
from engine.unknown import Unknown
from policy.diagnostics import Text
from policy.types import Type

if TYPE_CHECKING:
    from engine.evaluator import Evaluator


class CaseFacts:
    """Finds the facts of one case, each once."""

    def __init__(self, evaluator: Evaluator) -> None:
        self.evaluator = evaluator
        self._found: dict[str, tuple[Any, Reason | None]] = {}

    def value(self, path: str, frame: Frame) -> tuple[Any, Reason | None]:
        """The fact and where it comes from, or Unknown naming who asks. Raises EvaluationError."""
        if path not in self._found:
            self._found[path] = self._find(path, frame)
        value, reason = self._found[path]
        if isinstance(value, Unknown) and path in value.needs:
            return Unknown({path: self._need(path, frame)}), reason
        return value, reason

    def _find(self, path: str, frame: Frame) -> tuple[Any, Reason | None]:
        field = frame.program.policy.vocabulary.field(path)
        kind = field.type if field else Type("unknown")
        label = frame.program.policy.vocabulary.label(path)
        if path in self.evaluator.facts:
            value = self.evaluator.facts.values[path]
            return value, Reason("fact", path, label, value, kind)
        self._found[path] = (Unknown({path: self._need(path, frame)}), None)
        if field is not None and field.derived_by is not None:
            return self._derive(path, *field.derived_by)
        return self._found[path]

    def _derive(self, path: str, question: str, output: str) -> tuple[Any, Reason | None]:
        """Answer a fact that was not given by the question that decides it."""
        program = self.evaluator.laws.insured
        asked = program.questions.get(question)
        if asked is None or output not in asked.answers or not asked.period.contains(self.evaluator.moment):
            return self._found[path]
        answer = asked.answers[output]
        inner = self.evaluator.frame(program)
        try:
            value = self.evaluator.value(answer.value, inner)
        except EvaluationError as error:
            if error.diagnostic.code != "E0503":
                raise
            return self._found[path]
        if isinstance(value, Unknown):
            return value, None
        label = program.policy.vocabulary.label(path)
        reason = Reason(
            "derived_fact", path, label, value, answer.value.type, inputs=tuple(inner.inputs.values()),
            note=Text(f"由“{asked.label}”推定", f"derived by {question}"),
        )  # fmt: skip
        return value, reason

    def _need(self, path: str, frame: Frame) -> Need:
        rule = frame.rule
        label = frame.program.policy.vocabulary.label(path)
        return Need(path, label, rule.id if rule else "", rule.label if rule else "", frame.citations)
