"""Where a version of the rules lies: a folder, or a revision of the repository at hand."""

from __future__ import annotations

import io
import subprocess
import tarfile
from pathlib import Path

from engine.regions import rules_folder
from policy.diagnostics import Diagnostic, PolicyError, Text

REVISION = "git:"
"""`git:REV` is the rules folder as it was at that revision."""


def folder_of(written: str, into: Path) -> Path:
    """The folder that is meant; a revision is written out below `into`. Raises PolicyError."""
    if written.startswith(REVISION):
        return _at_revision(written.removeprefix(REVISION), into)
    folder = Path(written)
    if not any(folder.glob("*/region.yaml")):
        message = Text(f"“{written}”不是规则文件夹", f"`{written}` is no folder of rules")
        hint = Text("其下每个地区一个文件夹，内有 region.yaml", "it holds a folder for each region, with a region.yaml")
        raise PolicyError([Diagnostic(code="E0110", message=message, place=written, hint=hint)])
    return folder


def _at_revision(revision: str, into: Path) -> Path:
    here = rules_folder().resolve()
    if revision.startswith("-") or not here.is_dir():
        raise _no_revision(revision, "")
    told = subprocess.run(
        ["git", "-C", str(here), "archive", "--format=tar", revision, "."], capture_output=True, check=False
    )
    if told.returncode:
        raise _no_revision(revision, told.stderr.decode("utf-8", "replace"))
    into.mkdir(parents=True, exist_ok=True)
    with tarfile.open(fileobj=io.BytesIO(told.stdout)) as archive:
        archive.extractall(into, filter="data")
    return into


def _no_revision(revision: str, said: str) -> PolicyError:
    message = Text(f"取不到版本“{revision}”", f"the revision `{revision}` cannot be read")
    last = said.strip().splitlines()[-1:]
    hint = Text(last[0], last[0]) if last else None
    return PolicyError([Diagnostic(code="E0110", message=message, place=f"{REVISION}{revision}", hint=hint)])
