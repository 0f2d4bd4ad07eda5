"""When something written is in force: as long as what it cites, narrowed by 自 and 至."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from policy.dsl import tree as t
from policy.sources import ALWAYS, Period, Provision


def in_force(terms: t.Terms, cited: Iterable[Provision], outer: Period = ALWAYS) -> Period:
    """As long as all that it cites, else as long as what it stands in (`outer`), narrowed by 自 and 至."""
    first, *others = [provision.period for provision in cited] or [outer]
    period = first
    for other in others:
        period = period.meet(other)
    return period.meet(stated(terms))


def stated(terms: t.Terms) -> Period:
    """The time that 自 and 至 state."""
    return Period(_start(terms.since), _end(terms.until))


def overlap(one: Period, other: Period) -> bool:
    """Whether two periods have an instant in common."""
    common = one.meet(other)
    return common.start is None or common.end is None or common.start < common.end


def _start(since: t.Moment | None) -> datetime | None:
    return datetime.fromisoformat(since.value) if since else None


def _end(until: t.Moment | None) -> datetime | None:
    """The end of a period is excluded; a last day is included to its end."""
    if until is None:
        return None
    moment = datetime.fromisoformat(until.value)
    return moment if until.has_time else moment + timedelta(days=1)
