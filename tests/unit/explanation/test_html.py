import re
from html.parser import HTMLParser

import pytest

from engine import Decision
from tests.support.explained import DECISIONS, claim_with, every_way, settle, settlement

VOID = {"meta", "br", "hr", "img", "input", "link"}
ATTACK = "<script>alert('x')</script>\"><img src=x onerror=y>"


class Page(HTMLParser):
    """Checks that every element is closed where it should be, and keeps what is on the page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.words.append(data)


def page(html: str) -> Page:
    parser = Page()
    parser.feed(html)
    parser.close()
    assert parser.open == []
    return parser


@pytest.mark.parametrize(("name", "lang", "reader"), every_way())
def test_a_page_is_well_formed_and_needs_nothing_else(name: str, lang: str, reader: str) -> None:
    html = DECISIONS[name]().explain(lang, reader, "html")
    parsed = page(html)
    assert not re.search(r"https?:|//[a-z]|@import|url\(", html)
    assert not {tag for tag, _ in parsed.elements} & {"script", "link", "img", "iframe", "object", "base", "form"}
    assert not [name for _, attrs in parsed.elements for name in attrs if name.startswith("on") or name == "src"]


@pytest.mark.parametrize(("name", "lang", "reader"), every_way())
def test_every_link_leads_somewhere_and_no_place_is_named_twice(name: str, lang: str, reader: str) -> None:
    elements = page(DECISIONS[name]().explain(lang, reader, "html")).elements
    places = [attrs["id"] for _, attrs in elements if "id" in attrs]
    links = [attrs["href"] for tag, attrs in elements if tag == "a"]
    assert len(places) == len(set(places))
    assert {link for link in links if link and link[1:] not in places} == set()


def attacked() -> Decision:
    items = [
        {"id": ATTACK, "item_type": "drug", "treatment_class": "class_a", "amount": "10.00", "price_limited": False}
    ]
    funds = [{"fund": ATTACK, "amount": "1.00"}]
    return settle(claim_with(claim={"items": items, "other_funds": funds}))


@pytest.mark.parametrize("reader", ["patient", "clerk", "auditor"])
def test_what_a_case_says_stays_text(reader: str) -> None:
    parsed = page(attacked().explain("zh", reader, "html"))
    assert not {tag for tag, _ in parsed.elements} & {"script", "img"}
    if reader != "patient":
        assert ATTACK in "".join(parsed.words)


def test_what_a_case_says_stays_text_in_an_error() -> None:
    decision = settle(claim_with(visit={"type": ATTACK}))
    assert decision.diagnostics
    for reader in ("patient", "clerk"):
        parsed = page(decision.explain("zh", reader, "html"))
        assert ATTACK in "".join(parsed.words)
        assert "script" not in {tag for tag, _ in parsed.elements}


def test_the_bars_of_the_waterfall_lie_inside_the_total() -> None:
    html = settlement().explain("zh", "patient", "html")
    bars = re.findall(r'class="bar (\w+)" style="left:([\d.]+)%;width:([\d.]+)%"', html)
    assert len(bars) > 10
    assert all(float(left) >= 0 and float(left) + float(width) <= 100.02 for _, left, width in bars)


def test_the_page_speaks_its_language() -> None:
    assert '<html lang="zh-CN">' in settlement().explain("zh", "patient", "html")
    assert '<html lang="en">' in settlement().explain("en", "patient", "html")
