"""What the prover answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from engine.decision import Decision
from policy.diagnostics import Text


@attrs.frozen
class Proven:
    """No case meets the goal."""


@attrs.frozen(eq=False)
class Witness:
    """A case that meets the goal, as plain data, and what the reference evaluator decides on it.

    `facts` are the same facts typed, by their paths, and `moment` the instant they are decided for.
    """

    case: Mapping[str, Any]
    decision: Decision
    facts: Mapping[str, Any] = attrs.field(factory=dict, repr=False)
    moment: Any = attrs.field(default=None, repr=False)


@attrs.frozen
class Undecided:
    """Neither proven nor shown by a case that the reference evaluator confirms."""

    reason: Text


Answer = Proven | Witness | Undecided
