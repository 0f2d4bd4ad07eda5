"""Generated rule sets load, are wide enough to prove something, and are decided soundly; `--many 20` draws more."""

from __future__ import annotations

from collections import Counter
from copy import deepcopy
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings

from engine import Regions, Status
from policy.dsl import tree as t
from tests.support.rulesets import DAYS_ASKED, REGION, Ruleset, accepted, random_facts, random_ruleset, rulesets

RULESETS = 40
REMOVALS = 3


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("rulesets")


@pytest.fixture(scope="module")
def seeds(many: int) -> range:
    return range(RULESETS * many)


def test_what_is_drawn_loads_and_is_decided(folder: Path, seeds: range) -> None:
    """Every kind of declaration, clause, status and cause comes up."""
    declared: Counter[str] = Counter()
    statuses: Counter[Status] = Counter()
    codes: Counter[str] = Counter()
    for seed in seeds:
        random = Random(seed)
        ruleset = random_ruleset(random)
        regions = ruleset.regions(folder)
        declared.update(_kinds(regions))
        for question in (*ruleset.rules, *ruleset.line_rules, *ruleset.questions):
            facts, day = random_facts(random, ruleset), DAYS_ASKED[random.randrange(len(DAYS_ASKED))]
            decision = regions.decide(REGION, question, accepted(regions, question, facts), as_of=day)
            statuses[decision.status] += 1
            codes.update(item.code for item in decision.diagnostics)
    kinds = {"Rule", "Collect", "Brackets", "Bound", "Delegate", "Amend", "Deadline", "OpenNorm", "Question", "Check"}
    assert set(declared) >= kinds | {
        "general",
        "case",
        "proviso",
        "item",
        "over a proviso",
        "over cases",
        "about lines",
    }
    assert set(statuses) == set(Status)
    assert min(statuses[Status.DETERMINED], statuses[Status.UNDETERMINED], statuses[Status.ERROR]) > len(seeds)
    assert set(codes) >= {"E0501", "E0502", "E0503", "E0504", "E0505", "E0506", "E0507", "E0508"}
    assert set(codes) <= {f"E05{number:02}" for number in range(1, 14)}


def _kinds(regions: Regions) -> Counter[str]:
    found: Counter[str] = Counter()
    for pack in regions.policy(REGION).packs:
        for item in (item for program in pack.programs for item in program.declarations):
            found[type(item).__name__] += 1
            found["about lines"] += bool(getattr(item, "element", None))
            clauses: tuple[t.Clause, ...] = getattr(item, "clauses", ())
            kinds = {clause.names.label: clause.kind for clause in clauses if clause.names}
            for clause in clauses:
                found[clause.kind] += 1
                found["over cases"] += clause.kind == "case" and bool(clause.over)
                found["over a proviso"] += any(kinds.get(name.text) == "proviso" for name in clause.over)
    return +found


def test_one_seed_draws_one_rule_set() -> None:
    first, second = (random_ruleset(Random(7)) for _ in "ab")
    assert first == second
    assert random_facts(Random(7), first) == random_facts(Random(7), second)


@given(ruleset=rulesets(most=3))
@settings(max_examples=10, deadline=None, database=None)
def test_the_strategy_draws_what_loads(folder: Path, ruleset: Ruleset) -> None:
    assert ruleset.regions(folder).program(REGION).rules


def test_a_fact_taken_away_changes_no_answer(folder: Path, seeds: range) -> None:
    """Two cases that differ in what is given are decided alike wherever both are decided.

    Only what a rule says about not knowing (已知, 缺省) may tell them apart, so these do not say it; and a
    local figure, for which another is shipped, is not taken away.
    """
    compared = 0
    for seed in seeds:
        random = Random(seed)
        ruleset = random_ruleset(random, may_ask_what_is_known=False)
        regions = ruleset.regions(folder)
        for rule in ruleset.rules:
            facts = accepted(regions, rule, random_facts(random, ruleset, missing=5, empty=0))
            for _ in range(REMOVALS):
                fewer = _without_one(random, facts)
                answers = [_answer(regions, rule, given) for given in (facts, fewer)]
                if None not in answers:
                    compared += 1
                    assert answers[0] == answers[1], f"{ruleset}\n{rule} {facts}"
                facts = fewer
    assert compared > len(seeds)


def _answer(regions: Regions, rule: str, facts: dict[str, Any]) -> dict[str, Any] | None:
    decision = regions.decide(REGION, rule, facts, as_of="2024-05-06")
    return decision.outputs if decision.status is Status.DETERMINED else None


def _without_one(random: Random, facts: dict[str, Any]) -> dict[str, Any]:
    known = {entity: fields for entity, fields in facts.items() if entity != "region_parameters"}
    paths = [(entity, field) for entity, fields in known.items() for field in fields]
    if not paths:
        return facts
    entity, field = paths[random.randrange(len(paths))]
    fewer = deepcopy(facts)
    del fewer[entity][field]
    return {name: fields for name, fields in fewer.items() if fields}
