"""The evaluator against default logic as it is defined: winners, losers, conflicts, gaps, what is asked for.

The theories are drawn at random; `--many 20` draws twenty times as many.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import attrs
import pytest

from engine import Decision, Regions, Status
from policy.dsl import tree as t
from tests.support.default_logic_model import (
    Outcome,
    Rule,
    Theory,
    after,
    facts_of,
    is_true,
    lazily,
    outcome,
    possible,
    silenced,
    speaking,
)
from tests.support.default_theories import DAYS, TheoryAuthor, random_case, written
from tests.support.rulesets import REGION, Ruleset

THEORIES = 90
CASES = 6
CODES = {"E0501": "clash", "E0502": "nothing", "E0503": "nothing"}
BATCHES = 3


@attrs.frozen
class Asked:
    """A rule of a theory asked about a case, and what the evaluator says."""

    theory: Theory
    rule: Rule
    known: dict[str, Any]
    day: date
    decision: Decision

    def __str__(self) -> str:
        return f"{written(self.theory)}\n{self.rule.id} on {self.day}: {self.known}"

    @property
    def said(self) -> Outcome | None:
        """The decision as an outcome; None where facts are missing."""
        if self.decision.status is Status.UNDETERMINED:
            return None
        if self.decision.status is Status.DETERMINED:
            [reason] = self.decision.reasons
            return Outcome("value", reason.value, frozenset(clause.id for clause in reason.winners))
        return Outcome(CODES[self.decision.diagnostics[0].code])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("theories")


@pytest.fixture(scope="module", params=range(BATCHES))
def asked(request: pytest.FixtureRequest, folder: Path, many: int) -> list[Asked]:
    """One batch of theories, asked about complete and incomplete cases."""
    count = THEORIES * many // BATCHES
    seeds = range(request.param * count, (request.param + 1) * count)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("policy.loader.check_overlaps", lambda policy: ())  # it would refuse most of them
        return [item for seed in seeds for item in _asked(Random(seed), folder)]


def _asked(random: Random, folder: Path) -> Iterator[Asked]:
    author = TheoryAuthor(random)
    for _ in range(1 + random.randrange(4)):
        author.rule()
    files = {
        f"{REGION}/region.yaml": f"id: {REGION}\nlabel: 试区\nextends: nation\n",
        f"{REGION}/rules.policy": written(author.rules),
    }
    regions = Ruleset(files, (), (), ()).regions(folder)
    for number in range(CASES):
        known, day = random_case(random, (0, 25, 60)[number % 3]), DAYS[random.randrange(len(DAYS))]
        for rule in author.rules.values():
            used = {path for clause in rule.clauses for path in facts_of(clause.condition, author.rules)}
            known_here = {path: value for path, value in known.items() if path in used}
            yield Asked(author.rules, rule, known_here, day, _decided(regions, rule, known_here, day))


def _decided(regions: Regions, rule: Rule, known: dict[str, Any], day: date) -> Decision:
    facts: dict[str, dict[str, Any]] = {}
    for path, value in known.items():
        entity, _, field = path.partition(".")
        facts.setdefault(entity, {})[field] = value
    return regions.decide(REGION, rule.id, facts, as_of=day.isoformat())


def test_the_evaluator_follows_the_definition(asked: list[Asked]) -> None:
    """Where every fact is known: the same value from the same clauses, the same conflicts, the same gaps."""
    for item in asked:
        if _is_complete(item):
            defined = outcome(item.rule, item.known, item.theory, item.day)
            assert item.said is not None, item
            assert item.said.answer == defined.answer, item
            if defined.kind == "value":
                assert item.said.winners == defined.winners, item
            if defined.kind == "clash":
                assert _clashing(item.decision, item.rule) == defined.winners, item


def test_it_asks_as_long_as_the_manual_says_and_no_longer(asked: list[Asked]) -> None:
    """With facts missing: settled exactly where `lazily` says, with the same answer from the same clauses."""
    for item in asked:
        promised = lazily(item.rule, item.known, item.theory, item.day)
        assert (item.said is None) == (promised is None), item
        if item.said and promised:
            assert item.said.answer == promised.answer, item
            assert promised.kind != "value" or item.said.winners == promised.winners, item


def test_what_is_settled_stays_settled_unless_clauses_clash(asked: list[Asked]) -> None:
    """However the missing facts turn out, the answer is the one given, or clauses of equal rank clash.

    That they never do is what the checks prove before a rule set decides anything.
    """
    for item in asked:
        if item.said is not None:
            worlds = possible(item.rule, item.known, item.theory, item.day)
            assert {found.answer for found in worlds if not found.is_clash} <= {item.said.answer}, item


def test_what_is_asked_for_is_missing_and_can_matter(asked: list[Asked]) -> None:
    for item in asked:
        if item.said is None:
            used = {path for clause in item.rule.clauses for path in facts_of(clause.condition, item.theory)}
            needs = {need.path for need in item.decision.needs}
            assert needs, item
            assert needs <= used - set(item.known), item


def test_every_loser_is_told_as_one(asked: list[Asked]) -> None:
    """Clauses told as displaced: those that provisos silence, cases behind others, the general behind a case."""
    for item in asked:
        if _is_complete(item) and item.decision.status is Status.DETERMINED:
            in_force = [clause for clause in item.rule.clauses if clause.is_in_force(item.day)]
            true = {c.id for c in in_force if is_true(c.condition, item.known, item.theory, item.day)}
            spoken = speaking(in_force, true)
            behind = {name for c in in_force if c.kind == "case" and c.id in true for name in after(in_force, c.id)}
            general = {c.id for c in in_force if c.kind == "general" and c.id not in spoken}
            present = {clause.id for clause in in_force}
            [reason] = item.decision.reasons
            told = {clause.id for clause in reason.clauses if clause.outcome == "displaced"}
            assert told == silenced(in_force, spoken) | behind & present | general, item


def _is_complete(item: Asked) -> bool:
    used = {path for clause in item.rule.clauses for path in facts_of(clause.condition, item.theory)}
    return used <= set(item.known)


def _clashing(decision: Decision, rule: Rule) -> set[str]:
    """The clauses that a conflict points at."""
    [found, *_] = decision.diagnostics
    spans = {span for span in (found.span, *(note.span for note in found.notes)) if span}
    policy = decision.policies[REGION]
    declared = next(r for pack in policy.packs for r in pack.declarations(t.Rule) if r.names.id == rule.id)
    return {clause.names.id if clause.names else "general" for clause in declared.clauses if clause.span in spans}


def test_the_draw_is_wide_enough(asked: list[Asked]) -> None:
    """Every kind of outcome comes up in each batch."""
    kinds = {item.said.kind if item.said else "open" for item in asked}
    assert kinds == {"value", "clash", "nothing", "open"}
    assert any(_is_complete(item) for item in asked)
