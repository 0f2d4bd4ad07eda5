"""A document as Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

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
    Table,
    Tree,
    Verbatim,
    Waterfall,
    say,
)
from engine.explanation.wording import Piece, Wording

_SPECIAL = re.compile(r"([\\`*_\[\]<>|~#])")


def write_markdown(document: Document, wording: Wording) -> str:
    """The whole document."""
    return "\n".join(MarkdownWriter(wording).document(document)).rstrip() + "\n"


class MarkdownWriter:
    """Writes blocks as Markdown; what an author or a case wrote cannot become markup."""

    def __init__(self, wording: Wording) -> None:
        self.wording = wording

    def line(self, line: Line) -> str:
        """A line inside a sentence."""
        return "".join(map(_marked, self.wording.pieces(line)))

    def heading(self, line: Line) -> str:
        """A line that begins something."""
        return "".join(map(_marked, self.wording.heading_pieces(line)))

    def document(self, document: Document) -> Iterator[str]:
        """Title, sections, receipt."""
        status = self.wording.say(f"status_{document.status}")
        yield f"# {self.heading(document.title)} · {status}"
        yield ""
        yield self.heading(document.subtitle)
        for section in document.sections:
            yield from self.section(section)
        yield from self.section(Section(say("receipt"), (document.receipt,)))

    def section(self, section: Section) -> Iterator[str]:
        """A heading and the blocks below it."""
        yield ""
        if section.title:
            yield f"## {self.heading(section.title)}"
            yield ""
        for block in section.blocks:
            yield from self.block(block)
            yield ""

    def block(self, block: Block) -> Iterator[str]:
        """Any block."""
        match block:
            case Paragraph(line=line):
                yield self.heading(line)
            case Bullets(items=items, numbered=numbered):
                for number, item in enumerate(items, 1):
                    yield f"{f'{number}.' if numbered else '-'} {self.heading(item)}"
            case Pairs(rows=rows):
                yield from self._rows([(self.heading(name), self.line(value)) for name, value in rows])
            case Table():
                yield from self._table(block)
            case Tree(nodes=nodes):
                for node in nodes:
                    yield from self._node(node, "")
            case Waterfall():
                yield from self._waterfall(block)
            case Headline(label=label, figure=figure, text=text):
                yield f"**{self.heading(label)}：{self.line(figure)}**  "
                yield self.line(text)
            case Verbatim(text=text):
                yield from ("```text", text.in_language(self.wording.lang).replace("```", "'''"), "```")

    def _rows(self, rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
        """Names and values without a head."""
        for name, value in rows:
            yield f"- **{name}**{self.wording.say('colon')}{value}"

    def _table(self, table: Table) -> Iterator[str]:
        yield "| " + " | ".join(self.heading(column.title) for column in table.columns) + " |"
        yield "|" + "|".join(" ---: " if column.is_amount else " --- " for column in table.columns) + "|"
        for row in table.rows:
            yield "| " + " | ".join(self.heading(cell) for cell in row.cells) + " |"
        if table.more is not None:
            yield ""
            yield self.line(table.more)

    def _waterfall(self, waterfall: Waterfall) -> Iterator[str]:
        item, value = self.heading(say("column_item")), self.heading(say("column_value"))
        yield f"| {item} | {value} | |"
        yield "| --- | ---: | --- |"
        for step in waterfall.steps:
            label, note = self.heading(step.label), self.line(step.note)
            amount = self.wording.money(step.amount)
            strong = "" if step.kind in ("own", "other", "account") else "**"
            yield f"| {strong}{label}{strong} | {strong}{amount}{strong} | {note} |"

    def _node(self, node: Node, indent: str) -> Iterator[str]:
        yield f"{indent}- {self.heading(node.line)}"
        for detail in node.details:
            yield f"{indent}  - {self.heading(detail)}"
        for child in node.children:
            yield from self._node(child, indent + "  ")


def _marked(piece: Piece) -> str:
    """A piece with its markup; a line break would end a table row or a list item."""
    text = " ".join(piece.text.splitlines()) if "\n" in piece.text or "\r" in piece.text else piece.text
    if piece.style == "code":
        return f"`{text.replace('`', '')}`" if text else ""
    text = _SPECIAL.sub(r"\\\1", text)
    return f"**{text.strip()}**" if piece.style == "strong" and text.strip() else text
