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
    if given[:1] == ["batch"]:
        _end_quick_batch(given)
    from engine.cli.application import main as application

    application(arguments)


def _end_quick_batch(given: Sequence[str]) -> None:
    """Exit if the batch could be decided from the cache; where DuckDB is not installed the whole command tells."""
    try:
        from engine.cli.quick_batch import ended

        code = ended(given)
    except ImportError:
        return
    except KeyboardInterrupt:
        code = 130
    if code is not None:
        sys.exit(code)
