"""Programs in the cache: a region that was read and checked once is not read again while its files stay the same."""

from __future__ import annotations

import gc
import pickle
from collections.abc import Sequence

from engine import cache
from engine.program import Program

KIND = "program"


def load_program(rules: str, region: str) -> Program | None:
    """The program of a region as it was kept, if its rules still say the same."""
    data = cache.load(cache.name_of(KIND, rules, region), rules) if cache.folder() else None
    if data is None:
        return None
    was_enabled = gc.isenabled()
    gc.disable()  # a hundred thousand small objects that all stay
    try:
        found = pickle.loads(data)
    except Exception:
        return None  # whatever is wrong with it, it is made again
    finally:
        if was_enabled:
            gc.enable()
    return found if isinstance(found, Program) else None


def save_program(rules: str, chain: Sequence[str], program: Program, content: bytes | None) -> None:
    """Keep a program that was made from the rules of a region and of all above it."""
    if content is not None:
        name = cache.name_of(KIND, rules, chain[-1])
        cache.save(name, rules, chain, pickle.dumps(program, pickle.HIGHEST_PROTOCOL), content)
