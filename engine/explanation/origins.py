"""Where a local figure comes from, in words."""

from __future__ import annotations

from collections.abc import Iterator

from engine.decision import Reason
from engine.explanation.document import Cite, Line, Styled, Value, say
from policy.diagnostics import Text


def provenance(reason: Reason) -> Iterator[Line]:
    """Given with the case, in force since, from which provision, how well known."""
    origin = reason.parameter
    assert origin is not None
    if origin.given:
        yield Styled("given", say("given"))
        if origin.shipped_value is not None:
            yield say("overrides", value=Value(origin.shipped_value, reason.type, is_full=True))
    elif not origin.since:
        yield say("delegated_default")
    if origin.since and origin.until:
        yield say("in_force_until", since=_day(origin.since), until=_day(origin.until))
    elif origin.since:
        yield say("in_force", since=_day(origin.since))
    if origin.provision:
        yield say("under", cites=Cite((origin.provision,)))
    others = tuple(name for name in reason.citations if name != origin.provision)
    if others:
        yield say("bounded_by", cites=Cite(others))
    if origin.is_unverified:
        yield Styled("warning", say("unverified"))


def _day(iso: str) -> Text:
    year, month, day = iso.split("-")
    return Text(f"{year}年{int(month)}月{int(day)}日", iso)
