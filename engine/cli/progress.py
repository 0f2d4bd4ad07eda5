"""How far a long command has come, on the terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import click


class Bar:
    """A progress bar on the terminal, told row counts."""

    def __init__(self, total: int) -> None:
        self.bar: Any = click.progressbar(length=total, file=sys.stderr)

    def __enter__(self) -> Callable[[int], None]:
        self.bar.__enter__()
        return self._step

    def _step(self, count: int) -> None:
        self.bar.update(count)

    def __exit__(self, *details: Any) -> None:
        self.bar.__exit__(*details)
