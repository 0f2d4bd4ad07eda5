"""Claims decided under both versions, by several processes: `decide_many` is all that a faster way has to replace."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from decimal import Decimal
from itertools import chain, islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import attrs

from engine.difference.claim_files import Claim
from engine.difference.compiled_claims import CompiledClaims, Outcomes
from engine.difference.outcomes import Cause, outcome_of
from engine.difference.versions import Asked, Both, Versions
from policy.diagnostics import Text

TOGETHER = 64
"""How many claims a process is given at a time."""

AHEAD = 3
"""How many such portions each process may have waiting: what bounds the memory."""


@attrs.frozen(kw_only=True)
class Defaults:
    """What holds for rows that do not say it themselves."""

    region: str | None = None
    question: str | None = None
    outputs: Sequence[str] | None = None


@attrs.frozen
class Amount:
    """A money output under both versions; None where it was not decided."""

    output: str
    label: str
    old: Decimal | None
    new: Decimal | None

    @property
    def difference(self) -> Decimal | None:
        return None if self.old is None or self.new is None else self.new - self.old


@attrs.frozen
class Verdict:
    """What became of one claim. `others` are outputs that differ and are not money; `problem` tells of a bad row."""

    id: str
    number: int
    question: str
    old_status: str = ""
    new_status: str = ""
    amounts: tuple[Amount, ...] = ()
    others: tuple[str, ...] = ()
    causes: tuple[Cause, ...] = ()
    is_changed: bool = False
    problem: Text | None = None


def decide_many(
    claims: Iterable[Claim], folders: tuple[Path, Path], defaults: Defaults, jobs: int = 1
) -> Iterator[Verdict]:
    """Each claim decided under the rules of both folders, in the order of the rows, a bounded number at a time."""
    portions = _portions(iter(claims))
    first = next(portions, None)
    if first is None:
        return
    second = next(portions, None)
    if jobs == 1 or second is None:
        clerk = _Clerk(Versions(*folders), defaults)
        for portion in chain((first, second or []), portions):
            yield from clerk.decide(portion)
        return
    # A fresh process has no thread or lock of this one's libraries.
    with ProcessPoolExecutor(jobs, get_context("spawn"), _hire, (folders, defaults)) as pool:
        waiting: deque[Future[list[Verdict]]] = deque()
        for portion in chain((first, second), portions):
            if len(waiting) >= jobs * AHEAD:
                yield from waiting.popleft().result()
            waiting.append(pool.submit(_decide, portion))
        while waiting:
            yield from waiting.popleft().result()


def _portions(claims: Iterator[Claim]) -> Iterator[list[Claim]]:
    while portion := list(islice(claims, TOGETHER)):
        yield portion


_hired: list[_Clerk] = []


def _hire(folders: tuple[Path, Path], defaults: Defaults) -> None:
    """Load the rules once for a process."""
    _hired[:] = [_Clerk(Versions(*folders), defaults)]


def _decide(portion: list[Claim]) -> list[Verdict]:
    return list(_hired[0].decide(portion))


class _Clerk:
    """Decides claims: by compiled code, and where the versions differ or it has no answer by the reference evaluator."""

    def __init__(self, versions: Versions, defaults: Defaults) -> None:
        self.versions = versions
        self.defaults = defaults
        self._compiled = CompiledClaims(versions)
        self._regions: dict[str, str] = {}

    def decide(self, claims: Iterable[Claim]) -> Iterator[Verdict]:
        for claim in claims:
            asked = self._asked(claim)
            yield asked if isinstance(asked, Verdict) else self._verdict(claim, asked)

    def _asked(self, claim: Claim) -> Asked | Verdict:
        if claim.problem is not None:
            return Verdict(claim.id, claim.number, "", problem=claim.problem)
        about = claim.about
        region, question = about.get("region") or self.defaults.region, about.get("question") or self.defaults.question
        if not region or not question:
            name = Text("没有写明地区", "names no region") if not region else Text("没有写明问题", "names no question")
            return Verdict(claim.id, claim.number, question or "", problem=name)
        treatment = about.get("treatment_region")
        places = self._found(region), self._found(treatment) if treatment else None
        return Asked(places[0], question, claim.facts, about.get("as_of"), places[1], self.defaults.outputs)

    def _found(self, written: str) -> str:
        if written not in self._regions:
            self._regions[written] = self.versions.new.rulebook.find(written)
        return self._regions[written]

    def _verdict(self, claim: Claim, asked: Asked) -> Verdict:
        found = self._compiled.outcomes(asked)
        if found is not None and found.are_alike:
            return _alike(claim, found)
        both = found.both if found is not None else self.versions.decide(asked)
        outcome = outcome_of(both)
        if both.old is None and both.new is None:
            return Verdict(claim.id, claim.number, asked.question, problem=both.refused[0].message)
        return Verdict(
            id=claim.id,
            number=claim.number,
            question=asked.question,
            old_status=outcome.old_status,
            new_status=outcome.new_status,
            amounts=tuple(_amounts(both)),
            others=tuple(item.label for item in outcome.outputs if item.type.kind != "money"),
            causes=outcome.causes,
            is_changed=outcome.is_changed,
        )


def _alike(claim: Claim, found: Outcomes) -> Verdict:
    """Nothing but the amounts is told of a claim that comes to the same."""
    before, after = found.old.outputs, found.new.outputs
    amounts = (
        Amount(name, found.answers[name].label, before[name], after[name])
        for name in before
        if found.answers[name].value.type.kind == "money"
    )
    status = str(found.old.status)
    return Verdict(claim.id, claim.number, found.asked.question, status, status, tuple(amounts))


def _amounts(both: Both) -> Iterator[Amount]:
    """Every money output, changed or not: totals are of all claims."""
    sides = [decision.results if decision else {} for decision in (both.old, both.new)]
    for name in dict.fromkeys((*sides[0], *sides[1])):
        found = [side.get(name) for side in sides]
        shown = next(item for item in reversed(found) if item)
        if shown.type.kind == "money":
            values: list[Any] = [item.value if item and item.is_known else None for item in found]
            yield Amount(name, shown.label, *values)
