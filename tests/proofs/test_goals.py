"""What the prover answers about each kind of goal: a case that the evaluator confirms, or the proof that there is none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import attrs
import pytest

pytest.importorskip("z3")

from engine import Regions, Status
from engine import program as p
from engine.cli import proving
from engine.proofs import Proven, Prover, Undecided, Witness, available, difference
from engine.proofs.goals import Clash, Displaced, Edge, Fails, Gap, Goal, Wins
from engine.proofs.trials import outcomes
from tests.support.spec import Block, Example, shared_blocks
from tests.support.world import World

ROOT = Path(__file__).parents[2]
SHARED = shared_blocks(ROOT / "docs" / "language.md")

RULES = """规则 降幅 reduction：百分点
  一般 0 个百分点
  情形 转诊 referred 当 就诊.类别 为 转诊 则 10 个百分点
  情形 高额 high 优先于 转诊 当 结算.总费用 超过 5000 元 则 参数.其他降幅
  但书 急诊 emergency 对 转诊 当 就诊.急诊抢救 则 0 个百分点
  但书 已备案 filed 对 急诊 当 就诊.已备案 且 结算.总费用 超过 9000 元 则 1 个百分点

规则 折后 discounted：金额
  一般 结算.总费用 ×（100% - 降幅）四舍五入到 分
"""


def regions_of(folder: Path, rules: str = RULES) -> Regions:
    example = Example(Path("goals.md"), "", (Block(("policy",), rules, 1),))
    World(example, SHARED, folder)
    return Regions(folder, tries=False)


@pytest.fixture
def regions(tmp_path: Path) -> Regions:
    return regions_of(tmp_path)


def witness(regions: Regions, rule: str, goal: Goal) -> Witness:
    """The prover's case, decided once more by the ordinary way."""
    found = Prover(regions, "city").find(rule, goal)
    assert isinstance(found, Witness), found
    again = regions.decide("city", rule, found.case["facts"], as_of=found.case["as_of"])
    assert again.status is found.decision.status
    assert again.outputs == found.decision.outputs
    return found


def outcome(found: Witness, clause: str) -> str:
    return outcomes(found.decision, str(found.case["question"]))[clause].outcome


@pytest.mark.parametrize("clause", ["general", "referred", "high", "emergency"])
def test_each_clause_wins_in_some_case(regions: Regions, clause: str) -> None:
    found = witness(regions, "reduction", Wins(clause))
    assert outcome(found, clause) == "won"
    assert found.decision.status is Status.DETERMINED


def test_a_proviso_that_a_case_above_leaves_no_room_for(regions: Regions) -> None:
    """Above 9,000 yuan the case that comes before the referral wins, so that no proviso over it is reached."""
    assert isinstance(Prover(regions, "city").find("reduction", Wins("filed")), Proven)


def test_what_displaces_a_clause(regions: Regions) -> None:
    found = witness(regions, "reduction", Displaced("referred", "emergency"))
    assert outcome(found, "referred") == "displaced"
    above = witness(regions, "reduction", Displaced("referred", "high"))
    assert outcome(above, "high") == "won"
    assert isinstance(Prover(regions, "city").find("reduction", Displaced("emergency", "filed")), Proven)


def test_a_clause_fails(regions: Regions) -> None:
    assert outcome(witness(regions, "reduction", Fails("high")), "high") == "condition_false"


def test_rules_without_gap_and_clash(regions: Regions) -> None:
    prover = Prover(regions, "city")
    for rule in ("reduction", "discounted"):
        assert isinstance(prover.find(rule, Gap()), Proven)
        assert isinstance(prover.find(rule, Clash()), Proven)


def test_what_is_not_there_is_never_met(regions: Regions) -> None:
    prover = Prover(regions, "city")
    assert isinstance(prover.find("nothing", Gap()), Proven)
    assert isinstance(prover.find("reduction", Wins("nobody")), Proven)


@pytest.mark.parametrize(("side", "total"), [("below", "4999.99"), ("at", "5000"), ("above", "5000.01")])
def test_each_side_of_a_threshold(regions: Regions, side: str, total: str) -> None:
    program = regions.program("city")
    comparison = next(part for part in p.walk(program.rules["reduction"]) if getattr(part, "operator", "") == "above")
    assert isinstance(comparison, p.Operation)
    found = witness(regions, "reduction", Edge(comparison, side))
    assert found.case["facts"]["claim"]["total"] == total


def test_a_case_is_small_and_plain(regions: Regions) -> None:
    assert witness(regions, "reduction", Wins("referred")).case["facts"] == {
        "visit": {"kind": "referral", "emergency": False},
        "claim": {"total": "0"},
    }


# ── differences ─────────────────────────────────────────────────────────────────────────────────────


def changed(program: p.Program, change: dict[str, Any]) -> p.Program:
    """The program with parts of the high case changed."""
    rule = program.rules["reduction"]
    clauses = tuple(attrs.evolve(c, **change) if c.id == "high" else c for c in rule.clauses)
    return attrs.evolve(program, rules={**program.rules, rule.id: attrs.evolve(rule, clauses=clauses)})


def test_a_changed_threshold_makes_a_difference(regions: Regions) -> None:
    old = regions.program("city")
    condition = next(clause.condition for clause in old.rules["reduction"].clauses if clause.id == "high")
    assert isinstance(condition, p.Operation)
    new = changed(old, {"condition": attrs.evolve(condition, operator="at_least")})
    found = difference(old, new, regions, "discounted")
    assert isinstance(found, Witness)
    assert found.case["facts"]["claim"]["total"] == "5000"
    assert isinstance(difference(old, old, regions, "discounted"), Proven)


def test_another_way_to_say_the_same(tmp_path: Path) -> None:
    old = regions_of(tmp_path).program("city")
    other = tmp_path / "other"
    other.mkdir()
    said = RULES.replace("就诊.类别 为 转诊 则", "非（就诊.类别 属于 {本地、就医类别.急诊、其他外出}）则")
    new = regions_of(other, said).program("city")
    assert isinstance(difference(old, new, Regions(tmp_path, tries=False), "reduction"), Proven)


def test_what_the_solver_gives_up_on_is_never_called_fine(tmp_path: Path) -> None:
    many = "规则 多 many：是否\n  一般 否\n  情形 六行 six 当 计数（结算.明细）超过 5 则 是\n"
    found = Prover(regions_of(tmp_path, many), "city").can_win("many", Wins("six"))
    assert isinstance(found, Undecided)
    assert "列表" in found.reason.zh


# ── without the solver ──────────────────────────────────────────────────────────────────────────────


def test_without_the_solver_it_is_told_what_was_not_proven(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert available()
    monkeypatch.setattr(proving, "available", lambda: False)
    regions = regions_of(tmp_path, RULES + "\n规则 乙 b：整数\n  一般 1 依据 例办法“第三条” 至 2022年1月1日止\n")
    proofs = proving.proofs_of(regions.rulebook.root, ["city"], 1.0, "zh")
    assert [item.code for item in proofs.ill_formed] == ["E0701"]
    assert any("pip install 'tiaoli[proofs]'" in line for line in proofs.told("zh"))
    assert proofs.to_json() is None
