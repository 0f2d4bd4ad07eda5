"""A document as one HTML page that needs nothing else: no script, no font, no address outside."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import lru_cache
from html import escape
from importlib.resources import files
from typing import Final

from engine.explanation.document import (
    Block,
    Bullets,
    Document,
    Headline,
    Line,
    Node,
    Pairs,
    Paragraph,
    Row,
    Section,
    Step,
    Table,
    Tree,
    Verbatim,
    Waterfall,
    say,
)
from engine.explanation.wording import Piece, Wording

_ELEMENTS: Final = {"strong": "strong", "code": "code", "cite": "cite"}
"""Styles that HTML has an element for; all others are a class of a span."""


def write_html(document: Document, wording: Wording) -> str:
    """The whole page."""
    return "".join(HtmlWriter(wording, document).page()) + "\n"


@lru_cache(maxsize=1)
def _style() -> str:
    return files("engine.explanation").joinpath("page.css").read_text("utf-8")


class HtmlWriter:
    """Writes blocks as elements; every text is escaped in `_piece`, the only place text passes."""

    def __init__(self, wording: Wording, document: Document) -> None:
        self.wording = wording
        self.page_document = document
        self.has_provisions = any(section.kind == "provisions" for section in document.sections)

    # ── text ────────────────────────────────────────────────────────────────────────────────────
    def line(self, line: Line) -> str:
        """A line inside a sentence."""
        return "".join(map(self._piece, self.wording.pieces(line)))

    def heading(self, line: Line) -> str:
        """A line that begins something."""
        return "".join(map(self._piece, self.wording.heading_pieces(line)))

    def _piece(self, piece: Piece) -> str:
        text = escape(piece.text)
        if piece.style == "cite":
            return self._cite(text, piece.target)
        if piece.style == "ref":
            return f'<a class="ref" href="#{escape(piece.target)}">{text}</a>'
        element = _ELEMENTS.get(piece.style)
        if element:
            return f"<{element}>{text}</{element}>"
        return f'<span class="{piece.style}">{text}</span>' if piece.style else text

    def _cite(self, text: str, name: str) -> str:
        provision = self.wording.decision.provisions.get(name)
        gist = provision.gist.in_language(self.wording.lang) if provision else ""
        if self.has_provisions and provision:
            return f'<cite title="{escape(gist)}"><a href="#p-{escape(name)}">{text}</a></cite>'
        return f'<cite title="{escape(gist)}">{text}</cite>'

    # ── the page ────────────────────────────────────────────────────────────────────────────────
    def page(self) -> Iterator[str]:
        """Head, header, sections, receipt."""
        document = self.page_document
        language = "zh-CN" if self.wording.lang == "zh" else "en"
        title = escape(self.wording.heading(document.title))
        yield f'<!DOCTYPE html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        yield f'<meta name="color-scheme" content="light dark">\n<title>{title}</title>\n<style>\n{_style()}</style>\n'
        yield f'</head>\n<body class="{document.reader}">\n<header>\n<p class="where">{self.heading(document.subtitle)}</p>\n'
        status = escape(self.wording.say(f"status_{document.status}"))
        yield f'<h1>{title} <span class="status {document.status}">{status}</span></h1>\n'
        yield from self._contents(document)
        yield "</header>\n<main>\n"
        for number, section in enumerate(document.sections, 1):
            yield from self._section(section, number)
        yield "</main>\n<footer>\n"
        yield f"<h2>{self.heading(say('receipt'))}</h2>\n"
        yield from self._pairs(document.receipt)
        yield "</footer>\n</body>\n</html>"

    def _contents(self, document: Document) -> Iterator[str]:
        """Links to the sections, for those who are told much."""
        titled = [(number, section) for number, section in enumerate(document.sections, 1) if section.title]
        if document.reader != "patient" and len(titled) > 2:
            links = "".join(f'<li><a href="#s{number}">{self.heading(s.title)}</a></li>' for number, s in titled)
            yield f"<nav><ul>{links}</ul></nav>\n"

    def _section(self, section: Section, number: int) -> Iterator[str]:
        yield f'<section id="s{number}" class="card {escape(section.kind)}">\n'
        if section.title:
            yield f"<h2>{self.heading(section.title)}</h2>\n"
        for block in section.blocks:
            yield from self.block(block)
        yield "</section>\n"

    def block(self, block: Block) -> Iterator[str]:
        """Any block."""
        match block:
            case Paragraph(line=line, tone=tone):
                yield f'<p class="{tone or "plain"}">{self.heading(line)}</p>\n'
            case Bullets(items=items, numbered=numbered):
                element = "ol" if numbered else "ul"
                yield f'<{element} class="told">' + "".join(f"<li>{self.heading(item)}</li>" for item in items)
                yield f"</{element}>\n"
            case Pairs():
                yield from self._pairs(block)
            case Table():
                yield from self._table(block)
            case Tree(nodes=nodes):
                yield from self._nodes(nodes, "tree")
            case Waterfall():
                yield from self._waterfall(block)
            case Headline():
                yield from self._headline(block)
            case Verbatim(text=text):
                yield f"<pre>{escape(text.in_language(self.wording.lang))}</pre>\n"

    def _pairs(self, pairs: Pairs) -> Iterator[str]:
        yield "<dl>"
        for name, value in pairs.rows:
            yield f"<div><dt>{self.heading(name)}</dt><dd>{self.line(value)}</dd></div>"
        yield "</dl>\n"

    # ── tables and trees ────────────────────────────────────────────────────────────────────────
    def _table(self, table: Table) -> Iterator[str]:
        classes = ["amount" if column.is_amount else "name" for column in table.columns]
        yield '<div class="scroll"><table><thead><tr>'
        for column, kind in zip(table.columns, classes, strict=True):
            yield f'<th scope="col" class="{kind}">{self.heading(column.title)}</th>'
        yield "</tr></thead><tbody>\n"
        for row in table.rows:
            yield from self._row(row, classes)
        yield "</tbody></table></div>\n"
        if table.more is not None:
            yield f'<p class="more">{self.line(table.more)}</p>\n'

    def _row(self, row: Row, classes: Sequence[str]) -> Iterator[str]:
        yield f'<tr class="{row.tone}">' if row.tone else "<tr>"
        for cell, kind in zip(row.cells, classes, strict=True):
            yield f'<td class="{kind}">{self.heading(cell)}</td>'
        yield "</tr>\n"

    def _nodes(self, nodes: Sequence[Node], kind: str) -> Iterator[str]:
        yield f'<ul class="{kind}">\n'
        for node in nodes:
            anchor = f' id="{escape(node.anchor)}"' if node.anchor else ""
            yield f'<li{anchor} class="{escape(node.tone)}">'
            yield from self._node(node)
            yield "</li>\n"
        yield "</ul>\n"

    def _node(self, node: Node) -> Iterator[str]:
        head = f'<span class="line">{self.heading(node.line)}</span>'
        details = "".join(f'<p class="detail">{self.heading(detail)}</p>' for detail in node.details)
        if not node.children:
            yield f'<div class="leaf">{head}</div>{details}'
            return
        yield f"<details open><summary>{head}</summary>{details}"
        yield from self._nodes(node.children, "branch")
        yield "</details>"

    # ── amounts ─────────────────────────────────────────────────────────────────────────────────
    def _headline(self, headline: Headline) -> Iterator[str]:
        yield f'<p class="label">{self.heading(headline.label)}</p>\n<p class="figure">{self.line(headline.figure)}</p>\n'
        yield f'<p class="summary">{self.line(headline.text)}</p>\n'
        if not headline.shares:
            return
        bars = "".join(self._bar(step, headline.total) for step in headline.shares)
        yield f'<div class="shares" aria-hidden="true">{bars}</div>\n<ul class="legend">'
        yield "".join(f'<li class="{step.kind}">{self.line(step.label)}</li>' for step in headline.shares)
        yield "</ul>\n"

    def _waterfall(self, waterfall: Waterfall) -> Iterator[str]:
        yield '<div class="waterfall" role="table">\n'
        for step in waterfall.steps:
            note = self.line(step.note)
            small = f'<small class="note">{note}</small>' if note else ""
            yield f'<div class="step {step.kind}" role="row"><span class="label" role="rowheader">'
            yield f"{self.heading(step.label)}{small}</span>"
            yield f'<span class="amount" role="cell">{escape(self.wording.money(step.amount))}</span>'
            yield f'<span class="track" aria-hidden="true">{self._bar(step, waterfall.total)}</span></div>\n'
        yield f'</div>\n<p class="caption">{self.line(waterfall.caption)}</p>\n'

    def _bar(self, step: Step, total: Decimal) -> str:
        if not total:
            return ""
        left, width = step.start * 100 / total, (step.end - step.start) * 100 / total
        return f'<span class="bar {step.kind}" style="left:{left:.2f}%;width:{width:.2f}%"></span>'
