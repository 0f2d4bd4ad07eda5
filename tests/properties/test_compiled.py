"""Compiled Python says what the reference evaluator says: values, statuses, winning clauses, values on the way."""

import ast
import json
import re
from datetime import datetime
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pytest

from engine import Regions
from engine.backends.python import runtime
from engine.backends.python.compiled import Compiled
from tests.support import casefiles
from tests.support.claims import PLACES, claim
from tests.support.compiledagreement import differences
from tests.support.rulebooks import SHIPPED
from tests.support.rulesets import DAYS_ASKED, REGION, Ruleset, accepted, random_facts, random_ruleset
from tests.support.shipped import shipped_regions as regions

EVERY_NTH_CASE = 75
CLAIMS = 11
RULESETS, FACTS_EACH = 24, 8
SETTLEMENT = "benefit.settlement"


@cache
def compiled(region: str, question: str, treatment: str | None, outputs: tuple[str, ...] | None = None) -> Compiled:
    return regions().compiled(region, question, treatment, "reasons", outputs)


# ── the shipped rules ───────────────────────────────────────────────────────────────────────────────


def test_every_shipped_case_is_decided_alike_and_nearly_all_by_compiled_code(many: int) -> None:
    wrong: list[str] = []
    slow: list[str] = []
    cases = sorted(casefiles.cases_in(SHIPPED), key=lambda case: str(case["id"]))[:: max(1, EVERY_NTH_CASE // many)]
    for case in cases:
        asked = case.get("outputs") or list(case.get("expect", {})) or None
        made = compiled(case["region"], case["question"], case.get("treatment_region"), tuple(asked) if asked else None)
        assert made.refusal is None, made.refusal
        decision = casefiles.decide(regions(), case)
        outcome = made(case["facts"], case.get("as_of"))
        wrong += [f"{case['id']}: {said}" for said in differences(made, outcome, decision)]
        slow += [case["id"]] if str(decision.status) == "determined" and not outcome.is_compiled else []
    assert not wrong, "\n".join(wrong)
    assert len(slow) <= len(cases) // 10, slow


def test_generated_settlements_are_decided_alike_and_nearly_all_by_compiled_code(many: int) -> None:
    random = Random(5)
    slow = 0
    for number in range(CLAIMS * many):
        region, treatment = PLACES[number % len(PLACES)]
        facts, made = claim(random), compiled(region, SETTLEMENT, treatment)
        decision = regions().decide(region, SETTLEMENT, facts, treatment_region=treatment)
        outcome = made(facts)
        assert not list(differences(made, outcome, decision)), (region, treatment, facts)
        slow += str(decision.status) == "determined" and not outcome.is_compiled
    assert slow <= 1 + CLAIMS * many // 20


# ── generated rules ─────────────────────────────────────────────────────────────────────────────────


def test_generated_rules_and_facts_are_decided_alike(many: int, tmp_path: Path) -> None:
    by_compiled = determined = 0
    for seed in range(RULESETS * many):
        random = Random(seed)
        ruleset = random_ruleset(random)
        loaded = ruleset.regions(tmp_path)
        made = {name: loaded.compiled(REGION, name, level="reasons") for name in names(ruleset)}
        for _ in range(FACTS_EACH):
            name, day = random.choice(names(ruleset)), random.choice(DAYS_ASKED)
            facts = random_facts(random, ruleset, missing=6)
            if name not in ruleset.line_rules:
                facts.pop("line", None)
            facts = accepted(loaded, name, facts)
            decision = loaded.decide(REGION, name, facts, as_of=day)
            outcome = made[name](facts, day)
            found = list(differences(made[name], outcome, decision))
            assert not found, f"seed {seed}, {name} on {day}: {found}\n{facts}\n{ruleset}"
            if str(decision.status) == "determined":
                determined += 1
                by_compiled += outcome.is_compiled
    assert by_compiled >= determined * 9 // 10


def names(ruleset: Ruleset) -> list[str]:
    return [*ruleset.rules, *ruleset.line_rules, *ruleset.questions]


# ── what is given ───────────────────────────────────────────────────────────────────────────────────


def settled(**changes: Any) -> dict[str, Any]:
    """A complete claim with some facts of it changed, entity by entity."""
    facts = claim(Random(3))
    return {entity: {**fields, **changes.get(entity, {})} for entity, fields in facts.items()}


@pytest.mark.parametrize(
    ("facts", "is_compiled"),
    [
        (settled(), True),
        (settled(accumulator={"fund_paid": 100}), True),
        (settled(accumulator={"fund_paid": "100.5"}), True),
        (settled(accumulator={"fund_paid": 100.5}), True),
        (settled(visit={"type": "普通住院"}), True),
        ({**{k: v for k, v in settled().items() if k != "visit"}, "就诊": settled()["visit"]}, True),
        (settled(accumulator={"fund_paid": "1e2"}), False),
        (settled(accumulator={"fund_paid": "-1"}), False),
        (settled(accumulator={"fund_paid": "0.001"}), False),
        (settled(accumulator={"fund_paid": True}), False),
        (settled(claim={"use_account": 1}), False),
        (settled(visit={"type": "no such"}), False),
        (settled(visit={"no_such": 1}), False),
        ({**settled(), "no_such": {}}, False),
        (settled(claim={"items": [None]}), False),
        (settled(claim={"settled_at": "2023-13-01"}), False),
        (settled(region_parameters={"pay_bands": []}), False),
    ],
)
def test_facts_are_taken_as_the_reference_takes_them(facts: dict[str, Any], is_compiled: bool) -> None:
    made = compiled("hangzhou", SETTLEMENT, "hangzhou")
    outcome = made(facts)
    decision = regions().decide("hangzhou", SETTLEMENT, facts, treatment_region="hangzhou")
    assert not list(differences(made, outcome, decision))
    assert outcome.is_compiled == is_compiled
    assert outcome.decision.diagnostics == decision.diagnostics


def test_the_whole_decision_is_made_when_it_is_asked_for() -> None:
    outcome = compiled("hangzhou", SETTLEMENT, "hangzhou")(settled())
    assert outcome.is_compiled
    assert outcome.decision.outputs == outcome.outputs
    assert outcome.decision.explain(lang="zh", reader="patient")


# ── what is generated ───────────────────────────────────────────────────────────────────────────────

HOSTILE = '\'); __import__("os").abort() #\\\n{0}%s”甲'

HARMLESS = {"len", "int", "abs", "tuple", "sum", "min", "max", "dict"}
MADE_HERE = re.compile(r"_|[a-z]\d+|K\d+|kernel|row|moment")


def test_nothing_that_a_rule_file_says_is_run(tmp_path: Path) -> None:
    """Labels, texts and the values of enumerations are quoted text in generated code, or nowhere."""
    written = repr_yaml(HOSTILE)
    folder = tmp_path / "trial"
    folder.mkdir()
    (folder / "region.yaml").write_text(f"id: trial\nlabel: {written}\n", "utf-8")
    (folder / "vocabulary.yaml").write_text(
        f"enums:\n  Kind:\n    label: 种类\n    values:\n      {written}: {{label: 甲类}}\n      plain: {{label: {written}}}\n"
        f"entities:\n  visit:\n    label: 就诊\n    fields:\n      kind: {{label: 种类别, type: 'enum:Kind'}}\n"
        f"      note: {{label: {written}, type: text}}\n",
        "utf-8",
    )
    (folder / "rules.policy").write_text(
        "规则 甲 r1：文本\n  一般 “'); __import__(\\'os\\').abort() #{0}%s”\n  情形 乙 c1 当 就诊.种类别 为 甲类 则 “\\\\”\n",
        "utf-8",
    )
    loaded = Regions(tmp_path)
    made = loaded.compiled("trial", "r1", level="reasons")
    for facts in ({"visit": {"kind": HOSTILE}}, {"visit": {"kind": "plain"}}):
        outcome = made(facts, "2024-01-01")
        assert outcome.is_compiled
        assert outcome.outputs == loaded.decide("trial", "r1", facts, as_of="2024-01-01").outputs
    sources_hold_only_names_made_here(made)


def test_the_code_of_shipped_questions_holds_only_names_made_here() -> None:
    for question in (SETTLEMENT, "benefit.reduction", "filing.validity"):
        made = compiled("hangzhou", question, "zhejiang")
        made.at(datetime(2023, 6, 1))
        sources_hold_only_names_made_here(made)


def sources_hold_only_names_made_here(made: Compiled) -> None:
    assert made._timed
    for timed in made._timed:
        for node in ast.walk(ast.parse(timed.kernel.source)):
            name = getattr(node, "id", None) or (node.attr if isinstance(node, ast.Attribute) else None)
            if isinstance(node, ast.Attribute):
                assert name in {"append", "date", "days", "year", "get", "extend"}, name
            elif name is not None:
                known = hasattr(runtime, name) or name in HARMLESS
                assert MADE_HERE.fullmatch(name) or known or name.startswith("CALENDAR_"), name
            assert not isinstance(node, ast.Import | ast.ImportFrom)


def repr_yaml(text: str) -> str:
    """A text as YAML writes it between double quotes."""
    return json.dumps(text, ensure_ascii=False)
