"""Time things beside one another: rounds that take turns, ratios within a round, medians and quartiles of those."""

from __future__ import annotations

import gc
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

Run = Callable[[], object]


class Spread(NamedTuple):
    """A median and the quartiles around it."""

    low: float
    median: float
    high: float


class Race:
    """What each contender took in every round, in seconds for one unit of work."""

    def __init__(self, seconds: Mapping[str, Sequence[float]]) -> None:
        self.seconds = seconds

    def median(self, name: str) -> float:
        return statistics.median(self.seconds[name])

    def ratio(self, ours: str, theirs: str) -> Spread:
        """How many times as long the one takes as the other, round by round."""
        return spread(a / b for a, b in zip(self.seconds[ours], self.seconds[theirs], strict=True))


def spread(values: Iterable[float]) -> Spread:
    """The median and quartiles of some values."""
    found = sorted(values)
    if len(found) == 1:
        return Spread(found[0], found[0], found[0])
    return Spread(*statistics.quantiles(found, n=4, method="inclusive"))


def race(
    contenders: Mapping[str, Run],
    rounds: int,
    units: Mapping[str, int] | int,
    clock: Callable[[], float] = time.perf_counter,
) -> Race:
    """Run all contenders in every round, another one first each time; nothing is collected while one runs.

    What runs in one thread is timed by the processor time it takes, with `time.process_time` as the clock.
    """
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    names = list(contenders)
    for run in contenders.values():
        run()
    for number in range(rounds):
        turn = number % len(names)
        for name in names[turn:] + names[:turn]:
            count = units if isinstance(units, int) else units[name]
            seconds[name].append(_timed(contenders[name], clock) / count)
    return Race(seconds)


def _timed(run: Run, clock: Callable[[], float]) -> float:
    gc.collect()
    gc.disable()
    try:
        begun = clock()
        run()
        return clock() - begun
    finally:
        gc.enable()


class Process(NamedTuple):
    """A whole process: how long it took, and the most memory it held, in bytes."""

    seconds: float
    peak: int


def processes(
    commands: Mapping[str, Sequence[str]], rounds: int, env: Mapping[str, str]
) -> tuple[Race, dict[str, int]]:
    """Whole processes that take turns. Gives the race, and the median peak memory of each."""
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    peaks: dict[str, list[int]] = {name: [] for name in commands}
    names = list(commands)
    with _launcher() as launch:
        for name in names:
            launch(commands[name], env)
        for number in range(rounds):
            turn = number % len(names)
            for name in names[turn:] + names[:turn]:
                found = launch(commands[name], env)
                seconds[name].append(found.seconds)
                peaks[name].append(found.peak)
    return Race(seconds), {name: int(statistics.median(values)) for name, values in peaks.items()}


@contextmanager
def _launcher() -> Iterator[Callable[[Sequence[str], Mapping[str, str]], Process]]:
    """Runs a command to its end. Raises CalledProcessError where that fails."""
    script = Path(__file__).with_name("launcher.py")
    started = [sys.executable, "-I", str(script)]
    with subprocess.Popen(started, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdin is not None and child.stdout is not None

        def launch(command: Sequence[str], env: Mapping[str, str]) -> Process:
            assert child.stdin is not None and child.stdout is not None
            child.stdin.write(json.dumps({"command": list(command), "env": dict(env)}) + "\n")
            child.stdin.flush()
            found = json.loads(child.stdout.readline())
            if found["code"]:
                raise subprocess.CalledProcessError(found["code"], command, stderr=found["said"])
            return Process(found["seconds"], found["peak"] * (1 if sys.platform == "darwin" else 1024))

        yield launch
        child.stdin.close()
