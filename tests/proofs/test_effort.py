"""How hard the solver tries is counted in its steps: the same question is answered alike, however busy the machine is."""

from __future__ import annotations

from itertools import count
from types import SimpleNamespace

import pytest

pytest.importorskip("z3")

import z3

from engine.proofs import effort
from engine.proofs.effort import LIMIT_PATIENCE, STEPS_A_SECOND, Effort

SECONDS = 0.05


def hard() -> z3.Solver:
    """A question that nobody answers soon: the sum of three cubes."""
    first, second, third = z3.Ints("first second third")
    solver = z3.SimpleSolver()
    solver.add(first**3 + second**3 + third**3 == 114)
    return solver


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A clock whose hands jump as far as the test says between any two looks."""
    jump = [0.0]
    times = count()
    monkeypatch.setattr(effort, "time", SimpleNamespace(monotonic=lambda: next(times) * jump[0]))
    return jump


def test_what_is_too_hard_is_given_up_after_the_same_number_of_steps() -> None:
    taken = []
    for _ in range(2):
        tried = Effort(SECONDS)
        assert tried.ask(hard()) == z3.unknown
        taken.append(int(SECONDS * STEPS_A_SECOND) - tried.steps)
    assert taken[0] == taken[1] >= int(SECONDS * STEPS_A_SECOND)


def test_several_questions_share_the_steps() -> None:
    tried = Effort(SECONDS)
    assert tried.ask(hard(), most=1000) == z3.unknown
    assert tried.steps == pytest.approx(int(SECONDS * STEPS_A_SECOND) - 1000, abs=100)
    assert tried.ask(hard()) == z3.unknown
    easy = z3.SimpleSolver()
    easy.add(z3.Int("easy") > 0)
    assert tried.ask(easy) == z3.unknown  # none is left
    assert Effort(SECONDS).ask(easy) == z3.sat


def test_a_slow_machine_is_waited_for(clock: list[float]) -> None:
    clock[0] = SECONDS * LIMIT_PATIENCE / 2  # by the clock ten times as slow as it should be
    tried = Effort(SECONDS)
    easy = z3.SimpleSolver()
    easy.add(z3.Int("easy") > 0)
    assert tried.ask(easy) == z3.sat


def test_by_the_clock_it_ends_at_last(clock: list[float]) -> None:
    clock[0] = SECONDS * LIMIT_PATIENCE
    assert Effort(SECONDS).ask(hard()) == z3.unknown
