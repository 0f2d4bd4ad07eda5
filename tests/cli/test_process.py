"""What only a real process shows: standard input, closed pipes, an interrupt, encodings."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.cache import VARIABLE

HERE = Path(__file__).parent
REPOSITORY = HERE.parent.parent
RULES = ["--rules", str(HERE / "rules")]
FACTS = """{"region": "city", "question": "visit.pay", "as_of": "2023-05-01",
 "outputs": ["pay"], "facts": {"visit": {"travel": "referral", "total": 1000.50}}}"""


@pytest.fixture(autouse=True, scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A cache for these processes, as users have one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, str(tmp_path_factory.mktemp("kept")))
        yield


def tiaoli(*arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "LC_ALL": "C"}
    return subprocess.run(
        [sys.executable, "-m", "engine", *arguments],
        capture_output=True, text=True, encoding="utf-8", env=environment, check=False, **options,  # type: ignore[call-overload]
    )  # fmt: skip


def test_facts_come_from_standard_input() -> None:
    done = tiaoli("decide", "-", *RULES, input=FACTS)
    assert (done.returncode, done.stderr) == (0, "")
    assert "720.36 元" in done.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such pipes")
def test_a_closed_pipe_is_no_error() -> None:
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    command = f"{sys.executable} -m engine questions --rules {HERE / 'rules'} | true"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, env=environment, check=False)
    assert done.stderr == ""


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such signals")
def test_an_interrupt_is_quiet() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "engine", "decide", "-", *RULES],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
    )  # fmt: skip
    time.sleep(1.0)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=20)
    assert (process.returncode, said.strip()) == (130, b"")


@pytest.mark.parametrize(
    "text",
    [
        "[" * 200_000,
        "- " * 3_000,
        "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nfacts: *c",
        "a: &a {<<: *a}",
        "facts: &f [*f]",
        "{" * 5_000,
        '{"a": ' * 5_000,
        "? [complex]\n: 1",
        "!!python/object/apply:os.system ['true']",
        "facts: !!binary aGVsbG8=",
        '{"facts": {"visit": {"total": NaN}}}',
        '{"facts": {"visit": {"total": 1e999999}}}',
        "\x00",
        "facts: \ud7ff\n\t- x",
    ],
    ids=range(14),
)
def test_hostile_facts_are_refused_with_a_code(text: str) -> None:
    done = tiaoli("decide", "-", "--region", "city", "--question", "visit.pay", "--as-of", "2023-05-01", *RULES,
                  input=text)  # fmt: skip
    assert done.returncode == 1
    assert "错误[E0" in done.stderr
    assert "Traceback" not in done.stderr and "内部错误" not in done.stderr


def test_an_unknown_option_or_command_is_the_calls_fault() -> None:
    for arguments in (["decide", "x.yaml", "--regoin", "city"], ["decid"], ["decide"], ["test", "--jobs", "0"]):
        done = tiaoli(*arguments)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith("Usage: tiaoli")


def test_an_alias_bomb_is_refused_with_the_limit() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    for level in range(1, 9):
        lines.append(f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]")
    done = tiaoli("decide", "-", "--region", "city", "--question", "visit.pay", *RULES, input="\n".join(lines))
    assert done.returncode == 1
    assert "E0608" in done.stderr
