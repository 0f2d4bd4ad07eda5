"""What the solver finds out about a rule: cases, and proofs that there are none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import attrs

from engine.proofs import Proven, Prover, Undecided, Witness
from engine.proofs.goals import Displaced, Edge, Fails, Goal, Wins
from engine.regions import Regions
from engine.suggestions.search import Search
from engine.suggestions.wanted import Wanted, unit_of
from policy.diagnostics import Text


@attrs.frozen
class Unreached:
    """Something that no case shows: proven, or left undecided for a reason."""

    wanted: Wanted
    is_proven: bool
    reason: Text = attrs.field(default=Text("", ""))


def prove(regions: Regions, search: Search, wanted: Iterable[Wanted]) -> Iterator[Unreached]:
    """Give the search the cases that the solver finds, and tell what it proves or leaves open."""
    prover = Prover(regions, search.laws.insured.region.id)
    for item in wanted:
        goal = goal_of(item)
        if goal is None or item in search.best:
            continue
        answer = prover.find(search.rule.id, goal)
        if isinstance(answer, Witness):
            case = answer.case
            _, stated = regions.stated(
                case["region"], case["question"], case["facts"], case["as_of"], case.get("treatment_region")
            )
            assert stated.as_of is not None
            search.add(stated.facts.values, stated.as_of)
        elif isinstance(answer, Proven):
            yield Unreached(item, is_proven=True)
        elif isinstance(answer, Undecided):
            yield Unreached(item, is_proven=False, reason=answer.reason)


def goal_of(item: Wanted) -> Goal | None:
    """The goal of the prover, if it knows such goals."""
    match item.kind:
        case "wins":
            return Wins(item.clause)
        case "fails":
            return Fails(item.clause)
        case "displaced":
            return Displaced(item.clause, item.by)
        case "edge":
            assert item.operation is not None
            if unit_of(item.operation) != item.operands[0].type.kind:
                return None
            return Edge(item.operation, item.side, item.end)
    return None
