"""The case files of both versions, decided under both: witnesses that need no solver."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import attrs

from engine.cases import Case, case_files, read_cases
from engine.difference.outcomes import Outcome, outcome_of
from engine.difference.versions import Asked, Both, Versions

KEPT_PER_RULE = 24
"""How many cases are remembered for a rule that they look at."""


@attrs.frozen(eq=False)
class CaseRun:
    """A case that came out otherwise."""

    id: str
    place: str
    both: Both
    outcome: Outcome


@attrs.define(eq=False)
class CaseRuns:
    """What the cases show: how many were decided, those that differ, and cases that look at each rule."""

    decided: int = 0
    changed: list[CaseRun] = attrs.field(factory=list)
    by_rule: dict[tuple[str, str], list[Asked]] = attrs.field(factory=dict)

    def add(self, case: Case, asked: Asked, both: Both) -> None:
        """Count a case."""
        self.decided += 1
        outcome = outcome_of(both)
        if outcome.is_changed:
            self.changed.append(CaseRun(case.id, case.span.place.rpartition(":")[0], both, outcome))
        if both.old is not None:
            for _, rule in both.old.visited:
                seen = self.by_rule.setdefault((asked.region, rule), [])
                if len(seen) < KEPT_PER_RULE:
                    seen.append(attrs.evolve(asked, as_of=both.old.as_of or asked.as_of))

    def caused_by(self, region: str, kind: str, name: str) -> CaseRun | None:
        """A case of the region whose difference begins at the rule or figure."""
        for run in self.changed:
            begins = any((cause.kind, cause.id) == (kind, name) for cause in run.outcome.causes)
            if run.both.asked.region == region and begins:
                return run
        return None

    def rules_seen_to_differ(self, region: str) -> frozenset[str]:
        """The rules that had another value in some case of the region."""
        runs = (run for run in self.changed if run.both.asked.region == region)
        return frozenset(name for run in runs for _, name in run.outcome.rules)


def asked_cases(versions: Versions) -> list[tuple[Case, Asked]]:
    """The cases of both folders; one that both have counts once, as it is now."""
    found: dict[tuple[str, str, str], tuple[Case, Asked]] = {}
    for root in versions.folders:
        for case in _cases(root):
            request = case.request
            asked = Asked(
                str(request.region), str(request.question), request.facts, request.as_of, request.treatment_region
            )
            found[(asked.region, asked.question, case.id)] = (case, asked)
    return list(found.values())


def _cases(root: Path) -> Iterator[Case]:
    for path in case_files([root]):
        yield from read_cases(path, [])


def run_cases(
    versions: Versions, cases: Iterable[tuple[Case, Asked]], step: Callable[[], None] = lambda: None
) -> CaseRuns:
    """Decide the cases under both versions."""
    runs = CaseRuns()
    for case, asked in cases:
        runs.add(case, asked, versions.decide(asked))
        step()
    return runs
