"""The harness measures what it says; how fast anything is, is not asserted here."""

import gc
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks import growth, packs, tiaoli_
from benchmarks.figures import Figure, markdown
from benchmarks.timing import Spread, processes, race, spread
from benchmarks.whole_processes import _case
from engine.regions import Regions


@pytest.fixture
def little_to_collect() -> Iterator[None]:
    """Before each turn the harness collects garbage: not among all that other tests have loaded."""
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.mark.usefixtures("little_to_collect")
def test_contenders_take_turns_and_each_runs_once_to_warm_up() -> None:
    ran: list[str] = []
    found = race({name: (lambda name=name: ran.append(name)) for name in "abc"}, rounds=2, units=10)
    assert "".join(ran) == "abc" + "abc" + "bca"
    assert [len(found.seconds[name]) for name in "abc"] == [2, 2, 2]


def test_a_ratio_is_the_median_of_the_ratios_of_the_rounds() -> None:
    assert spread([3, 1, 2]) == Spread(1.5, 2, 2.5)
    assert spread([4]) == Spread(4, 4, 4)


def test_a_process_is_timed_with_the_memory_it_held() -> None:
    found, peaks = processes({"python": (sys.executable, "-c", "x = bytearray(50_000_000)")}, 1, {})
    assert found.median("python") > 0
    assert peaks["python"] > 50_000_000


def test_the_table_holds_every_figure_against_its_bar() -> None:
    met = Figure(subject="met", measured=Spread(1, 1.2, 2), bar=1.5, stretch=1.3, times="1 µs : 2 µs", limit="calls")
    missed = Figure(subject="missed", measured=Spread(9, 9, 9), bar=10, at_least=True)
    free = Figure(subject="free", measured=Spread(7, 7, 7))
    lines = markdown([met, missed, free]).splitlines()
    assert lines[2] == "| 1 | met | ≤ 1.5×（≤ 1.3） | **1.20×** (1–2) | 1 µs : 2 µs | 达到更高目标 met, stretch too |"
    assert lines[3] == "| 2 | missed | ≥ 10× | **9×** |  | 未达到 missed |"
    assert lines[4] == "| 3 | free | — | **7×** |  | — |"
    assert lines[-1] == "1. calls"


def test_generated_packs_decide_by_compiled_code_as_by_the_reference(tmp_path: Path) -> None:
    regions = Regions(packs.rules(tmp_path / "rules", 90))
    growth._decided(regions, [growth._visit(number, 90) for number in range(6)])()
    made = regions.compiled("growth", growth.QUESTION, level="clauses")
    assert " if d" in made.at(tiaoli_.AS_OF).kernel.source, "many tests of one word are looked up and halved"
    touched = {winner.rule for winner in made(growth._visit(1, 90), tiaoli_.AS_OF).winners}
    assert len(touched) == packs.GROUP + 1
    growth._decided(Regions(packs.items(tmp_path / "items")), [growth._bill(7)])()


def test_the_claim_of_the_cold_start_is_decided() -> None:
    case = _case()
    facts = case["facts"]
    assert isinstance(facts, dict)
    decision = Regions(tiaoli_.RULES).decide(tiaoli_.REGION, tiaoli_.QUESTION, facts, as_of=case["as_of"])
    assert decision.status == "determined"
