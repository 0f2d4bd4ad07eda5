"""The published values of a parameter, in every region."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import attrs

from engine import program as p
from engine.dependencies.items import Item
from policy.diagnostics import Text
from policy.parameters import DatedValue, Parameter
from policy.values import plain_typed

_INSTANT = timedelta(microseconds=1)


@attrs.frozen
class Figure:
    """One value for a time: `until` is its last day, empty where there is none."""

    region: str
    value: Text
    since: str
    until: str
    provision: str
    place: str


def figures_of(item: Item, program: p.Program) -> Iterator[Figure]:
    """The values that a region's law gives a parameter; those of superiors count in their own."""
    if item.kind == "parameter":
        for parameter in program.parameters.get(item.id, ())[:1]:
            if parameter.region == program.region.id:
                yield from (_figure(parameter, value, program) for value in parameter.values)


def _figure(parameter: Parameter, value: DatedValue, program: p.Program) -> Figure:
    start, end = value.period.start, value.period.end
    return Figure(
        region=parameter.region,
        value=_shown(parameter, value, program),
        since=start.date().isoformat() if start else "",
        until=(end - _INSTANT).date().isoformat() if end else "",
        provision=value.provision,
        place=value.span.reference,
    )


def _shown(parameter: Parameter, value: DatedValue, program: p.Program) -> Text:
    if parameter.keys:
        count = len(value.rows)
        return Text(f"{count} 行的表", f"a table of {count} rows")
    shown = plain_typed(value.value, parameter.type, program.policy.vocabulary)
    if isinstance(shown, list):
        return Text(f"{len(shown)} 项", f"{len(shown)} entries")
    return Text(str(shown), str(shown))
