"""Pictures say all that they should, and no more than a person can read."""

from __future__ import annotations

import re
from xml.etree import ElementTree as Xml

import pytest

from engine import program as p
from engine.dependencies.items import RULES, Item
from engine.dependencies.links import Links
from engine.graphs.dependencies import LIMIT_RULES, dependency_graph
from engine.graphs.drawing import LIMIT_COLUMNS, Arrow, Box, Drawing, Line, shortened, wrapped
from engine.graphs.exceptions import exception_graph
from engine.graphs.page import graph_page
from engine.graphs.svg import svg_of
from policy.dsl.source import display_width
from tests.support.shipped import shipped_law


@pytest.fixture(scope="module")
def links() -> Links:
    return shipped_law().links["hangzhou"]


def test_every_clause_of_every_rule_is_drawn(links: Links) -> None:
    for rule in links.program.rules.values():
        drawing = exception_graph(rule, links.program, "zh")
        ids = [box.id for box in drawing.boxes]
        assert ids == ["rule", *(f"clause_{clause.id}" for clause in rule.clauses)]
        assert {end for arrow in drawing.arrows for end in (arrow.tail, arrow.head)} <= set(ids)


def test_the_picture_says_who_displaces_whom(links: Links) -> None:
    for rule in links.program.rules.values():
        drawing = exception_graph(rule, links.program, "zh")
        drawn = {(arrow.tail, arrow.head) for arrow in drawing.arrows}
        reached = _closed(drawn)
        stated = _stated(rule)
        assert stated <= reached
        shown = {pair for pair in drawn if "rule" not in pair}
        plain = {(arrow.tail, arrow.head) for arrow in drawing.arrows if arrow.tone == "plain"}
        assert plain <= stated
        general = {f"clause_{clause.id}" for clause in rule.clauses if clause.kind == "general"}
        assert shown - plain <= {(clause, over) for clause, over in shown if over in general}


def _stated(rule: p.Rule) -> set[tuple[str, str]]:
    ids = {clause.id for clause in rule.clauses}
    return {(f"clause_{c.id}", f"clause_{over}") for c in rule.clauses for over in c.over if over in ids}


def _closed(pairs: set[tuple[str, str]]) -> set[tuple[str, str]]:
    found = set(pairs)
    while more := {(a, d) for a, b in found for c, d in found if b == c} - found:
        found |= more
    return found


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_question_is_drawn_small_enough_to_read(links: Links, lang: str) -> None:
    for question in links.program.questions.values():
        drawing = dependency_graph(Item("question", question.id, question.region), links, lang)
        ids = {box.id for box in drawing.boxes}
        assert len(ids) == len(drawing.boxes)
        assert {end for arrow in drawing.arrows for end in (arrow.tail, arrow.head)} <= ids
        assert all(display_width(line.text) <= 160 for box in drawing.boxes for line in box.lines[1:])


def test_rules_beyond_the_limit_are_named_in_the_boxes_they_serve(links: Links) -> None:
    drawing = dependency_graph(Item("question", "benefit.settlement", "national"), links, "zh")
    answers = [box for box in drawing.boxes if box.kind == "answer"]
    others = [box for box in drawing.boxes if box.kind == "rule"]
    assert len(answers) >= 18
    assert len(others) <= LIMIT_RULES
    assert any(line.text.startswith("含 ") for box in drawing.boxes for line in box.lines)


def test_a_depth_leaves_out_what_lies_below_and_says_so(links: Links) -> None:
    start = Item("question", "settlement.route", "zhejiang")
    whole, cut = dependency_graph(start, links, "zh"), dependency_graph(start, links, "zh", 1)
    assert len(cut.boxes) < len(whole.boxes)
    assert any("其下还有" in line.text for box in cut.boxes for line in box.lines)


def test_a_rule_s_own_dependencies_are_drawn(links: Links) -> None:
    rule = next(item for item in links.uses if item.kind in RULES and item.id == "reduced_ratio")
    names = {box.lines[0].text for box in dependency_graph(rule, links, "zh").boxes}
    assert {"规则 降后支付比例", "适用降幅"} <= names


def test_names_cannot_write_graphviz_or_markup() -> None:
    nasty = '"]; evil [label="<script>alert(1)</script>\\N'
    boxes = (Box("a", "rule", (Line(nasty, "title"),), nasty, nasty), Box("b", "head", (Line("好"),)))
    drawing = Drawing(nasty, boxes, (Arrow("a", "b"),))
    svg = svg_of(drawing.dot)
    root = Xml.fromstring(svg)
    names = [title.text for title in root.iter("{http://www.w3.org/2000/svg}title")]
    assert "evil" not in names
    assert "<script" not in svg
    assert "<script" not in graph_page(drawing, "exceptions", nasty, "zh")


def test_lines_stay_inside_their_boxes(links: Links) -> None:
    rule = links.program.rules["reduction_basis"]
    root = Xml.fromstring(svg_of(exception_graph(rule, links.program, "zh").dot))
    boxes = 0
    for node in root.iter("{http://www.w3.org/2000/svg}g"):
        if "node" not in node.get("class", "").split():
            continue
        boxes += 1
        shape = next(node.iter("{http://www.w3.org/2000/svg}path"))
        corners = [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", shape.get("d", ""))][::2]
        for text in node.iter("{http://www.w3.org/2000/svg}text"):
            end = float(text.get("x", "0")) + display_width(text.text or "") * 5.6
            assert min(corners) < float(text.get("x", "0")) < end < max(corners) + 1
    assert boxes == len(rule.clauses) + 1


@pytest.mark.parametrize("text", ["甲" * 80, "word " * 40, "当 甲 为 乙 且 丙 为 丁 或 戊" * 4, "a" * 100, ""])
def test_long_lines_are_broken_and_nothing_is_lost(text: str) -> None:
    lines = wrapped(text)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(display_width(line) <= LIMIT_COLUMNS + 4 for line in lines) or " " not in text
    assert display_width(shortened(text, 20)) <= 20
