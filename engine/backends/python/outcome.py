"""What came out of a case that compiled code decided, or the reference evaluator in its place."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import attrs

from engine.backends.python import presenting
from engine.backends.python.compiling import Decided, Kernel
from engine.backends.python.shapes import Plain
from engine.decision import Decision, Status

if TYPE_CHECKING:
    from engine.backends.python.compiled import Compiled

Function = Callable[[tuple[Any, ...], datetime], tuple[Any, ...]]
"""Row and instant → what compiled code returns."""

CHECKLIST = Plain("checklist")


@attrs.frozen(eq=False)
class Timed:
    """A function, and the time that it is for."""

    function: Function
    kernel: Kernel

    def holds(self, moment: datetime) -> bool:
        return self.kernel.since <= moment and (self.kernel.until is None or moment < self.kernel.until)


@attrs.frozen
class Winner:
    """A rule that was decided: whose program, its id, the clauses that won, its value where that is told."""

    law: int
    rule: str
    clauses: tuple[str, ...]
    citations: tuple[str, ...]
    value: Any = None


class Outcome:
    """What came out of a case. What is not looked at is not made."""

    __slots__ = ("_as_of", "_compiled", "_decision", "_facts", "_found", "_timed")

    def __init__(
        self,
        compiled: Compiled,
        facts: Mapping[str, Any],
        as_of: Any,
        timed: Timed | None,
        found: tuple[Any, ...] | None,
    ) -> None:
        self._compiled = compiled
        self._facts = facts
        self._as_of = as_of
        self._timed = timed
        self._found = found
        self._decision: Decision | None = None if found is not None else compiled.decided_by_reference(facts, as_of)

    @property
    def is_compiled(self) -> bool:
        """Whether compiled code decided it."""
        return self._found is not None

    @property
    def status(self) -> Status:
        return Status.DETERMINED if self._decision is None else self._decision.status

    @property
    def outputs(self) -> dict[str, Any]:
        """Output id → typed value, for the outputs that could be decided."""
        if self._timed is None or self._found is None:
            return self.decision.outputs
        values = self._found if self._compiled.level == "values" else self._found[0]
        shapes = self._timed.kernel.outputs
        return {name: presenting.typed(value, shape) for (name, shape), value in zip(shapes, values, strict=True)}

    @property
    def winners(self) -> list[Winner]:
        """Every rule that was decided with the clauses that won; nothing at the level `values`."""
        if self._timed is None or self._found is None:
            return winners_of(self.decision, self._compiled)
        if self._compiled.level == "values":
            return []
        _, masks, told, *rest = self._found
        values: Sequence[Any] = rest[0] if rest else ()
        kernel = self._timed.kernel
        found: list[Winner] = []
        for number, (decided, mask) in enumerate(zip(kernel.decided, masks, strict=True)):
            if decided.is_each:
                found += [self._winner(decided, one, value) for _, one, value in mask]
            elif mask:
                found.append(self._winner(decided, mask, values[number] if values else None))
        for number, (_, mask, *value) in {item[0]: item for item in told}.items():
            found.append(self._winner(kernel.sparse[number], mask, value[0] if value else None))
        return found

    def _winner(self, decided: Decided, mask: int, value: Any) -> Winner:
        shown = presenting.typed(value, decided.shape)
        if decided.shape == CHECKLIST and shown is not None:
            shown = shown[0]  # a checklist is told by its requirements
        return self._compiled.winner(decided, mask, shown)

    @property
    def decision(self) -> Decision:
        """The whole decision with its reasons, made by the reference evaluator when it is first asked for."""
        if self._decision is None:
            self._decision = self._compiled.decided_by_reference(self._facts, self._as_of)
        return self._decision


def winners_of(decision: Decision, compiled: Compiled) -> list[Winner]:
    """The same record of a decision that the reference evaluator made."""
    insured = compiled.laws.insured.region.label
    found = {id(reason): reason for root in decision.reasons for reason in root.walk() if reason.kind == "rule"}
    return [
        Winner(
            0 if reason.region_label == insured else 1,
            reason.id,
            tuple(clause.id for clause in reason.winners),
            reason.citations,
            reason.value,
        )
        for reason in found.values()
    ]
