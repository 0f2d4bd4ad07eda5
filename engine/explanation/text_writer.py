"""A document for a terminal: plain text of at most 100 columns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from engine.explanation.columns import cut, pad, wrap
from engine.explanation.document import (
    Block,
    Bullets,
    Document,
    Headline,
    Line,
    Node,
    Pairs,
    Paragraph,
    Section,
    Step,
    Table,
    Tree,
    Verbatim,
    Waterfall,
)
from engine.explanation.wording import Wording
from policy.dsl.source import display_width

WIDTH = 100
LEAST = 24
"""The narrowest column text is wrapped to, however deep the tree."""

BAR = 40
_SOURCE_LINE = re.compile(r" *\d* *(\||-->)")
_BARS = {"total": "█", "own": "▒", "fund": "█", "other": "▓", "subtotal": "░", "account": "▓", "result": "█"}


def write_text(document: Document, wording: Wording) -> str:
    """The whole document."""
    return "\n".join(line.rstrip() for line in TextWriter(wording).document(document)) + "\n"


class TextWriter:
    """Writes blocks as lines."""

    def __init__(self, wording: Wording) -> None:
        self.wording = wording
        self.text = wording.text
        self.heading = wording.heading

    def document(self, document: Document) -> Iterator[str]:
        """Title, sections, receipt."""
        status = self.wording.say(f"status_{document.status}")
        title = self.heading(document.title)
        yield from wrap(f"{title}  [{status}]", WIDTH)
        yield from wrap(self.heading(document.subtitle), WIDTH)
        for section in document.sections:
            yield from self.section(section)
        yield ""
        yield "─" * WIDTH
        for name, value in document.receipt.rows:
            yield from self._hanging(f"{self.text(name)}{self.wording.say('colon')}", self.text(value))

    def section(self, section: Section) -> Iterator[str]:
        """A ruled title and the blocks below it."""
        title = self.heading(section.title)
        yield ""
        if title:
            yield f"── {title} " + "─" * (WIDTH - 4 - display_width(title))
        for index, block in enumerate(section.blocks):
            if index and not isinstance(section.blocks[index - 1], Paragraph):
                yield ""
            yield from self.block(block)

    def block(self, block: Block) -> Iterator[str]:
        """Any block."""
        match block:
            case Paragraph(line=line):
                yield from wrap(self.text(line), WIDTH)
            case Bullets(items=items, numbered=numbered):
                for number, item in enumerate(items, 1):
                    yield from self._hanging(f" {number}. " if numbered else " · ", self.heading(item))
            case Pairs(rows=rows):
                yield from self._pairs(rows)
            case Table():
                yield from self._table(block)
            case Tree(nodes=nodes):
                yield from self._tree(nodes)
            case Waterfall():
                yield from self._waterfall(block)
            case Headline():
                yield from self._headline(block)
            case Verbatim(text=text):
                yield from self._verbatim(text.in_language(self.wording.lang))

    def _verbatim(self, text: str) -> Iterator[str]:
        """Lines of source keep their columns and are cut; words about them are wrapped."""
        for line in text.splitlines():
            if _SOURCE_LINE.match(line):
                yield cut(line, WIDTH)
            else:
                yield from self._led("", "    ", line)

    def _hanging(self, mark: str, text: str, width: int = WIDTH) -> Iterator[str]:
        """Text after a mark, its further lines below its own beginning."""
        indent = display_width(mark)
        for index, line in enumerate(wrap(text, max(width - indent, LEAST))):
            yield (mark if index == 0 else " " * indent) + line

    def _pairs(self, rows: Sequence[tuple[Line, Line]]) -> Iterator[str]:
        names = [self.heading(name) for name, _ in rows]
        width = min(max(map(display_width, names), default=0), WIDTH // 2)
        for name, (_, value) in zip(names, rows, strict=True):
            if display_width(name) > width:
                yield from wrap(f" {name}", WIDTH)
                name = ""
            yield from self._hanging(f" {pad(name, width)}  ", self.text(value))

    # ── tables ──────────────────────────────────────────────────────────────────────────────────
    def _table(self, table: Table) -> Iterator[str]:
        cells = [[self.heading(cell) for cell in row.cells] for row in table.rows]
        titles = [self.heading(column.title) for column in table.columns]
        natural = [max(map(display_width, column)) for column in zip(titles, *cells, strict=True)]
        widths = _fitted(natural, WIDTH - 3 * len(natural))
        rights = [column.is_amount for column in table.columns]
        yield from self._row(titles, widths, rights)
        yield " " + "─" * (sum(widths) + 3 * (len(widths) - 1))
        for row in cells:
            yield from self._row(row, widths, rights)
        if table.more is not None:
            yield from wrap(f" {self.text(table.more)}", WIDTH)

    def _row(self, cells: Sequence[str], widths: Sequence[int], rights: Sequence[bool]) -> Iterator[str]:
        wrapped = [wrap(cell, width) for cell, width in zip(cells, widths, strict=True)]
        for index in range(max(map(len, wrapped))):
            parts = [lines[index] if index < len(lines) else "" for lines in wrapped]
            yield " " + "   ".join(map(_padded, parts, widths, rights))

    # ── trees ───────────────────────────────────────────────────────────────────────────────────
    def _tree(self, nodes: Sequence[Node]) -> Iterator[str]:
        for index, node in enumerate(nodes):
            if index and (node.details or node.children or nodes[index - 1].details or nodes[index - 1].children):
                yield ""
            yield from self._node(node, " ", " ")

    def _node(self, node: Node, first: str, rest: str) -> Iterator[str]:
        under = rest + ("│  " if node.children else "   ")
        yield from self._led(first, under, self.heading(node.line))
        for detail in node.details:
            yield from self._led(under, under + "  ", self.heading(detail))
        for index, child in enumerate(node.children):
            is_last = index == len(node.children) - 1
            yield from self._node(child, rest + ("└─ " if is_last else "├─ "), rest + ("   " if is_last else "│  "))

    def _led(self, first: str, rest: str, text: str) -> Iterator[str]:
        width = max(WIDTH - max(display_width(first), display_width(rest)), LEAST)
        for index, line in enumerate(wrap(text, width)):
            yield (first if index == 0 else rest) + line

    # ── amounts ─────────────────────────────────────────────────────────────────────────────────
    def _headline(self, headline: Headline) -> Iterator[str]:
        yield f"   {self.heading(headline.label)}    {self.text(headline.figure)}"
        if text := self.text(headline.text):
            yield from self._hanging("   ", text)

    def _waterfall(self, waterfall: Waterfall) -> Iterator[str]:
        labels = [self.heading(step.label) for step in waterfall.steps]
        amounts = [self._signed(step) for step in waterfall.steps]
        name_width = min(max(map(display_width, labels)), WIDTH - BAR - 20)
        amount_width = max(map(display_width, amounts))
        for step, label, amount in zip(waterfall.steps, labels, amounts, strict=True):
            shown = pad(cut(label, name_width), name_width)
            yield f" {shown}  {pad(amount, amount_width, right=True)}  {_bar(step, waterfall)}"
        yield from wrap(f" {self.text(waterfall.caption)}", WIDTH)

    def _signed(self, step: Step) -> str:
        return self.wording.money(step.amount)


def _padded(text: str, width: int, right: bool) -> str:
    return pad(text, width, right=right)


def _bar(step: Step, waterfall: Waterfall) -> str:
    if not waterfall.total:
        return ""
    start = round(BAR * step.start / waterfall.total)
    end = max(round(BAR * step.end / waterfall.total), start + 1)
    if end > BAR:
        start, end = BAR - 1, BAR
    return " " * start + _BARS[step.kind] * (end - start)


def _fitted(natural: Sequence[int], room: int) -> list[int]:
    """Column widths that fit: the widest columns give way first."""
    widths = list(natural)
    while sum(widths) > room:
        widest = max(range(len(widths)), key=widths.__getitem__)
        if widths[widest] <= 4:
            break
        widths[widest] -= 1
    return widths
