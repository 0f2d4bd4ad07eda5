"""Rule text as HTML: every sign is kept and escaped, every line numbered, what is said stands beside its lines."""

from __future__ import annotations

import re
from html import unescape

from engine.pages.rule_text import Beside, rule_text
from policy.dsl.source import Source, Span

TEXT = '# 注 <b>\n规则 甲 a：是否\n  一般 就医.费用 超过 1 元\n  说明 "<script>"\n'
SOURCE = Source("x.policy", TEXT)


def beside(words: str, tone: str = "won") -> Beside:
    start = TEXT.index(words)
    return Beside(Span(SOURCE, start, start + len(words)), tone, f"<p>{tone}</p>")


def shown(*said: Beside, source: Source = SOURCE) -> str:
    return "".join(rule_text(source, said, ("never", "lost", "won")))


def test_nothing_is_lost_and_nothing_is_markup() -> None:
    lines = re.findall(r"<code>(.*?)</code>", shown())
    assert "\n".join(unescape(re.sub(r"<[^>]*>", "", line)) for line in lines) == TEXT.removesuffix("\n")
    assert "<script>" not in shown() and "<b>" not in shown()


def test_what_is_said_stands_beside_its_lines_only() -> None:
    page = shown(beside("一般 就医.费用 超过 1 元"))
    [stretch] = re.findall(r'<div class="stretch won">.*?</aside>', page, re.S)
    assert re.findall(r"<i>(\d+)</i>", stretch) == ["3"]
    assert re.findall(r"<i>(\d+)</i>", page) == ["1", "2", "3", "4"]


def test_stretches_that_share_lines_are_one_of_the_worst_tone() -> None:
    page = shown(beside("规则 甲 a：是否\n  一般 就医.费用"), beside("费用 超过 1 元", "never"))
    assert page.count("stretch never") == 1 and "stretch won" not in page
    assert "<p>won</p><p>never</p>" in page


def test_other_files_are_shown_plain() -> None:
    assert '<span class="' not in shown(source=Source("x.yaml", TEXT))
