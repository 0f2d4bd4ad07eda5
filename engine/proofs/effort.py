"""How hard the solver may try for one question: counted in its own steps, which a busy machine does not shorten."""

from __future__ import annotations

import time
from typing import Any, Final

import z3

from policy.diagnostics import Text

STEPS_A_SECOND: Final = 2**22
"""What a second stands for: on the shipped rules the solver takes three to twelve million steps in one."""

LIMIT_PATIENCE: Final = 20
"""How many times as long it may take by the clock: some of what the solver does counts as no step."""

LIMIT_MILLISECOND: Final = 1000
"""The milliseconds of a second."""

LIMIT_COUNT: Final = 2**32 - 1
"""The largest number that the solver takes as a limit."""

TOO_HARD: Final = Text(
    "求解器在限度内未能判定，可用 --seconds 放宽",
    "not decided within the solver's limit; `--seconds` gives more",
)


class Effort:
    """What is left of the steps that so many seconds stand for."""

    def __init__(self, seconds: float) -> None:
        self.steps = int(seconds * STEPS_A_SECOND)
        self._until = time.monotonic() + seconds * LIMIT_PATIENCE

    def ask(self, solver: z3.Solver, *assumed: Any, most: int | None = None) -> Any:
        """What the solver says within the steps left, or within fewer."""
        left = int((self._until - time.monotonic()) * LIMIT_MILLISECOND)
        allowed = self.steps if most is None else min(self.steps, most)
        if left <= 0 or allowed <= 0:
            return z3.unknown
        solver.set("timeout", min(left, LIMIT_COUNT))
        solver.set("rlimit", min(allowed, LIMIT_COUNT))
        before = _taken(solver)
        found = solver.check(*assumed)
        self.steps -= _taken(solver) - before
        return found


def _taken(solver: z3.Solver) -> int:
    """All steps that were ever taken in the solver's context."""
    return int(solver.statistics().get_key_value("rlimit count"))
