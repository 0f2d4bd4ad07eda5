"""A picture on a page of its own, with what its signs mean and the Graphviz text behind it."""

from __future__ import annotations

from html import escape

from engine.graphs.drawing import APPEARANCE, Drawing
from engine.graphs.svg import svg_of
from engine.pages.page import page
from policy.diagnostics import Text

_STYLE = (
    "<style>figure{margin:1rem 0;padding:1rem;overflow:auto;background:#fff;border:1px solid var(--line);"
    "border-radius:14px}figure svg{display:block;max-width:100%;height:auto;margin:auto}"
    ".legend{display:flex;flex-wrap:wrap;gap:.3rem 1.2rem;font-size:.85rem;color:var(--quiet)}"
    ".legend i{display:inline-block;width:1.1em;height:.8em;margin-right:.4em;border-radius:.25em;border:1px solid}"
    "pre{overflow-x:auto;font-size:.8rem}</style>\n"
)

_KINDS = {
    "general": Text("一般", "general"),
    "case": Text("情形", "case"),
    "proviso": Text("但书", "proviso"),
    "item": Text("项", "item"),
    "rule": Text("规则", "rule"),
    "answer": Text("是答复的规则", "a rule that is an answer"),
    "parameter": Text("参数", "parameter"),
    "facts": Text("事实", "facts"),
}

_SIGNS = {
    "exceptions": Text(
        "实线：写明先于它；虚线：按种类先于它。§ 依据，◷ 有效期",
        "solid: stated to come before it; dashed: comes before it by its kind; § ground, ◷ period",
    ),
    "dependencies": Text(
        "箭头从所依的指向用它的；大图里隔着一条规则又直接用到的线不画。‹ 读到的参数和事实，§ 从哪一地的法",
        "arrows lead from what is used to its user; a large picture leaves out lines that another way tells; "
        "‹ figures and facts that are read, § whose law decides",
    ),
}


def graph_page(drawing: Drawing, kind: str, region: str, lang: str) -> str:
    """The picture, its legend and its source."""
    found = dict.fromkeys(box.kind for box in drawing.boxes)
    swatches = "".join(_swatch(name, lang) for name in _KINDS if name in found)
    source = "Graphviz" if lang == "en" else "Graphviz 文本"
    body = [
        _STYLE,
        f"<h1>{escape(drawing.title)}</h1>\n<p class='lead'>{escape(region)}</p>\n",
        f"<div class='legend'>{swatches}<span>{escape(_SIGNS[kind].in_language(lang))}</span></div>\n",
        f"<figure>{svg_of(drawing.dot)}</figure>\n",
        f"<details><summary>{source}</summary><pre>{escape(drawing.dot)}</pre></details>\n",
    ]
    return page(drawing.title, body, lang)


def _swatch(kind: str, lang: str) -> str:
    look = APPEARANCE["boxes"][kind]
    return f"<span><i style='background:{look['fillcolor']};border-color:{look['color']}'></i>{escape(_KINDS[kind].in_language(lang))}</span>"
