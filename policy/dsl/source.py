"""Text with a name, and places inside it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property

import attrs

from policy.dsl.widths import display_width as display_width


@attrs.frozen(slots=False, eq=False)
class Source:
    """One text an author wrote: a rule file, a YAML file, a facts file.

    `name` leads to the file from here; `title` names it wherever the rules lie, so that a reason
    reads the same on every machine.
    """

    name: str
    text: str
    title: str = attrs.field(default=attrs.Factory(lambda self: self.name, takes_self=True))

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(index + 1 for index, char in enumerate(self.text) if char == "\n")]

    def position(self, offset: int) -> tuple[int, int]:
        """The line and column of an offset, both counted from 1."""
        line = bisect_right(self._line_starts, offset)
        return line, offset - self._line_starts[line - 1] + 1

    def line(self, number: int) -> str:
        """The text of a line counted from 1, without its line end."""
        start = self._line_starts[number - 1]
        end = self._line_starts[number] if number < len(self._line_starts) else len(self.text)
        return self.text[start:end].rstrip("\r\n")


_HIDDEN = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Signs that turn the direction of writing: a line that holds one may read otherwise than it is meant."""


@attrs.frozen
class Span:
    """A stretch of a source: `start` inclusive, `end` exclusive, in characters."""

    source: Source = attrs.field(repr=lambda source: source.name)
    start: int
    end: int

    @property
    def text(self) -> str:
        return self.source.text[self.start : self.end]

    @property
    def line(self) -> int:
        return self.source.position(self.start)[0]

    @property
    def place(self) -> str:
        """`file:line:column`, as editors understand it."""
        return self._at(self.source.name)

    @property
    def reference(self) -> str:
        """`title:line:column`, the same wherever the rules lie."""
        return self._at(self.source.title)

    def _at(self, name: str) -> str:
        line, column = self.source.position(self.start)
        return f"{name}:{line}:{column}"


def hidden_signs(source: Source, within: Span | None = None) -> Iterator[Span]:
    """Where the text holds signs that nobody sees and that change how it reads."""
    stretch = within or Span(source, 0, len(source.text))
    for found in _HIDDEN.finditer(source.text, stretch.start, stretch.end):
        yield Span(source, found.start(), found.end())
