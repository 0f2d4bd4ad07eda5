"""All mutants of some regions: killed, refused, equivalent or surviving, in several processes."""

from __future__ import annotations

import hashlib
import multiprocessing
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from enum import StrEnum
from pathlib import Path

import attrs

from engine.mutation.equivalence import SECONDS, compared
from engine.mutation.mutants import Mutant, mutants_of
from engine.mutation.refusal import refusal
from engine.mutation.suggesting import Suggestion, suggestion
from engine.mutation.trials import Bench
from engine.regions import Regions
from policy.diagnostics import Text


class Fate(StrEnum):
    """What became of a mutant."""

    KILLED = "killed"
    REFUSED = "refused"
    EQUIVALENT = "equivalent"
    SURVIVED = "survived"


@attrs.frozen(eq=False)
class Result:
    """A mutant, what became of it, and for a survivor a case that would kill it or why none was found."""

    mutant: Mutant
    fate: Fate
    suggestion: Suggestion | None = None
    why: Text | None = None


@attrs.frozen(eq=False)
class Findings:
    """What is told of a mutant by the process that tried it."""

    fate: Fate
    suggestion: Suggestion | None = None
    why: Text | None = None


@attrs.frozen
class Selection:
    """Which mutants are tried: of some regions, of one rule, of one file, and how many of these."""

    regions: tuple[str, ...] = ()
    rule: str = ""
    file: str = ""
    sample: int | None = None
    seed: int = 0

    def of(self, regions: Regions) -> list[Mutant]:
        """The mutants selected, in the order of regions, files and lines."""
        names = self.regions or tuple(regions.names())
        found = [m for name in names for m in mutants_of(regions.policy(name), regions.program(name)) if self._takes(m)]
        if self.sample is None or self.sample >= len(found):
            return found
        chosen = sorted(sorted(range(len(found)), key=self._lot)[: self.sample])
        return [found[number] for number in chosen]

    def _lot(self, number: int) -> bytes:
        """What a mutant draws: the same for the same seed, on whatever machine."""
        return hashlib.sha256(f"{self.seed} {number}".encode()).digest()

    def _takes(self, mutant: Mutant) -> bool:
        if self.rule and self.rule not in mutant.subject:
            return False
        return not self.file or Path(mutant.span.source.name).name == Path(self.file).name


def run(bench: Bench, mutants: Sequence[Mutant], jobs: int = 1, seconds: int = SECONDS) -> Iterator[Result]:
    """What becomes of each mutant, in their order; the solver may try so many seconds for a rule."""
    for mutant, found in zip(mutants, _findings(_Work(bench, mutants, seconds), jobs), strict=True):
        yield Result(mutant, found.fate, found.suggestion, found.why)


@attrs.frozen(eq=False)
class _Work:
    bench: Bench
    mutants: Sequence[Mutant]
    seconds: int

    def findings(self, number: int) -> Findings:
        return try_one(self.bench, self.mutants[number], self.seconds)


_WORK: list[_Work] = []
"""What the processes work on: they are forked with it, for it is large and nothing of it is sent."""


def _findings(work: _Work, jobs: int) -> Iterable[Findings]:
    numbers = range(len(work.mutants))
    if jobs < 2 or len(numbers) < _FEW or "fork" not in multiprocessing.get_all_start_methods():
        yield from map(work.findings, numbers)
        return
    _WORK.append(work)
    try:
        with ProcessPoolExecutor(jobs, multiprocessing.get_context("fork")) as pool:
            yield from pool.map(_forked, numbers, chunksize=_FEW)
    finally:
        _WORK.remove(work)


_FEW = 16
"""So many mutants of one place are tried by one process, which remembers what killed the last ones."""


def _forked(number: int) -> Findings:
    return _WORK[-1].findings(number)


def try_one(bench: Bench, mutant: Mutant, seconds: int = SECONDS) -> Findings:
    """Cases first, then checking, then proof; what is left survives, with a case that would kill it."""
    if bench.killer(mutant) is not None:
        return Findings(Fate.KILLED)
    problem = refusal(mutant, bench.regions.policy(mutant.region))
    if problem is not None:
        return Findings(Fate.REFUSED, why=Text(problem.code, problem.code))
    found = suggestion(mutant, bench)
    if found is not None:
        return Findings(Fate.SURVIVED, found)
    answer = compared(mutant, bench, seconds)
    if answer.is_equivalent:
        return Findings(Fate.EQUIVALENT)
    return Findings(Fate.SURVIVED, answer.suggestion, answer.why)
