"""What an explanation consists of, before it is put into a language or a format.

Builders make a Document from a Decision; writers put it on a terminal, into Markdown or HTML. A
line is made of phrases with slots, typed values and citations, so that the language is chosen
once, by the wording, and a writer may still mark an amount or link a provision.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import attrs

from policy.diagnostics import Text
from policy.types import Type


@attrs.frozen(eq=False)
class Said:
    """A phrase of the phrase table, its slots filled."""

    key: str
    slots: Mapping[str, Line] = attrs.field(factory=dict)


@attrs.frozen(eq=False)
class Value:
    """A typed value; `is_full` writes out the records of a short list instead of counting them."""

    value: Any
    type: Type
    is_full: bool = False


@attrs.frozen(eq=False)
class Cite:
    """Provisions, as they are cited."""

    provisions: tuple[str, ...]


@attrs.frozen(eq=False)
class Styled:
    """A part of a line that stands out: strong, quiet, code, warning."""

    style: str
    line: Line


@attrs.frozen(eq=False)
class Ref:
    """A part of a line that points to a node shown elsewhere."""

    line: Line
    anchor: str


@attrs.frozen(eq=False)
class Several:
    """Parts with a phrase between them: the comma of a list, or of clauses."""

    parts: tuple[Line, ...]
    between: str = "comma"


Line = str | Text | Said | Value | Cite | Styled | Ref | Several | tuple["Line", ...]


def say(key: str, /, **slots: Line) -> Said:
    """A phrase with its slots."""
    return Said(key, slots)


# ── blocks ──────────────────────────────────────────────────────────────────────────────────────


@attrs.frozen(eq=False)
class Paragraph:
    """Running text; `tone` is lead, note, warning, or nothing."""

    line: Line
    tone: str = ""


@attrs.frozen(eq=False)
class Bullets:
    """A list of sentences."""

    items: tuple[Line, ...]
    numbered: bool = False


@attrs.frozen(eq=False)
class Pairs:
    """Names with what they are."""

    rows: tuple[tuple[Line, Line], ...]


@attrs.frozen(eq=False)
class Column:
    """A column of a table."""

    title: Line
    is_amount: bool = False


@attrs.frozen(eq=False)
class Row:
    """A row of a table; `tone` is total, minor, or nothing."""

    cells: tuple[Line, ...]
    tone: str = ""


@attrs.frozen(eq=False)
class Table:
    """Columns and rows; `more` tells of rows left out."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    more: Line | None = None
    caption: Line | None = None


@attrs.frozen(eq=False)
class Node:
    """A reason: what is so, why (details), and what it rests on (children)."""

    line: Line
    details: tuple[Line, ...] = ()
    children: tuple[Node, ...] = ()
    anchor: str = ""
    tone: str = ""


@attrs.frozen(eq=False)
class Tree:
    """Reasons and what they rest on."""

    nodes: tuple[Node, ...]


@attrs.frozen(eq=False)
class Step:
    """One bar of a waterfall, from `start` to `end`.

    `kind` is total, own, fund, other, subtotal, account or result.
    """

    label: Line
    amount: Decimal
    start: Decimal
    end: Decimal
    kind: str
    note: Line = ""


@attrs.frozen(eq=False)
class Waterfall:
    """From a total to what is left to pay; bars lie between 0 and `total`."""

    total: Decimal
    steps: tuple[Step, ...]
    caption: Line


@attrs.frozen(eq=False)
class Headline:
    """The one figure a reader looks for, and how it is made up."""

    label: Line
    figure: Line
    text: Line = ""
    shares: tuple[Step, ...] = ()
    total: Decimal = Decimal(0)


@attrs.frozen(eq=False)
class Verbatim:
    """Text whose columns matter."""

    text: Text


@attrs.frozen(eq=False)
class Section:
    """A titled part; `kind` tells writers what it holds."""

    title: Line
    blocks: tuple[Block, ...]
    kind: str = ""


Block = Paragraph | Bullets | Pairs | Table | Tree | Waterfall | Headline | Verbatim


@attrs.frozen(eq=False)
class Document:
    """An explanation for one reader."""

    title: Line
    subtitle: Line
    status: str
    reader: str
    sections: tuple[Section, ...]
    receipt: Pairs
