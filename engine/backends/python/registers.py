"""Names that only one of several ways uses, given again on the others: a call costs by the variables it could have."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from engine.backends.python.code import Block

REGISTER = "a"
"""The letter of names that are given again; no other name begins with it."""

_WORD = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|\b[b-z]\d+\b""")
"""A text, which stays as it is, or a name that `Names` made."""


def reuse_names(main: Block, kept: Iterable[str]) -> None:
    """Rename what only one branch uses, so that branches beside each other use the same names. `kept` stay."""
    begun: dict[int, set[str]] = {}
    _find(main, begun)
    _rename(main, {name: name for name in {*kept, *begun[id(main)]}}, 0, begun)


def names_in(lines: Iterable[str | Block]) -> Iterator[str]:
    """Every name in some lines and in the blocks among them."""
    for line in lines:
        if isinstance(line, Block):
            yield from names_in(line.lines)
        else:
            yield from (word for word in _WORD.findall(line) if word[0] not in "'\"")


def _find(block: Block, begun: dict[int, set[str]]) -> set[str]:
    """All names in a block; keeps those that it must know itself: of its own lines, and of several blocks inside."""
    own = set(names_in(line for line in block.lines if not isinstance(line, Block)))
    inside: set[str] = set()
    for line in block.lines:
        if isinstance(line, Block):
            names = _find(line, begun)
            own |= names & inside
            inside |= names
    begun[id(block)] = own
    return own | inside


def _rename(block: Block, known: Mapping[str, str], count: int, begun: Mapping[int, set[str]]) -> None:
    """The names that begin in a block come after those of the blocks around it."""
    new = sorted(begun[id(block)] - known.keys(), key=lambda name: int(name[1:]))
    known = {**known, **{name: f"{REGISTER}{count + place}" for place, name in enumerate(new, 1)}} if new else known
    for place, line in enumerate(block.lines):
        if isinstance(line, Block):
            _rename(line, known, count + len(new), begun)
        else:
            block.lines[place] = _WORD.sub(lambda found: known.get(found[0], found[0]), line)
