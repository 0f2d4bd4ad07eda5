"""A value that cannot be decided yet, and what it would take."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import attrs

from engine.decision import HumanNeed, Need


@attrs.frozen
class Unknown:
    """Not a value: the facts that are missing, and the decisions a person must make."""

    needs: Mapping[str, Need] = attrs.field(factory=dict)
    human: Mapping[str, HumanNeed] = attrs.field(factory=dict)


def together(unknowns: Iterable[Unknown]) -> Unknown:
    """Everything that several unknown values need."""
    needs: dict[str, Need] = {}
    human: dict[str, HumanNeed] = {}
    for unknown in unknowns:
        needs |= {path: need for path, need in unknown.needs.items() if path not in needs}
        human |= unknown.human
    return Unknown(needs, human)


def grounded(unknown: Unknown, citations: tuple[str, ...]) -> Unknown:
    """The same, with provisions for the facts that are needed under no clause of their own."""
    needs = {path: n if n.citations else attrs.evolve(n, citations=citations) for path, n in unknown.needs.items()}
    return Unknown(needs, unknown.human)
