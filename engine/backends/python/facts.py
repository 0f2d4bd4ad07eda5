"""Facts in generated code: given, or derived by the question that answers them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from engine import program as p
from engine.backends.python.code import NOTHING, Block, Code, branch
from engine.backends.python.literals import joined
from engine.backends.python.numbers import bound
from engine.backends.python.places import INSURED, Place
from engine.backends.python.shapes import NULL, Number, Shape

if TYPE_CHECKING:
    from engine.backends.python.compiling import Compiling

ABSENT = Code("MISSING", NULL, may_miss=True)
"""A fact that no case can give."""


class CompiledFacts:
    """Finds facts when compiling."""

    def __init__(self, compiling: Compiling) -> None:
        self.compiling = compiling
        self.writer = compiling.writer
        self.only_given = False
        """Whether nothing is derived: for what is asked of the facts as they were stated."""

    def given(self, path: str) -> Code:
        """The fact as the case gives it, or missing."""
        if path not in self.writer.slots:
            return ABSENT
        shape = self.writer.slots[path]
        return Code(
            self.writer.slot(path),
            shape,
            may_miss=True,
            may_be_null=True,
            is_natural=self._is_natural(path),
            digits=_digits(shape),
        )

    def _is_natural(self, path: str) -> bool:
        field = self.writer.laws.insured.policy.vocabulary.field(path)
        return field is not None and field.type.kind == "money"

    def fact(self, path: str, place: Place) -> Code:
        """The fact, derived where it is not given and a question answers it."""
        field = self.writer.program(place).policy.vocabulary.field(path)
        answer = self._answer(*field.derived_by) if field is not None and field.derived_by else None
        if answer is None or self.only_given:
            return self.given(path)
        return self.writer.once(("fact", path), place, None, lambda home: self._derived(path, answer, home))

    def _answer(self, question: str, output: str) -> p.Answer | None:
        """What answers the fact; the question must be open at the time."""
        asked = self.writer.laws.insured.questions.get(question)
        if asked is None or not self.writer.time.in_force(asked.period):
            return None
        return asked.answers.get(output)

    def _derived(self, path: str, answer: p.Answer, home: Block) -> Code:
        given = self.given(path)
        inner = branch(home)
        found = self.compiling.expressions.value(answer.value, Place(INSURED, inner, answer.id))
        if found is NOTHING:
            return given
        found = bound(found, inner, self.writer.names)
        both = joined([attrs.evolve(given, may_miss=found.may_miss), found])
        name = self.writer.names.new("x")
        inner.say(f"{name} = {self.writer.literals.converted(found, both.shape)}")
        given_text = self.writer.literals.converted(given, both.shape)
        home.say(f"{name} = {given_text}", f"if {name} is MISSING:", inner)
        return attrs.evolve(both, text=name)


def _digits(shape: Shape) -> int:
    return 18 + shape.scale if isinstance(shape, Number) else 0
