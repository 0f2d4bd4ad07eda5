"""What commands print: diagnostics, results, files."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import click

from policy.diagnostics import Diagnostic, render


class RefusedError(Exception):
    """The command cannot do what it was asked to; exit code 1 or 2."""

    def __init__(self, diagnostics: Iterable[Diagnostic], lang: str, exit_code: int) -> None:
        super().__init__()
        self.diagnostics = tuple(diagnostics)
        self.lang = lang
        self.exit_code = exit_code


def print_diagnostics(diagnostics: Iterable[Diagnostic], lang: str) -> None:
    """Each diagnostic with its place, on stderr."""
    for item in diagnostics:
        click.echo(render(item, lang) + "\n", err=True)


def write_out(text: str, out: Path | None) -> None:
    """To the file, or to stdout where none is given."""
    if out is None:
        click.echo(text.removesuffix("\n"))
        return
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(text if text.endswith("\n") else text + "\n", "utf-8")
