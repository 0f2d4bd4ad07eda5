"""`tiaoli batch IN.parquet OUT` with a batch from the cache: nothing is loaded but what reads and writes the files.

It does what is usual, and the whole command, `engine.cli.batch`, does the same; everything else is left to that.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from engine.batch import direct_run
from engine.batch.described import described
from engine.batch.files import WRITTEN, Files
from engine.batch.prepared import Asked, found
from engine.batch.sizes import LIMIT_AT_ONCE, part_size
from engine.cli.environment import from_environment
from engine.cli.quick import rules_given

if TYPE_CHECKING:
    from engine.batch.prepared import Prepared
    from engine.batch.summary import Summary
    from policy.diagnostics import Diagnostic

OPTIONS = {
    "--region": "region",
    "--treatment-region": "treatment_region",
    "--question": "question",
    "--as-of": "as_of",
    "--batch-rows": "batch_rows",
    "--memory-limit": "memory_limit",
    "--threads": "threads",
    "--rules": "rules",
    "--lang": "lang",
    "--summary": "form",
    "--engine": "engine",
}
REPEATED = {"--output": "outputs", "--rows": "row_files"}
FLAGS = {"--clauses": "with_clauses", "--resume": "resume"}
_CHOICES = {"lang": ("zh", "en"), "form": ("text", "json"), "engine": ("duckdb",)}
_COUNTS = {"batch_rows": LIMIT_AT_ONCE, "threads": sys.maxsize}

FAILED, CLOSED = 1, 0
"""How it ends where not all rows are determined, and where nobody reads what is printed."""


def ended(arguments: Sequence[str]) -> int | None:
    """The exit code of a batch that has been decided; None where the whole command has to do it."""
    call = _call(arguments)
    if call is None:
        return None
    try:
        summary = _decided(call)
    except Exception:  # whatever is wrong with the call, the files or the cache is told by the whole command
        return None
    return None if summary is None else _told(summary, call)


# ── the call ────────────────────────────────────────────────────────────────────────────────────────


def _call(arguments: Sequence[str]) -> dict[str, Any] | None:
    """The arguments by name, where they are those of a plain call."""
    call: dict[str, Any] = {name: [] for name in REPEATED.values()}
    files: list[str] = []
    rest = list(arguments[1:])
    while rest:
        word = rest.pop(0)
        if not word.startswith("-"):
            files.append(word)
            continue
        name, is_joined, value = word.partition("=")
        if word in FLAGS:
            call[FLAGS[word]] = True
            continue
        if (name not in OPTIONS and name not in REPEATED) or not (is_joined or rest):
            return None
        value = value if is_joined else rest.pop(0)
        if name in REPEATED:
            call[REPEATED[name]].append(value)
        else:
            call[OPTIONS[name]] = value
    return call if len(files) == 2 and _is_plain(call) and _with_files(call, *files) else None


def _is_plain(call: dict[str, Any]) -> bool:
    """Whether options are as they should be; numbers are made numbers."""
    for name, limit in _COUNTS.items():
        written = call.get(name)
        if written is not None:
            if not (written.isascii() and written.isdigit() and 0 < int(written) <= limit):
                return False
            call[name] = int(written)
    is_known = all(call.get(name) in (None, *known) for name, known in _CHOICES.items())
    return is_known and bool(call.get("region") and call.get("question"))


def _with_files(call: dict[str, Any], source: str, out: str) -> bool:
    """Whether the files are what a query reads, and a result that can be written."""
    rows = dict(written.partition("=")[::2] for written in call["row_files"])
    claims, result = Path(source), Path(out)
    if claims.suffix.lower() != ".parquet" or result.suffix.lower() not in WRITTEN:
        return False
    if not all(os.path.isfile(file) for file in (claims, *rows.values())) or result.is_dir():
        return False
    paths = {fact: Path(file) for fact, file in rows.items()}
    call["files"] = Files(claims=claims, out=result, rows=paths, resume=bool(call.get("resume")))
    return True


# ── deciding ────────────────────────────────────────────────────────────────────────────────────────


def _decided(call: dict[str, Any]) -> Summary | None:
    files: Files = call["files"]
    connection = direct_run.connect(call.get("memory_limit") or "2GB", call.get("threads"))
    claims = described(connection, files.claims)
    children = {path: described(connection, file) for path, file in files.rows.items()}
    outputs = tuple(call["outputs"]) or None
    asked = Asked(
        call["region"], call.get("treatment_region"), call["question"], call.get("as_of"), outputs,
        bool(call.get("with_clauses")),
    )  # fmt: skip
    rules = rules_given(call.get("rules"))
    prepared = found(rules, asked, claims, children)
    if prepared is None:
        return None
    files.out.parent.mkdir(parents=True, exist_ok=True)
    batch_rows = call.get("batch_rows") or part_size(call["row_files"])
    with _progress(claims.rows) as step:
        mend = _mender(rules, asked, prepared, connection, files.rows)
        return direct_run.decide(connection, prepared, direct_run.Run(files, claims.rows, batch_rows, mend, step))


def _progress(total: int) -> AbstractContextManager[Callable[[int], None]]:
    if not sys.stderr.isatty():
        return nullcontext(lambda count: None)
    from engine.cli.progress import Bar

    return Bar(total)


def _mender(
    rules: str, asked: Asked, prepared: Prepared, connection: duckdb.DuckDBPyConnection, rows: Mapping[str, Path]
) -> Callable[[Path], list[Diagnostic]]:
    """What decides rows that the query could not read; it is loaded when there are any."""
    made: list[Any] = []

    def mend(part: Path) -> list[Diagnostic]:
        if not made:
            from engine.batch.job import Asked as Question
            from engine.batch.job import Job
            from engine.batch.rereading import Rereader
            from engine.regions import Regions

            about: Mapping[str, Any] = {**asked._asdict(), "outputs": prepared.about["outputs"]}
            made.append(Rereader(Job(Question(regions=Regions(rules), **about)), connection, rows))
        problems: list[Diagnostic] = made[0].mend(part)
        return problems

    return mend


# ── telling ─────────────────────────────────────────────────────────────────────────────────────────


def _told(summary: Summary, call: Mapping[str, Any]) -> int:
    from engine.cli.batch_words import tell

    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        tell(summary, call.get("form") or "text", call.get("lang") or from_environment(), _echo)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CLOSED
    return 0 if summary.is_all_determined else FAILED


def _echo(text: str, is_error: bool) -> None:
    print(text, file=sys.stderr if is_error else sys.stdout, flush=True)
