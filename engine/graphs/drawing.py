"""Boxes and arrows as Graphviz text, the source of every picture."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from importlib.resources import files
from typing import Any, Final

import attrs
import graphviz
import yaml

from policy.dsl.source import display_width

FONT: Final = "Noto Sans CJK SC,PingFang SC,Microsoft YaHei,sans-serif"
"""One of these is wherever Chinese is read."""

APPEARANCE: Final[Mapping[str, Any]] = yaml.load(
    files("engine.graphs").joinpath("appearance.yaml").read_text("utf-8"), yaml.BaseLoader
)
"""How pictures look, as text."""

MEASURES: Final = {name: Decimal(value) for name, value in APPEARANCE["measures"].items()}
"""How large text is."""

SIGNS: Final[Mapping[str, str]] = {"cited": "§ ", "period": "◷ ", "read": "‹ "}
"""What a line that is no condition and no value begins with."""

CONTINUED: Final = "\u2003"
"""What its further lines begin with."""

LIMIT_COLUMNS = 44
"""The widest line of a box; longer text goes on below."""


@attrs.frozen
class Line:
    """A line of a box: its `tone` is title, text, cited, period or read."""

    text: str
    tone: str = "text"


@attrs.frozen
class Box:
    """Something drawn; boxes of one `group` stand together."""

    id: str
    kind: str
    lines: tuple[Line, ...]
    group: str = ""
    tip: str = ""


@attrs.frozen
class Arrow:
    """From one box to another; `tone` is plain, implied or facts."""

    tail: str
    head: str
    tone: str = "plain"


@attrs.frozen
class Drawing:
    """All of a picture. `direction` is Graphviz's rankdir."""

    title: str
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    direction: str = "RL"

    @property
    def dot(self) -> str:
        """The picture as Graphviz text."""
        graph = graphviz.Digraph(comment=self.title)
        graph.attr(rankdir=self.direction, fontname=FONT, **APPEARANCE["graph"])
        graph.attr("node", fontname=FONT, **APPEARANCE["node"])
        graph.attr("edge", **APPEARANCE["edge"])
        for group in dict.fromkeys(box.group for box in self.boxes):
            own = [box for box in self.boxes if box.group == group]
            if not group:
                _add(graph, own)
                continue
            with graph.subgraph(name=f"cluster_{group}") as cluster:
                cluster.attr(label=graphviz.escape(group), **APPEARANCE["cluster"])
                _add(cluster, own)
        for arrow in self.arrows:
            graph.edge(arrow.tail, arrow.head, **APPEARANCE["arrows"][arrow.tone], **{"class": arrow.tone})
        return str(graph.source)


def _add(graph: graphviz.Digraph, boxes: Iterable[Box]) -> None:
    """Each box as large as its text: Graphviz cannot measure fonts that it does not have."""
    for box in boxes:
        lines = [text for line in box.lines for text in _signed(line)]
        width = max(map(display_width, lines), default=0) * MEASURES["column"] + MEASURES["margin"]
        height = len(lines) * MEASURES["line"] + MEASURES["margin"]
        graph.node(
            box.id,
            label="".join(f"{graphviz.escape(text)}\\l" for text in lines),
            tooltip=graphviz.escape(box.tip),
            width=f"{width:.2f}",
            height=f"{height:.2f}",
            **APPEARANCE["boxes"][box.kind],
            **{"class": box.kind},
        )


def _signed(line: Line) -> list[str]:
    """The line in as many as it takes; what it stands on and when it holds are told by a sign."""
    sign = SIGNS.get(line.tone, "")
    first, *rest = wrapped(line.text)
    return [f"{sign}{first}", *(f"{CONTINUED if sign else ''}{text}" for text in rest)]


def wrapped(text: str, columns: int = LIMIT_COLUMNS) -> list[str]:
    """The text in lines of at most so many columns, each condition on lines of its own where it takes several."""
    if display_width(text) <= columns:
        return [text]
    return [line for part in _JOINED.split(text) for line in _filled(part, columns)]


_JOINED = re.compile(r" (?=[且或] |and |or )")


def _filled(text: str, columns: int) -> Iterator[str]:
    line = ""
    for piece in _pieces(text):
        if line and display_width(line + piece) > columns:
            yield line.rstrip()
            line = piece.lstrip()
        else:
            line += piece
    yield line.rstrip()


def _pieces(text: str) -> list[str]:
    """Where a line may be broken: around wide characters and after spaces, not before a closing sign."""
    pieces: list[str] = []
    for char in text:
        sticks = pieces and (
            char in "，、。：；）」”％ "
            or (char.isascii() and char != " " and pieces[-1][-1:].isascii() and pieces[-1][-1:] != " ")
        )
        if sticks:
            pieces[-1] += char
        else:
            pieces.append(char)
    return pieces


def shortened(text: str, columns: int) -> str:
    """The text, cut where it is longer."""
    if display_width(text) <= columns:
        return text
    kept = ""
    for char in text:
        if display_width(kept + char) > columns - 1:
            break
        kept += char
    return kept.rstrip("、， ") + "…"
