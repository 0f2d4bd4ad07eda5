"""Mutants against cases: a mutant is killed by the first case that no longer comes out as it should."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from pathlib import Path

import attrs

from engine import program as p
from engine.cases import Case, case_files, differences_of, read_cases
from engine.deciding import Case as Asked
from engine.deciding import decide
from engine.decision import Decision
from engine.evaluator import Laws
from engine.mutation.mutants import Mutant
from engine.mutation.relowering import Relowering
from engine.mutation.watching import decide_watching
from engine.regions import Regions
from policy.diagnostics import PolicyError


@attrs.frozen(eq=False)
class Trial:
    """A case that passes, ready to be decided again and again; `effort` is how much it looks at."""

    case: Case
    asked: Asked
    laws: Laws
    decision: Decision
    effort: int

    def is_failed_by(self, laws: Laws) -> bool:
        """Whether the case no longer comes out as it should under other laws."""
        return not self.is_answered_by(laws) or bool(
            differences_of(self.case, self.decided(laws), laws.insured.policy.vocabulary)
        )

    def is_answered_by(self, laws: Laws) -> bool:
        """Whether what is asked for is still there: a duty asked for by itself goes with its register's entry."""
        values = (self._question(laws).answers[name].value for name in self.asked.outputs)
        return all(value.id in laws.insured.rules for value in values if isinstance(value, p.RuleValue))

    def _question(self, laws: Laws) -> p.Question:
        return laws.insured.questions.get(self.asked.question.id, self.asked.question)

    def decided(self, laws: Laws) -> Decision:
        """The decision under other laws; facts that the question took before are still taken."""
        return decide(laws, attrs.evolve(self.asked, question=self._question(laws)))


class Bench:
    """All cases of a folder, decided once, and which of them look at what; nothing is read after that."""

    def __init__(self, regions: Regions, files: Iterable[Path]) -> None:
        regions.read_all()
        self.regions = regions
        self.trials: list[Trial] = []
        self.failing: list[str] = []
        """The cases that fail as it is: they tell nothing."""
        self._by_key: dict[Hashable, list[int]] = {}
        self._relowerings: dict[str, Relowering] = {}
        self._last_killers: dict[int, list[int]] = {}
        for path in case_files(files):
            for case in read_cases(path, []):
                self._add(case)
        for found in self._by_key.values():
            found.sort(key=lambda number: self.trials[number].effort)

    def _add(self, case: Case) -> None:
        asked = case.asked
        assert asked.region is not None and asked.question is not None
        try:
            laws, stated = self.regions.stated(
                asked.region, asked.question, asked.facts, asked.as_of, asked.treatment_region, asked.outputs
            )
            decision, seen = decide_watching(laws, stated)
        except (PolicyError, RecursionError):
            return  # a case may expect that its question does not exist
        if differences_of(case, decision, laws.insured.policy.vocabulary):
            self.failing.append(case.id)
            return
        for key in seen:
            self._by_key.setdefault(key, []).append(len(self.trials))
        self.trials.append(Trial(case, stated, laws, decision, len(seen)))

    def looking_at(self, mutant: Mutant) -> list[int]:
        """The cases that could notice a mutant, those that look at least first."""
        return self._at(mutant.keys, mutant)

    def about(self, mutant: Mutant) -> list[Trial]:
        """The cases that could notice a mutant, the same rule's first, then all of its region."""
        looking = self.looking_at(mutant)
        near = self._at(mutant.nearby, mutant)
        numbers = (*(number for number in looking if number in set(near)), *looking, *near)
        own = [trial for trial in self.trials if trial.laws.insured.region.id == mutant.region]
        return list(dict.fromkeys((*(self.trials[number] for number in numbers), *own)))

    def _at(self, keys: Iterable[Hashable], mutant: Mutant) -> list[int]:
        found = dict.fromkeys(number for key in keys for number in self._by_key.get(key, ()))
        return [number for number in found if self._concerns(self.trials[number], mutant)]

    def _concerns(self, trial: Trial, mutant: Mutant) -> bool:
        return any(_is_built_on(program, mutant.region) for program in (trial.laws.insured, trial.laws.treatment))

    def killer(self, mutant: Mutant) -> str | None:
        """A case that notices the mutant, if there is one."""
        programs = Programs(self, mutant)
        recent = self._last_killers.setdefault(id(mutant.span.source), [])
        concerned = self.looking_at(mutant)
        likely = [number for number in recent if number in set(concerned)]
        for number in dict.fromkeys((*likely, *concerned)):
            trial = self.trials[number]
            if trial.is_failed_by(programs.laws(trial.laws)):
                if number in recent:
                    recent.remove(number)
                recent.insert(0, number)
                del recent[_REMEMBERED:]
                return trial.case.id
        return None

    def relowering(self, program: p.Program) -> Relowering:
        """What lowers a region's changed rules."""
        name = program.region.id
        if name not in self._relowerings:
            self._relowerings[name] = Relowering(self.regions.program(name))
        return self._relowerings[name]


_REMEMBERED = 12
"""How many of the last killers of a file are tried first on its next mutant."""


class Programs:
    """The programs of all regions under one mutant, each made when a case needs it."""

    def __init__(self, bench: Bench, mutant: Mutant) -> None:
        self.bench = bench
        self.mutant = mutant
        self._made: dict[str, p.Program] = {}

    def laws(self, laws: Laws) -> Laws:
        """The same laws under the mutant."""
        return Laws(self.program(laws.insured), self.program(laws.treatment))

    def program(self, program: p.Program) -> p.Program:
        """A region's program under the mutant."""
        if not _is_built_on(program, self.mutant.region):
            return program
        name = program.region.id
        if name not in self._made:
            self._made[name] = self.mutant.program(self.bench.relowering(program))
        return self._made[name]


def _is_built_on(program: p.Program, region: str) -> bool:
    return any(pack.region.id == region for pack in program.policy.packs)
