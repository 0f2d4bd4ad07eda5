"""One meaning: on any rule set and any facts, the reference evaluator, compiled Python and SQL say the same.

Policies and facts are drawn from the types. `--many 20` draws more.
"""

from pathlib import Path
from random import Random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine import Regions
from tests.support import compiledagreement, sqlagreement
from tests.support.rulesets import REGION, Ruleset, accepted, days, random_facts, rulesets
from tests.support.sqlagreement import Asked

RULESETS, CLAIMS = 8, 6


def test_reference_compiled_and_sql_agree(tmp_path: Path, many: int) -> None:
    seen: set[str] = set()

    @settings(
        max_examples=RULESETS * many,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(ruleset=rulesets(most=3), random=st.randoms(use_true_random=False), day=days())
    def agree(ruleset: Ruleset, random: Random, day: str) -> None:
        own = ruleset.regions(tmp_path)
        for question in ruleset.questions:
            claims = [accepted(own, question, random_facts(random, ruleset)) for _ in range(CLAIMS)]
            seen.update(in_sql(own, question, day, claims, ruleset))
            compiled_agrees(own, question, day, claims, ruleset)

    agree()
    assert seen >= {"determined", "undetermined", "error"}


def in_sql(own: Regions, question: str, day: str, claims: list[dict[str, Any]], ruleset: Ruleset) -> set[str]:
    result = sqlagreement.compared(own, Asked(REGION, question, None, day), claims)
    assert not result.differences, f"{result.differences[:5]}\n{ruleset}"
    return set(result.statuses)


def compiled_agrees(own: Regions, question: str, day: str, claims: list[dict[str, Any]], ruleset: Ruleset) -> None:
    made = own.compiled(REGION, question, level="reasons")
    for facts in claims:
        decision = own.decide(REGION, question, facts, as_of=day)
        found = list(compiledagreement.differences(made, made(facts, day), decision))
        assert not found, f"{found}\n{facts}\n{ruleset}"
