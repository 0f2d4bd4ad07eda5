"""Mutants against cases: which cases are tried, what kills, what is refused, and that no proof contradicts a case."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from engine import Regions
from engine.mutation.equivalence import compared
from engine.mutation.mutants import Mutant
from engine.mutation.refusal import refusal
from engine.mutation.running import Fate, Selection, run
from engine.mutation.suggesting import suggestion
from engine.mutation.trials import Bench, Programs
from engine.mutation.wording import said
from policy.diagnostics import PolicyError
from tests.support.rulebooks import SHIPPED
from tests.support.shipped import shipped_regions

PACKS = Path(__file__).parents[2] / "cli" / "rules"


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    folder = tmp_path_factory.mktemp("made") / "rules"
    shutil.copytree(PACKS, folder)
    return Bench(Regions(folder, takes_kept=False), [folder])


@pytest.fixture(scope="module")
def mutants(bench: Bench) -> list[Mutant]:
    return Selection().of(bench.regions)


def test_a_case_that_could_not_notice_is_not_tried_and_none_that_could_is_left_out(
    bench: Bench, mutants: list[Mutant]
) -> None:
    skipped = 0
    for mutant in mutants:
        programs = Programs(bench, mutant)
        looking = set(bench.looking_at(mutant))
        noticing = {n for n, trial in enumerate(bench.trials) if trial.is_failed_by(programs.laws(trial.laws))}
        assert noticing <= looking, said(mutant).en
        skipped += len(bench.trials) - len(looking)
    assert skipped > 0


def test_a_superiors_mutant_is_noticed_by_a_case_of_the_region_below(bench: Bench, mutants: list[Mutant]) -> None:
    wrong = next(m for m in mutants if said(m).zh == "规则“降幅”：去掉情形“转诊”")
    assert wrong.region == "province"
    assert bench.killer(wrong) in {"visit.pay/referral", "visit.pay/no-local-figure"}


def test_what_checking_refuses_needs_no_case(bench: Bench, mutants: list[Mutant]) -> None:
    refused = {said(m).zh for m in mutants if refusal(m, bench.regions.policy(m.region))}
    assert refused == {"限度“转诊降幅”：把“参数.转诊降幅 不超过 10 个百分点”改成“参数.转诊降幅 低于 10 个百分点”"}


def test_a_suggested_case_tells_the_mutant_from_the_rule(bench: Bench, mutants: list[Mutant]) -> None:
    suggested = 0
    for mutant in mutants:
        if bench.killer(mutant) is None and (found := suggestion(mutant, bench)) is not None:
            suggested += 1
            assert found.answer != found.mutant_answer, said(mutant).en
    assert suggested > 0


def test_nothing_that_a_case_notices_is_proven_equivalent(bench: Bench, mutants: list[Mutant]) -> None:
    pytest.importorskip("z3")
    for mutant in mutants:
        if bench.killer(mutant) is not None:
            assert not compared(mutant, bench).is_equivalent, said(mutant).en


def test_processes_find_what_one_process_finds(bench: Bench) -> None:
    some = Selection(rule="pay").of(bench.regions)
    assert [r.fate for r in run(bench, some, jobs=2)] == [r.fate for r in run(bench, some, jobs=1)]


def test_the_rules_are_read_once_whatever_becomes_of_their_files(tmp_path: Path, bench: Bench) -> None:
    folder = Path(shutil.copytree(PACKS, tmp_path / "rules"))
    own = Bench(Regions(folder, takes_kept=False), [folder])
    shutil.rmtree(folder)
    found = [result.fate for result in run(own, Selection(("city",)).of(own.regions))]
    assert set(found) == {Fate.KILLED, Fate.EQUIVALENT, Fate.SURVIVED}
    assert found == [result.fate for result in run(bench, Selection(("city",)).of(bench.regions))]


def test_rules_that_cannot_be_read_are_told_before_anything_is_changed(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(PACKS, tmp_path / "rules"))
    (folder / "city" / "parameters.yaml").write_text("parameters: [", "utf-8")
    with pytest.raises(PolicyError) as told:
        Bench(Regions(folder, takes_kept=False), [])
    assert told.value.diagnostics[0].is_error


SAMPLE, SEED = 60, 4
SAMPLED = ("zhejiang", "panzhihua")


@pytest.fixture(scope="module")
def shipped() -> Regions:
    return shipped_regions()


def test_a_case_about_a_duty_notices_that_the_duty_is_gone(shipped: Regions, tmp_path: Path) -> None:
    (tmp_path / "duty.yaml").write_text(
        """
- id: duty/by-itself
  region: zhejiang
  question: zj_duties.agree_ledgers
  as_of: 2023-05-01
  facts: {clearing: {agency_amount: 1, ledger_amount: 1, cash_amount: 1}}
  expect: {zj_duties.agree_ledgers: met}
""",
        "utf-8",
    )
    bench = Bench(shipped, [tmp_path])
    mutants = Selection(("zhejiang",), rule="zj_duties").of(shipped)
    gone = next(m for m in mutants if said(m).zh.endswith("去掉义务“账账账款相符”"))
    assert bench.killer(gone) == "duty/by-itself"
    other = next(m for m in mutants if said(m).zh.endswith("去掉义务“跨省就医身份核验”"))
    assert bench.killer(other) is None


def test_a_figure_that_would_hold_twice_on_a_day_is_refused(shipped: Regions) -> None:
    moved = [m for m in Selection(("hangzhou",), rule="pay_bands").of(shipped) if m.operator.id == "validity"]
    refused = {said(m).zh.partition("：")[2] for m in moved if refusal(m, shipped.policy("hangzhou"))}
    assert refused == {"把起始日“2024-01-01”改成“2023-12-31”", "把最后一日“2023-12-31”改成“2024-01-01”"}


def test_no_change_of_the_shipped_rules_goes_unnoticed(shipped: Regions) -> None:
    bench = Bench(shipped, [SHIPPED / name for name in SAMPLED])
    for mutant in Selection(SAMPLED, sample=SAMPLE, seed=SEED).of(shipped):
        is_told = bench.killer(mutant) or refusal(mutant, shipped.policy(mutant.region))
        assert is_told or compared(mutant, bench).is_equivalent, said(mutant).zh
