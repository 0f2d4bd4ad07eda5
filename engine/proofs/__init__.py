"""Proofs about rules: the Program for all cases at once, by an SMT solver.

Whatever is found is run through the reference evaluator before it is told. The solver (z3) is an
optional part; `available()` tells whether it is installed.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from engine.proofs.answers import Answer, Proven, Undecided, Witness

if TYPE_CHECKING:
    from engine.proofs.prover import Prover, difference


def available() -> bool:
    """Whether the solver is installed."""
    return find_spec("z3") is not None


def __getattr__(name: str) -> Any:
    """The prover itself, loaded with the solver when it is first asked for."""
    if name in ("Prover", "difference"):
        return getattr(import_module("engine.proofs.prover"), name)
    raise AttributeError(name)


__all__ = ["Answer", "Proven", "Prover", "Undecided", "Witness", "available", "difference"]
