"""Long rows of tests for one word each: the word is looked up, and halving finds its branch."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.backends.python.code import Block, Names, branch

LIMIT_TESTS = 8
"""So many tests, one after the other, cost less than looking up and halving."""

_TEST = re.compile(r"if \((?P<name>[a-z]\d+) == (?P<word>'(?:[^'\\]|\\.)*')\):")


def halve_choices(block: Block, names: Names) -> None:
    """Rewrite every long row of tests in a block and in those inside it."""
    lines: list[str | Block] = []
    place = 0
    while place < len(block.lines):
        found = _row(block.lines[place : place + 4])
        if found is None:
            lines.append(block.lines[place])
            place += 1
            continue
        name, chosen, rest = found
        lines += _halved(name, chosen, rest, block, names)
        place += 4
    block.lines = lines
    for line in lines:
        if isinstance(line, Block):
            halve_choices(line, names)


def _row(lines: list[str | Block]) -> tuple[str, dict[str, Block], Block] | None:
    """What is tested, the branch of each word, and the rest, where four lines begin a long row of tests."""
    chosen: dict[str, Block] = {}
    tested = ""
    rest: Block | None = None
    for name, word, then, otherwise in _tests(lines):
        if (tested and name != tested) or word in chosen:
            break
        tested, rest = name, otherwise
        chosen[word] = then
    if rest is None or len(chosen) <= LIMIT_TESTS:
        return None
    return tested, chosen, rest


def _tests(lines: list[str | Block]) -> Iterator[tuple[str, str, Block, Block]]:
    """The tests that are all there is in the branch before them."""
    while len(lines) == 4:
        head, then, middle, otherwise = lines
        match = _TEST.fullmatch(head) if isinstance(head, str) else None
        if match is None or middle != "else:" or not isinstance(then, Block) or not isinstance(otherwise, Block):
            return
        yield match["name"], match["word"], then, otherwise
        lines = otherwise.lines


def _halved(name: str, chosen: dict[str, Block], rest: Block, outer: Block, names: Names) -> list[str | Block]:
    places = ", ".join(f"{word}: {place}" for place, word in enumerate(chosen))
    number = names.new("d")
    found = branch(outer)
    found.lines = _half(number, list(chosen.values()), 0, found)
    look_up = f"{number} = {names.constant(f'{{{places}}}')}.get({name})"
    return [look_up, f"if {number} is None:", rest, "else:", found]


def _half(number: str, chosen: list[Block], first: int, outer: Block) -> list[str | Block]:
    if len(chosen) == 1:
        return chosen[0].lines or ["pass"]
    middle = len(chosen) // 2
    low, high = branch(outer), branch(outer)
    low.lines = _half(number, chosen[:middle], first, low)
    high.lines = _half(number, chosen[middle:], first + middle, high)
    return [f"if {number} < {first + middle}:", low, "else:", high]
