"""Markdown that is manual and test in one: reading it. `world.py` makes it come true.

A heading is a test; its blocks are the files of a rules folder. `# => …` beside a declaration states
its value, `# error: [E0303] "…"` a diagnostic of that line, a table with ⇒ several cases.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import attrs

FILES = {"policy": "rules-{n}.policy", "vocabulary": "vocabulary-{n}.yaml", "sources": "sources-{n}.yaml"}
FILES |= {kind: f"{kind}.yaml" for kind in ("parameters", "calendar", "region", "oddment")}
REGIONS = {"全国": "nation", "省": "province", "市": "city", "就医地": "elsewhere"}
EXTENDS = {"nation": "", "province": "nation", "city": "province", "elsewhere": "nation"}

_REMARK = re.compile(r"[ \t]*# (=>|error:|warning:) ?(.*)$", re.M)
_FENCED = r"^```(?P<info>[^\n]+)\n(?P<text>.*?)^```$"
_TABLE = r"^(?P<table>\|[^\n]*⇒.*?)(?=^[^|]|\Z)"
_PIECE = re.compile(f"{_FENCED}|{_TABLE}", re.M | re.S)


@attrs.frozen
class Block:
    """A fenced block; `words` are its language, kind and region, `name` its file in the rules folder."""

    words: tuple[str, ...]
    written: str
    number: int

    @property
    def kind(self) -> str:
        return next((word for word in self.words if word in ("facts", *FILES)), "")

    @property
    def region(self) -> str:
        return REGIONS[next((word for word in self.words if word in REGIONS), "市")]

    @property
    def is_shared(self) -> bool:
        """Whether every heading builds on it: the words, documents and days of the whole country."""
        return self.region == "nation" and self.kind in ("vocabulary", "sources", "calendar")

    @property
    def is_translation(self) -> bool:
        return "en" in self.words and self.kind == "policy"

    @property
    def name(self) -> str:
        return FILES[self.kind].format(n=self.number) if self.kind in FILES else ""

    @property
    def text(self) -> str:
        """The block without its remarks."""
        return _REMARK.sub("", self.written)

    def remarks(self) -> Iterator[tuple[int, str, str]]:
        """Line, kind and words of every remark."""
        for number, line in enumerate(self.written.splitlines(), 1):
            if match := _REMARK.search(line):
                yield number, match[1], match[2]


Table = list[list[str]]


@attrs.frozen
class Example:
    """A heading with its blocks and tables (rows of cells, the header first)."""

    document: Path
    title: str
    parts: tuple[Block | Table, ...]

    def blocks(self) -> list[Block]:
        return [part for part in self.parts if isinstance(part, Block)]


def examples(document: Path) -> list[Example]:
    """The headings of a document that have blocks or tables."""
    sections = re.split(r"^##+ (.+)$", document.read_text("utf-8"), flags=re.M)
    found = (
        Example(document, title, tuple(_part(match, n) for n, match in enumerate(_PIECE.finditer(body), 1)))
        for title, body in zip(sections[1::2], sections[2::2], strict=True)
    )
    return [example for example in found if example.parts]


def shared_blocks(document: Path) -> list[Block]:
    """The blocks that every heading builds on."""
    every = [block for example in examples(document) for block in example.blocks() if block.is_shared]
    return [attrs.evolve(block, number=100 + place) for place, block in enumerate(every)]


def rewrite(example: Example, block: Block, text: str) -> None:
    """Put other text into a block of the document."""
    before, heading, rest = example.document.read_text("utf-8").partition(f" {example.title}\n")
    fence = f"```{' '.join(block.words)}\n"
    changed = rest.replace(f"{fence}{block.written}```", f"{fence}{text}```", 1)
    example.document.write_text(before + heading + changed, "utf-8")


def _part(match: re.Match[str], number: int) -> Block | Table:
    if match["table"]:
        rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in match["table"].splitlines()]
        return [row for row in rows if set("".join(row)) - set("-: ")]
    return Block(tuple(match["info"].split()), match["text"], number)
