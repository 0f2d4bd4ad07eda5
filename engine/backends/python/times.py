"""The time that compiled code is for: as long as nothing that it looked at begins or ends to be in force."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import attrs

from policy.parameters import DatedValue, Parameter
from policy.sources import Period

FIRST: Final = datetime.min
LAST: Final = datetime.max


@attrs.define(eq=False)
class Time:
    """An instant, and how far around it everything stays as it is."""

    moment: datetime
    since: datetime = FIRST
    until: datetime | None = None

    def in_force(self, period: Period) -> bool:
        """Whether something is in force at the instant; its ends are noted."""
        for edge in (period.start, period.end):
            if edge is not None and edge <= self.moment:
                self.since = max(self.since, edge)
            elif edge is not None:
                self.until = edge if self.until is None else min(self.until, edge)
        return period.contains(self.moment)

    def value_of(self, parameter: Parameter) -> DatedValue | None:
        """The value of a figure in force at the instant."""
        for dated in parameter.values:
            self.in_force(dated.period)
        return parameter.at(self.moment)
