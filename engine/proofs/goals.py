"""What a case is looked for: a clause that wins, a gap, a clash, a comparison at its edge, a difference."""

from __future__ import annotations

from fractions import Fraction

import attrs

from engine import program as p


@attrs.frozen
class Wins:
    """The clause wins."""

    clause: str


@attrs.frozen
class Displaced:
    """The clause's condition holds, and `by`, a proviso or a case that comes before it, displaces it."""

    clause: str
    by: str


@attrs.frozen
class Fails:
    """The rule is decided, and this clause's condition is false."""

    clause: str


@attrs.frozen
class Gap:
    """No clause applies on a day of the rule's life."""


@attrs.frozen
class Clash:
    """Two clauses win with different values."""


@attrs.frozen(eq=False)
class Edge:
    """A comparison of the rule with its operands equal (`at`), or one smallest step `below` or `above`.

    `end` is the operand that is come up to: 1, or 2 for the far end of an interval.
    """

    operation: p.Operation
    side: str
    end: int = 1

    @property
    def step(self) -> Fraction:
        """What the far operand is missed by: a smallest step down or up, or nothing."""
        kinds = {item.type.kind for item in self.operation.operands}
        unit = Fraction(1, 100) if kinds & {"money", "ratio"} else Fraction(60 if "instant" in kinds else 1)
        return unit * {"at": 0, "below": -1, "above": 1}[self.side]


@attrs.frozen(eq=False)
class Differs:
    """The rule's value or status differs under another program."""

    other: p.Program


@attrs.frozen(eq=False)
class Beyond:
    """The rule's value is outside what a superior allows."""

    bound: p.Bound


@attrs.frozen
class EndsBeforeStart:
    """A deadline's last day lies before the day it runs from."""


@attrs.frozen
class Holds:
    """The clause is looked at and its condition holds, whether or not something displaces it."""

    clause: str


@attrs.frozen
class Applies:
    """The clause's condition holds and it is in force, while `other`, if it is named, wins."""

    clause: str
    other: str = ""


@attrs.frozen
class Reversed:
    """A row that the clause contributes ends before it begins; `start` and `end` are its fields."""

    clause: str
    start: str
    end: str


Goal = Holds | Applies | Reversed | Wins | Displaced | Fails | Gap | Clash | Edge | Differs | Beyond | EndsBeforeStart
