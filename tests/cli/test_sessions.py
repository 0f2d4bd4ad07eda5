"""Console sessions in Markdown: every command with its exact output and exit code.

A section (`## …`) is a test. Its fenced blocks with a file name (```yaml claim.yaml) are written first,
over a copy of `tests/cli/rules`; then each `$ command` of its console blocks is run. Commands other than
`tiaoli` are run by the shell. `pytest --update` rewrites the outputs.
"""

from __future__ import annotations

import contextlib
import io
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from engine.cli import main

HERE = Path(__file__).parent
REPOSITORY = HERE.parent.parent

SECTION = re.compile(r"^## (?P<title>.+?)\n(?P<body>.*?)(?=^## |\Z)", re.M | re.S)
FILE = re.compile(r"^```\w+ (?P<name>\S+)\n(?P<text>.*?)^```$", re.M | re.S)
CONSOLE = re.compile(r"(?<=^```console\n).*?(?=^```$)", re.M | re.S)


def _sections() -> list[object]:
    return [
        pytest.param(path, section["title"], id=f"{path.stem}/{section['title']}")
        for path in sorted(HERE.glob("*.md"))
        for section in SECTION.finditer(path.read_text("utf-8"))
    ]


@pytest.mark.parametrize(("path", "title"), _sections())
def test_session(path: Path, title: str, update: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    body = next(found["body"] for found in SECTION.finditer(path.read_text("utf-8")) if found["title"] == title)
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.chdir(tmp_path)
    _prepare(tmp_path, body)
    actual = CONSOLE.sub(lambda block: "".join(map(_run, _commands(block[0]))), body)
    if update:
        path.write_text(path.read_text("utf-8").replace(body, actual), "utf-8")
        return
    assert actual == body, "run `make update` and review the difference"


def _prepare(folder: Path, body: str) -> None:
    shutil.copytree(HERE / "rules", folder / "rules")
    (folder / "shipped").symlink_to(REPOSITORY / "rules")
    (folder / "examples").symlink_to(REPOSITORY / "examples")
    (folder / "benchmarks").symlink_to(REPOSITORY / "benchmarks")
    for found in FILE.finditer(body):
        target = folder / found["name"]
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(found["text"], "utf-8")


def _commands(block: str) -> list[str]:
    return [line.removeprefix("$ ") for line in block.splitlines() if line.startswith("$ ")]


def _run(command: str) -> str:
    words = shlex.split(command)
    if words[0] == "tiaoli":
        target = words[-1] if words[-2:-1] == [">"] else None
        output, code = _tiaoli(words[1:-2] if target else words[1:])
        if target:
            Path(target).write_text(output, "utf-8")
            output = ""
    else:
        done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)
        output, code = done.stdout + done.stderr, done.returncode
    if output and not output.endswith("\n"):
        output += "\n"
    ending = f"(exit {code})\n" if code else ""
    return f"$ {command}\n{output}{ending}"


def _tiaoli(arguments: list[str]) -> tuple[str, int]:
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said), pytest.raises(SystemExit) as ended:
        main(arguments)
    return said.getvalue(), int(ended.value.code or 0)
