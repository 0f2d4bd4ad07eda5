"""The command line: parse arguments, call the façade, print."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit: 0 fine, 1 the policy or the case is at fault, 2 the call is."""
    given = sys.argv[1:] if arguments is None else arguments
    if given[:1] == ["decide"]:
        from engine.cli.quick import answered

        if answered(given):
            sys.exit(0)
    from engine.cli.application import main as application

    application(arguments)
