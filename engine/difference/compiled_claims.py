"""Claims decided under both versions by compiled code: what it finds alike needs no reasons, all else is left to the reference."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Final

import attrs

from engine import program as p
from engine.backends.python.compiled import Compiled
from engine.backends.python.outcome import Outcome
from engine.difference.outcomes import same_value
from engine.difference.versions import Asked, Both, Versions
from policy.diagnostics import PolicyError

FEW: Final = 256
"""So many claims of a question are sooner decided by the reference evaluator than the question is compiled twice."""


@attrs.frozen(eq=False)
class Outcomes:
    """What a claim comes to under both versions."""

    asked: Asked
    old: Outcome
    new: Outcome
    answers: Mapping[str, p.Answer]
    """The answers as the new version has them."""

    @property
    def are_alike(self) -> bool:
        """Whether both are decided by compiled code, and say the same."""
        if not (self.old.is_compiled and self.new.is_compiled):
            return False
        before, after = self.old.outputs, self.new.outputs
        return list(before) == list(after) and all(
            same_value(before[name], after[name], self.answers[name].is_ordered) for name in before
        )

    @property
    def both(self) -> Both:
        """Both decisions with their reasons, by the reference evaluator."""
        return Both(self.asked, self.old.decision, self.new.decision)


class CompiledClaims:
    """Every question that many claims ask, compiled under both versions."""

    def __init__(self, versions: Versions) -> None:
        self.versions = versions
        self._made: dict[tuple[object, ...], tuple[Compiled, Compiled] | None] = {}
        self._asked: Counter[tuple[object, ...]] = Counter()

    def outcomes(self, asked: Asked) -> Outcomes | None:
        """What both versions say; None where the claim cannot be asked of both, or not (yet) by compiled code."""
        key = (asked.region, asked.question, asked.treatment_region, tuple(asked.outputs or ()))
        self._asked[key] += 1
        if self._asked[key] <= FEW:
            return None
        if key not in self._made:
            self._made[key] = self._compiled(asked)
        if (made := self._made[key]) is None:
            return None
        facts = self.versions.facts_for(asked)
        try:
            old, new = (one(given, asked.as_of) for one, given in zip(made, facts, strict=True))
        except PolicyError:
            return None
        return Outcomes(asked, old, new, made[1].question.answers)

    def _compiled(self, asked: Asked) -> tuple[Compiled, Compiled] | None:
        try:
            old, new = (
                regions.compiled(asked.region, asked.question, asked.treatment_region, outputs=asked.outputs)
                for regions in (self.versions.old, self.versions.new)
            )
        except PolicyError:
            return None
        return (old, new) if old.refusal is None and new.refusal is None else None
