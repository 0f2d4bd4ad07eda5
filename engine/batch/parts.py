"""The parts of a result on disk, and the file that tells which are done: what a later run goes on from."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import duckdb

    from policy.diagnostics import PolicyError

_ENDS = 1 << 16
"""How much of each end of a file tells it from another."""


def fingerprint(path: Path) -> str:
    """What tells whether a file is still the same: its size, its time, its first and last bytes."""
    stat = path.stat()
    digest = hashlib.sha256(f"{stat.st_size} {stat.st_mtime_ns}".encode())
    with path.open("rb") as file:
        digest.update(file.read(_ENDS))
        file.seek(max(0, stat.st_size - _ENDS))
        digest.update(file.read(_ENDS))
    return digest.hexdigest()[:24]


class Parts:
    """The folder of parts beside a result. `key` is what all of them depend on."""

    def __init__(self, out: Path, key: Mapping[str, Any]) -> None:
        self.out = out
        self.key = key
        self.done: dict[int, tuple[int, str]] = {}

    @property
    def folder(self) -> Path:
        return self.out.with_name(self.out.name + ".parts")

    @property
    def _manifest(self) -> Path:
        return self.folder / "manifest.json"

    def begin(self, *, resume: bool) -> None:
        """Start anew, or go on from the parts there are. Raises PolicyError where they are of another run."""
        if resume and self._manifest.is_file():
            manifest = json.loads(self._manifest.read_text("utf-8"))
            if manifest["key"] != json.loads(json.dumps(self.key)):
                raise _of_another_run(self.folder, manifest["key"], self.key)
            found = {int(first): (end, name) for first, (end, name) in manifest["done"].items()}
            self.done = {first: part for first, part in found.items() if (self.folder / part[1]).is_file()}
            return
        self.done = {}
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self._save()

    def path(self, first: int) -> Path:
        """Where the part that begins with a row is written."""
        return self.folder / f"part-{first:012d}.parquet"

    def finish(self, first: int, end: int) -> None:
        """A part is done: the rows from one to another (not included)."""
        self.done[first] = end, self.path(first).name
        self._save()

    def _save(self) -> None:
        spare = self._manifest.with_suffix(".tmp")
        done = {str(first): part for first, part in sorted(self.done.items())}
        spare.write_text(json.dumps({"key": self.key, "done": done}, ensure_ascii=False, indent=1), "utf-8")
        os.replace(spare, self._manifest)

    def files(self) -> list[str]:
        """The parts in the order of their rows."""
        return [str(self.folder / name) for _, (_, name) in sorted(self.done.items())]

    def assemble(self, connection: duckdb.DuckDBPyConnection) -> None:
        """The parts as one file in the place of the result, at once; then the parts are gone."""
        os.replace(self._as_one(connection, self.files()), self.out)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _as_one(self, connection: duckdb.DuckDBPyConnection, files: list[str]) -> str | Path:
        """One file of all parts: the only one, or one that is written anew."""
        whole = self.folder / f"whole{self.out.suffix.lower()}"
        if whole.suffix == ".parquet" and len(files) == 1:
            return files[0]
        from engine.batch.rewriting import rewrite

        rewrite(connection, files, whole)
        return whole


def _of_another_run(folder: Path, found: Mapping[str, Any], wanted: Mapping[str, Any]) -> PolicyError:
    from policy.diagnostics import Diagnostic, PolicyError, Text

    differing = [name for name in wanted if json.loads(json.dumps(wanted[name])) != found.get(name)]
    listed = ", ".join(differing)
    message = Text(
        f"已有的部分结果不能接着算，不同的是：{listed}", f"the parts there are belong to another run: {listed}"
    )
    hint = Text("不带 --resume 重新算", "start anew without --resume")
    return PolicyError([Diagnostic(code="E0610", message=message, place=str(folder), hint=hint)])


def ranges(total: int, size: int) -> Iterator[tuple[int, int]]:
    """The rows in portions: the first of each, and the first after it."""
    for first in range(0, total, size):
        yield first, min(total, first + size)
