"""Pieces of generated code: an expression's text and what is known of its value, and blocks of lines.

Nothing that a rule file says reaches the text but numbers, truths and quoted strings; every name in it
is made here.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

import attrs

from engine.backends.python.shapes import NULL, Number, Plain, Shape

Key = tuple[Hashable, ...]
"""What is computed: a rule, a fact, a local figure, under a program and for an element."""

LIMIT_DIGITS = 80
"""From so many digits on compiled code looks whether a number is still exact in the reference's context."""


LIMIT_GIVEN = 24
"""The most digits of a given amount in its units."""


@attrs.frozen
class Code:
    """An expression in generated code.

    `may_miss` where its value may be the mark of a missing fact without that having been noticed;
    `over` is the text of a positive whole number that the value is still to be divided by.
    """

    text: str
    shape: Shape
    may_miss: bool = False
    may_be_null: bool = False
    is_natural: bool = False
    digits: int = 0
    over: str = ""

    @property
    def is_atomic(self) -> bool:
        """Whether the text can be repeated without computing anything twice."""
        return self.text.isidentifier() or self.text.isdecimal() or self.text.startswith(("'", '"'))

    @property
    def is_number(self) -> bool:
        return isinstance(self.shape, Number)

    @property
    def scale(self) -> int:
        assert isinstance(self.shape, Number), self.shape
        return self.shape.scale


TRUE, FALSE = Code("True", Plain("boolean")), Code("False", Plain("boolean"))
EMPTY = Code("None", NULL, may_be_null=True)
NOTHING = Code("never()", NULL)
"""Where evaluation cannot go on: the reference evaluator tells why."""


@attrs.define(eq=False)
class Block:
    """Lines of one level, and what has been computed by their end.

    `kind` is main, function, branch or loop: a branch may be passed over, a loop's body runs once for
    each element.
    """

    kind: str
    outer: Block | None = None
    lines: list[str | Block] = attrs.field(factory=list)
    known: dict[Key, Code] = attrs.field(factory=dict)
    duties: list[Any] = attrs.field(factory=list)

    def say(self, *lines: str | Block) -> None:
        """Add lines at the end."""
        self.lines.extend(lines)

    def around(self) -> Iterator[Block]:
        """This block and those it stands in, the innermost first."""
        block: Block | None = self
        while block is not None:
            yield block
            block = block.outer

    def find(self, key: Key) -> Code | None:
        """What has been computed already on every way that leads here."""
        return next((block.known[key] for block in self.around() if key in block.known), None)

    def size(self) -> int:
        return sum(line.size() if isinstance(line, Block) else 1 for line in self.lines)

    def written(self, depth: int = 1) -> Iterator[str]:
        """The lines, indented; `else` before a single `if` becomes `elif`."""
        indent = " " * depth
        lines = self.lines or ["pass"]
        place = 0
        while place < len(lines):
            line = lines[place]
            following = lines[place + 1] if place + 1 < len(lines) else None
            if line == "else:" and isinstance(following, Block) and following.is_choice:
                inner = list(following.written(depth))
                yield indent + "el" + inner[0].lstrip()
                yield from inner[1:]
                place += 2
                continue
            if isinstance(line, Block):
                yield from line.written(depth + 1)
            else:
                yield indent + line
            place += 1

    @property
    def is_choice(self) -> bool:
        """Whether the block is one `if` with its branches and nothing else."""
        heads = [line for line in self.lines if isinstance(line, str)]
        return bool(heads) and heads[0].startswith("if ") and all(head == "else:" for head in heads[1:])


def branch(outer: Block) -> Block:
    """A block that may be passed over."""
    return Block("branch", outer)


class Forks:
    """One way after the other: a test and its branch, the next test where it fails.

    What is said in the end stands before all branches: what they need may still be computed first.
    """

    def __init__(self, block: Block) -> None:
        self.block = block
        """Where the next test stands, or what is left when all have failed."""
        self._open: list[tuple[Block, str, Block, Block]] = []

    def fork(self, test: str) -> Block:
        """The branch that is gone if the test holds."""
        chosen, others = branch(self.block), branch(self.block)
        self._open.append((self.block, test, chosen, others))
        self.block = others
        return chosen

    def close(self) -> None:
        """Say the tests and their branches."""
        for block, test, chosen, others in reversed(self._open):
            block.say(f"if {test}:", chosen, "else:", others)


class Names:
    """Makes the names of generated code, and keeps the constants that have no literal."""

    def __init__(self) -> None:
        self._count = 0
        self.constants: dict[str, str] = {}

    def new(self, letter: str) -> str:
        self._count += 1
        return f"{letter}{self._count}"

    def constant(self, text: str) -> str:
        """The name of a constant that is made once, when the code is loaded."""
        return self.constants.setdefault(text, f"K{len(self.constants)}")

    def moment(self, value: date | datetime) -> str:
        """A day or an instant as a constant."""
        if isinstance(value, datetime):
            parts = (value.year, value.month, value.day, value.hour, value.minute, value.second, value.microsecond)
            return self.constant(f"datetime{parts!r}")
        return self.constant(f"date{(value.year, value.month, value.day)!r}")

    def days(self, count: int) -> str:
        """So many days as a constant."""
        assert timedelta(days=count).days == count
        return self.constant(f"timedelta({count!r})")
